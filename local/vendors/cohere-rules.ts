/** What Cohere's Chat API v2 asks of a body beyond its shape. Cohere, "Chat", "Errors", and guides. */
import type { CohereChatBody, CohereMessage } from './cohere-body.ts'
import type { CohereChatModel } from './cohere-models.ts'

type Rule = (body: CohereChatBody, model: CohereChatModel) => string | undefined

export const wordsOf = (content: CohereMessage['content']): string =>
  typeof content === 'string'
    ? content
    : (content ?? [])
        .map(({ text, document }) => text ?? (document ? JSON.stringify(document.data) : ''))
        .join('')

const systemFirst: Rule = ({ messages }) =>
  messages.some(
    ({ role }, at) => role === 'system' && messages[at - 1]?.role !== 'system' && at > 0,
  )
    ? 'system turn must be the first in the list'
    : undefined

const nothingEmpty: Rule = ({ messages }) =>
  messages.some(
    ({ content = '', tool_calls = [] }) => content.length === 0 && tool_calls.length === 0,
  )
    ? 'message must not be empty in a turn'
    : undefined

/** The model answers someone: its own message is never the last. */
const someoneAsks: Rule = ({ messages }) =>
  ['user', 'tool'].includes(messages.at(-1)?.role ?? '')
    ? undefined
    : 'invalid request: the last message must be from the user or a tool.'

/** Cohere, "Usage patterns for tool use": one tool message for each call of the message before. */
const callsAnswered: Rule = ({ messages }) => {
  let open: readonly string[] = []
  for (const { role, tool_calls = [], tool_call_id: id = '' } of messages) {
    if (role === 'tool') {
      if (!open.includes(id))
        return `invalid request: tool call id ${id} not found in previous turn`
      open = open.filter((each) => each !== id)
      continue
    }
    if (open.length > 0) return `invalid request: no tool results for ${open.join(', ')}`
    open = tool_calls.map((call) => call.id)
  }
  return open.length > 0 ? `invalid request: no tool results for ${open.join(', ')}` : undefined
}

const argumentsAreJson: Rule = ({ messages }) =>
  messages
    .flatMap(({ tool_calls = [] }) => tool_calls)
    .some((call) => !isObject(call.function.arguments))
    ? 'invalid request: tool call arguments must be a JSON object.'
    : undefined

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

const choiceNeedsTools: Rule = ({ tools, tool_choice }) =>
  tool_choice !== undefined && tools === undefined
    ? 'invalid request: tool_choice requires tools to be specified.'
    : undefined

const uniqueTools: Rule = ({ tools = [] }) =>
  new Set(tools.map(({ function: { name } }) => name)).size === tools.length
    ? undefined
    : 'invalid request: tool names must be unique.'

const formatAlone: Rule = ({ response_format: format, tools, documents }) => {
  if (format?.type !== 'json_object') return undefined
  if (documents !== undefined) return 'invalid request: response_format is not supported with RAG.'
  return tools === undefined
    ? undefined
    : 'invalid request: response_format is not supported with tools.'
}

const safetyAlone: Rule = ({ safety_mode, tools, documents }) =>
  safety_mode !== undefined && (tools !== undefined || documents !== undefined)
    ? 'invalid request: safety_mode is not supported with tools or documents.'
    : undefined

const onePenalty: Rule = ({ frequency_penalty, presence_penalty }) =>
  frequency_penalty !== undefined && presence_penalty !== undefined
    ? 'invalid request: cannot specify both frequency_penalty and presence_penalty.'
    : undefined

const boundedAnswer: Rule = ({ max_tokens = 0 }, { output }) =>
  max_tokens > output
    ? `too many tokens: max tokens must be less than or equal to ${output}, the maximum output for this model - received ${max_tokens}.`
    : undefined

/** Cohere, "Command A Vision". */
const mostImages = 20

const fewImages: Rule = ({ messages }) => {
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content : []))
  return parts.filter(({ type }) => type === 'image_url').length > mostImages
    ? `invalid request: at most ${mostImages} images may be sent.`
    : undefined
}

/** Cohere, "Structured Outputs": schema constraints, unsupported features. */
const schemaHeld: Rule = ({ response_format: format }) => {
  const schema = format?.json_schema as { type?: unknown } | undefined
  if (schema === undefined) return undefined
  if (schema.type !== 'object') return 'invalid json_schema: the top level type must be object.'
  return wrongIn(schema)
}

const notSupported =
  /^(allOf|oneOf|not|minimum|maximum|minItems|maxItems|minLength|maxLength|uniqueItems)$/

/** Names of properties are nobody's keywords. */
function wrongIn(value: unknown, isSchema = true): string | undefined {
  if (Array.isArray(value)) return value.map((each) => wrongIn(each)).find(Boolean)
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value)
  if (isSchema) {
    const keyword = entries.map(([name]) => name).find((name) => notSupported.test(name))
    if (keyword !== undefined) return `invalid json_schema: ${keyword} is not supported.`
    const { type, required } = value as { type?: unknown; required?: readonly unknown[] }
    if (type === 'object' && (required ?? []).length === 0) {
      return 'invalid json_schema: every object must have at least one required field.'
    }
  }
  return entries
    .map(([name, each]) => wrongIn(each, !isSchema || !/^(properties|\$defs)$/.test(name)))
    .find(Boolean)
}

export const cohereRules: readonly Rule[] = [
  systemFirst,
  nothingEmpty,
  someoneAsks,
  callsAnswered,
  argumentsAreJson,
  choiceNeedsTools,
  uniqueTools,
  formatAlone,
  safetyAlone,
  onePenalty,
  boundedAnswer,
  fewImages,
  schemaHeld,
]
