/**
 * The shape of OpenAI's chat completions as Bedrock's InvokeModel takes them.
 * OpenAI, "Create chat completion"; AWS, "OpenAI models", "Mistral AI chat completion", "Jamba models".
 */
import type { Model } from '../../lambda/core/model.ts'
import { type Fields, fieldIf, optional, type Shape } from './shapes.ts'

export type ChatPart = {
  readonly type: string
  readonly text?: string
  readonly image_url?: { readonly url: string }
}

export type ChatToolCall = {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

export type ChatMessage = {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  readonly content?: string | null | readonly ChatPart[]
  readonly tool_calls?: readonly ChatToolCall[]
  readonly tool_call_id?: string
}

export type ChatBody = {
  readonly model?: string
  readonly stream?: boolean
  readonly stream_options?: { readonly include_usage?: boolean }
  readonly messages: readonly ChatMessage[]
  readonly max_tokens?: number
  readonly max_completion_tokens?: number
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly seed?: number
  readonly stop?: string | readonly string[]
  readonly tools?: readonly {
    readonly function: { readonly name: string; readonly parameters?: unknown }
  }[]
  readonly tool_choice?: string | { readonly function: { readonly name: string } }
  readonly parallel_tool_calls?: boolean
  readonly response_format?: {
    readonly type: string
    readonly json_schema?: { readonly schema?: unknown }
  }
  readonly reasoning_effort?: string
}

const string: Shape = { kind: 'string' }
const word: Shape = { kind: 'string', minLength: 1 }
const boolean: Shape = { kind: 'boolean' }
const whole: Shape = { kind: 'number', integer: true }
const anyObject: Shape = { kind: 'object', fields: {}, open: true }
const one = (...oneOf: readonly string[]): Shape => ({ kind: 'string', oneOf })
const object = (fields: Fields): Shape => ({ kind: 'object', fields })
const list = (of: Shape): Shape => ({ kind: 'list', of })
const penalty = optional({ kind: 'number', min: -2, max: 2 } as const)

/** Bedrock fetches nothing: an image is in its address. */
const dataUrl: Shape = {
  kind: 'string',
  pattern: /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/,
}

const textPart = object({ type: string, text: string })
const imagePart = object({
  type: string,
  image_url: object({ url: dataUrl, detail: optional(one('auto', 'low', 'high')) }),
})

const parts = (kinds: Fields): Shape => ({
  kind: 'list',
  of: { kind: 'tagged', by: 'type', kinds },
  min: 1,
})

const toolCall = object({
  id: word,
  type: optional(one('function')),
  function: object({ name: word, arguments: string }),
})

function message({ accepts }: Model): Shape {
  const texts: Shape = { kind: 'either', of: [string, parts({ text: textPart })] }
  const orNothing: Shape = {
    kind: 'either',
    of: [string, { kind: 'null' }, parts({ text: textPart })],
  }
  const media = { text: textPart, ...fieldIf(accepts.images, { image_url: imagePart }) }
  const named = (fields: Fields) => object({ role: string, name: optional(word), ...fields })
  const said = named({ content: texts })
  return {
    kind: 'tagged',
    by: 'role',
    kinds: {
      ...fieldIf(accepts.system, { system: said, developer: said }),
      user: named({ content: { kind: 'either', of: [string, parts(media)] } }),
      assistant: named({
        content: optional(orNothing),
        refusal: optional({ kind: 'either', of: [string, { kind: 'null' }] } as const),
        ...fieldIf(accepts.tools, { tool_calls: optional(list(toolCall)) }),
      }),
      ...fieldIf(accepts.tools, { tool: named({ content: texts, tool_call_id: word }) }),
    },
  }
}

const tool = object({
  type: one('function'),
  function: object({
    name: { kind: 'string', pattern: /^[a-zA-Z0-9_-]{1,64}$/ },
    description: optional(string),
    parameters: optional(anyObject),
    strict: optional(boolean),
  }),
})

const toolChoice: Shape = {
  kind: 'either',
  of: [
    one('none', 'auto', 'required', 'any'),
    object({ type: one('function'), function: object({ name: word }) }),
  ],
}

const jsonSchema = object({
  name: word,
  description: optional(string),
  schema: optional(anyObject),
  strict: optional(boolean),
})

const responseFormat: Shape = {
  kind: 'tagged',
  by: 'type',
  kinds: {
    text: object({ type: string }),
    json_object: object({ type: string }),
    json_schema: object({ type: string, json_schema: jsonSchema }),
  },
}

/** What every chat body has. */
function chatFields(model: Model): Fields {
  const { accepts, limits } = model
  const tokens = optional({ kind: 'number', integer: true, min: 1, max: limits.output } as const)
  const { temperature, topP } = accepts
  const stops: Shape = { kind: 'list', of: word, max: accepts.stopSequences }
  return {
    messages: { kind: 'list', of: message(model), min: 1 },
    max_tokens: tokens,
    ...fieldIf(temperature, { temperature: optional({ kind: 'number', ...temperature } as const) }),
    ...fieldIf(topP, { top_p: optional({ kind: 'number', ...topP } as const) }),
    ...fieldIf(accepts.stopSequences > 0, {
      stop: optional({ kind: 'either', of: [word, stops] } as const),
    }),
    ...fieldIf(accepts.tools, {
      tools: optional({ kind: 'list', of: tool, min: 1 } as const),
      tool_choice: optional(toolChoice),
    }),
    ...fieldIf(accepts.jsonSchema === 'native', { response_format: optional(responseFormat) }),
  }
}

export const openaiShape = (model: Model): Shape =>
  object({
    ...chatFields(model),
    model: optional(word),
    stream: optional(boolean),
    stream_options: optional(object({ include_usage: optional(boolean) })),
    max_completion_tokens: chatFields(model).max_tokens as Shape,
    ...fieldIf(model.accepts.topK, {
      top_k: optional({ kind: 'number', integer: true, ...model.accepts.topK } as const),
    }),
    ...fieldIf(model.accepts.tools, { parallel_tool_calls: optional(boolean) }),
    ...fieldIf(model.accepts.thinking !== 'no', {
      reasoning_effort: optional(one('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max')),
    }),
    seed: optional(whole),
    n: optional({ kind: 'number', integer: true, min: 1, max: 1 } as const),
    frequency_penalty: penalty,
    presence_penalty: penalty,
    logit_bias: optional(anyObject),
    logprobs: optional(boolean),
    top_logprobs: optional(whole),
    user: optional(string),
  })

export const mistralChatShape = (model: Model): Shape => object(chatFields(model))

export const jambaShape = (model: Model): Shape =>
  object({
    ...chatFields(model),
    n: optional({ kind: 'number', integer: true, min: 1, max: 16 } as const),
    frequency_penalty: optional({ kind: 'number' } as const),
    presence_penalty: optional({ kind: 'number' } as const),
    documents: optional(list(anyObject)),
  })
