/** Models that are asked by chat completions on InvokeModel: gpt-oss, Qwen, Mistral's, Jamba. */
import type { Model } from '../../lambda/core/model.ts'
import type { Asked, Turn } from './answer.ts'
import type { Family } from './family.ts'
import { chatAnswers } from './openai-chat-answers.ts'
import {
  type ChatBody,
  type ChatMessage,
  jambaShape,
  mistralChatShape,
  openaiShape,
} from './openai-chat-body.ts'
import { alternates, chatRules, contentText } from './openai-chat-rules.ts'
import { imageReceived, toolReceived } from './received.ts'
import { imageTokens, type Part, tokensOf } from './tokens.ts'
import { malformed, schemaWording } from './wordings.ts'

/** gpt-oss always thinks, and says so before its answer. */
export const thinksAloud = ({ id }: Pick<Model, 'id'>): boolean => id.startsWith('openai.gpt-oss')

const isSystem = ({ role }: ChatMessage) => role === 'system' || role === 'developer'

function read(body: ChatBody, model: Model): Asked {
  const { messages, tools = [], tool_choice: choice } = body
  const offered = tools.map(({ function: { name, parameters = {} } }) => ({
    name,
    schema: parameters,
  }))
  const usable = choice === 'none' ? [] : offered
  const named = typeof choice === 'object' ? choice.function.name : undefined
  const must = choice === 'required' || choice === 'any'
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? model.limits.output
  const stop = typeof body.stop === 'string' ? [body.stop] : (body.stop ?? [])
  return {
    system: messages
      .filter(isSystem)
      .map(({ content }) => contentText(content))
      .join('\n'),
    turns: turnsOf(messages),
    parts: [...tools.map(toolPart), ...messages.flatMap(messageParts)],
    settings: {
      temperature: body.temperature,
      topP: body.top_p,
      topK: body.top_k,
      max: maxTokens,
      stop: stop.length === 0 ? undefined : stop.length,
      seed: body.seed,
      effort: body.reasoning_effort,
    },
    given: usable.length === 0 ? [] : [`tools: ${usable.map(({ name }) => name).join(', ')}`],
    received: received(messages),
    maxTokens,
    stop,
    thinking: thinksAloud(model) ? 'shown' : 'never',
    tools: usable,
    oneCall: body.parallel_tool_calls === false,
    forcedTool: must ? offered[0] : offered.find(({ name }) => name === named),
    answerSchema: schemaOf(body.response_format),
  }
}

function schemaOf(format: ChatBody['response_format']): unknown {
  if (format === undefined || format.type === 'text') return undefined
  return format.json_schema?.schema ?? { type: 'object', properties: { answer: {} } }
}

/** Results of tools and what the user says after them are one turn. */
function turnsOf(messages: readonly ChatMessage[]): readonly Turn[] {
  const turns: { role: Turn['role']; text: string }[] = []
  for (const message of messages.filter((each) => !isSystem(each))) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = turns.at(-1)
    if (last?.role === role) last.text += seen(message)
    else turns.push({ role, text: seen(message) })
  }
  return turns
}

function seen({ role, content, tool_calls = [] }: ChatMessage): string {
  const said = contentText(content)
  if (role === 'tool') return `(success: ${said})`
  const calls = tool_calls.map((call) => `(calls ${call.function.name} ${call.function.arguments})`)
  return [said, ...calls].join('')
}

function received(messages: readonly ChatMessage[]): readonly string[] {
  const calls = messages.flatMap(({ tool_calls = [] }) => tool_calls)
  const names = new Map(calls.map((call) => [call.id, call.function.name]))
  return messages.flatMap(function each({ role, content, tool_call_id: id = '' }) {
    const parts = typeof content === 'object' ? (content ?? []) : []
    const images = parts.flatMap(function image({ image_url }) {
      const [, type = '', data = ''] =
        /^data:([^;]+);base64,(.*)$/s.exec(image_url?.url ?? '') ?? []
      return image_url === undefined ? [] : [imageReceived(type, data)]
    })
    return role === 'tool' ? [toolReceived(names.get(id), false, contentText(content))] : images
  })
}

const part = (text: string): Part => ({ text, tokens: tokensOf(text) })
const toolPart = (tool: object): Part => part(JSON.stringify(tool))

function messageParts({ content, tool_calls = [] }: ChatMessage): readonly Part[] {
  const images = typeof content === 'object' ? (content ?? []) : []
  return [
    part(contentText(content)),
    ...images
      .filter(({ type }) => type === 'image_url')
      .map((image): Part => ({ text: JSON.stringify(image), tokens: imageTokens })),
    ...tool_calls.map((call) => part(JSON.stringify(call))),
  ]
}

const family = {
  wording: schemaWording,
  frame: malformed,
  rules: chatRules,
  tooLong: (tokens: number, limit: number) =>
    `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`,
  read,
  endings: {
    end: 'stop',
    length: 'length',
    sequence: 'stop',
    'tool-call': 'tool_calls',
    filtered: 'content_filter',
  },
} as const satisfies Partial<Family>

const olderRules = [...chatRules, alternates]

export const openaiChat: Family = {
  ...family,
  shape: openaiShape,
  ...chatAnswers('finish_reason'),
}

export const mistralChat: Family = {
  ...family,
  shape: mistralChatShape,
  rules: olderRules,
  ...chatAnswers('stop_reason'),
}

export const jamba: Family = {
  ...family,
  shape: jambaShape,
  rules: olderRules,
  uncounted: true,
  ...chatAnswers('finish_reason'),
}
