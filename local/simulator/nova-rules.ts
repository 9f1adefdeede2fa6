/** What Nova asks of a conversation beyond its shape, in Bedrock's words. */
import type { Rule } from './family.ts'
import type { NovaBody, NovaMessage } from './nova-body.ts'

const startsWithUser: Rule = ({ messages }: NovaBody) =>
  messages[0]?.role === 'user'
    ? undefined
    : 'A conversation must start with a user message. Try again with a conversation that starts with a user message.'

const alternates: Rule = ({ messages }: NovaBody) =>
  messages.every(({ role }, index) => role !== messages[index - 1]?.role)
    ? undefined
    : 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.'

const noBlankText: Rule = ({ messages }: NovaBody) =>
  messages
    .flatMap(({ content }, at) => content.map(({ text }, index) => ({ text, at, index })))
    .filter(({ text }) => text?.trim() === '')
    .map(
      ({ at, index }) =>
        `The text field in the ContentBlock object at messages.${at}.content.${index} is blank. Add text to the text field, and try again.`,
    )[0]

const toolsDefined: Rule = ({ messages, toolConfig }: NovaBody) =>
  toolConfig === undefined && messages.some((each) => callsOf(each).length + resultsOf(each).length)
    ? 'The toolConfig field must be defined when using toolUse and toolResult content blocks.'
    : undefined

/** Every call of a turn is answered in the next one, and nothing else is. */
const callsAnswered: Rule = ({ messages }: NovaBody) => {
  for (const [at, message] of messages.entries()) {
    const called = callsOf(messages[at - 1])
    const answered = resultsOf(message)
    const missing = called.filter((id) => !answered.includes(id))
    if (missing.length > 0) {
      return `Expected toolResult blocks at messages.${at}.content for the following Ids: ${missing.join(', ')}`
    }
    if (answered.length > called.length) {
      return `The number of toolResult blocks at messages.${at}.content exceeds the number of toolUse blocks of previous turn.`
    }
  }
  return callsOf(messages.at(-1)).length === 0
    ? undefined
    : 'A conversation cannot end with a toolUse block. Add the toolResult blocks, and try again.'
}

const forcedToolExists: Rule = ({ toolConfig }: NovaBody) => {
  const forced = toolConfig?.toolChoice?.tool?.name
  const names = (toolConfig?.tools ?? []).map(({ toolSpec }) => toolSpec?.name)
  return forced === undefined || names.includes(forced)
    ? undefined
    : `The toolChoice names the tool ${forced}, which is not among toolConfig.tools.`
}

const cachePointLimit: Rule = ({ system = [], messages, toolConfig }: NovaBody) => {
  const blocks = [
    ...(toolConfig?.tools ?? []),
    ...system,
    ...messages.flatMap(({ content }) => content),
  ]
  const points = blocks.filter((block) => 'cachePoint' in block).length
  return points <= 4 ? undefined : `A maximum of 4 cache points may be provided. Found ${points}.`
}

const callsOf = (message: NovaMessage | undefined) =>
  (message?.content ?? []).flatMap(({ toolUse }) => toolUse?.toolUseId ?? [])

const resultsOf = (message: NovaMessage | undefined) =>
  (message?.content ?? []).flatMap(({ toolResult }) => toolResult?.toolUseId ?? [])

export const novaRules: readonly Rule[] = [
  startsWithUser,
  alternates,
  noBlankText,
  toolsDefined,
  callsAnswered,
  forcedToolExists,
  cachePointLimit,
]
