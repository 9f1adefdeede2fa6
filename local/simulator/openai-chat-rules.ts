/** What chat completions ask of a body beyond its shape. */
import type { Rule } from './family.ts'
import type { ChatBody, ChatMessage } from './openai-chat-body.ts'

export const contentText = (content: ChatMessage['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('')

const modelMatches: Rule = ({ model }: ChatBody, { id }) =>
  model === undefined || model === id || model.endsWith(`.${id}`)
    ? undefined
    : `The model '${model}' in the body does not match the model of the request.`

const streamMatches: Rule = ({ stream }: ChatBody, _, { streams }) =>
  stream === undefined || stream === streams
    ? undefined
    : `The value ${stream} of stream in the body does not match the operation.`

const streamOptionsFit: Rule = ({ stream_options }: ChatBody, _, { streams }) =>
  stream_options === undefined || streams
    ? undefined
    : 'stream_options is only allowed when stream is enabled.'

const oneBound: Rule = ({ max_tokens, max_completion_tokens }: ChatBody) =>
  max_tokens === undefined || max_completion_tokens === undefined
    ? undefined
    : 'max_tokens and max_completion_tokens cannot both be set.'

const userSpeaks: Rule = ({ messages }: ChatBody) =>
  messages.some(({ role }) => role === 'user' || role === 'assistant')
    ? undefined
    : 'messages: at least one message of the user or the assistant is required.'

const assistantSays: Rule = ({ messages }: ChatBody) =>
  messages
    .map(({ role, content, tool_calls = [] }, at) => ({
      at,
      isEmpty: role === 'assistant' && contentText(content) === '' && tool_calls.length === 0,
    }))
    .filter(({ isEmpty }) => isEmpty)
    .map(({ at }) => `messages[${at}]: an assistant message needs content or tool_calls.`)[0]

/** The ids called before a message and not yet answered. */
const callsAnswered: Rule = ({ messages }: ChatBody) => {
  let open: readonly string[] = []
  for (const [at, { role, tool_calls = [], tool_call_id: id = '' }] of messages.entries()) {
    if (role === 'tool') {
      if (!open.includes(id)) {
        return `messages[${at}]: tool_call_id '${id}' answers no call of the preceding message.`
      }
      open = open.filter((each) => each !== id)
      continue
    }
    if (open.length > 0) {
      return `messages[${at}]: tool_call_ids did not have response messages: ${open.join(', ')}`
    }
    open = tool_calls.map((call) => call.id)
  }
  return open.length > 0
    ? `messages: tool_call_ids did not have response messages: ${open.join(', ')}`
    : undefined
}

const argumentsAreJson: Rule = ({ messages }: ChatBody) =>
  messages
    .flatMap(({ tool_calls = [] }) => tool_calls)
    .filter((call) => !isObject(call.function.arguments))
    .map(({ id }) => `The arguments of the call '${id}' are not a JSON object.`)[0]

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

const toolChoicePossible: Rule = ({ tools = [], tool_choice: choice }: ChatBody, { accepts }) => {
  if (choice === undefined || choice === 'none') return undefined
  if (tools.length === 0) return 'tool_choice is only allowed when tools are specified.'
  if (choice === 'auto') return undefined
  if (!accepts.forcedTools) return 'This model does not support a forced tool_choice.'
  const named = typeof choice === 'string' ? undefined : choice.function.name
  return named === undefined || tools.some(({ function: { name } }) => name === named)
    ? undefined
    : `The tool '${named}' of tool_choice is not among the tools.`
}

const uniqueTools: Rule = ({ tools = [] }: ChatBody) =>
  new Set(tools.map(({ function: { name } }) => name)).size === tools.length
    ? undefined
    : 'tools: tool names must be unique.'

/** Mistral's older models and Jamba want turns of user and assistant in alternation. */
export const alternates: Rule = ({ messages }: ChatBody) => {
  const said = messages.filter(({ role }) => role === 'user' || role === 'assistant')
  const isBroken = messages.some(
    ({ role }, at) => role === 'user' && messages[at - 1]?.role === 'user',
  )
  return isBroken || said[0]?.role !== 'user'
    ? 'Conversation roles must alternate user/assistant/user/assistant/...'
    : undefined
}

export const chatRules: readonly Rule[] = [
  modelMatches,
  streamMatches,
  streamOptionsFit,
  oneBound,
  userSpeaks,
  assistantSays,
  callsAnswered,
  argumentsAreJson,
  toolChoicePossible,
  uniqueTools,
]
