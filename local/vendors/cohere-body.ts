/** The shape of the bodies that Cohere's API v2 takes. Cohere, "Chat", "Embed". */
import { type Fields, fieldIf, optional, type Shape, type Wording } from '../simulator/shapes.ts'
import type { CohereChatModel } from './cohere-models.ts'

export type CoherePart = {
  readonly type: string
  readonly text?: string
  readonly thinking?: string
  readonly image_url?: { readonly url: string }
  readonly document?: { readonly data: string | object }
}

export type CohereCall = {
  readonly id: string
  readonly function: { readonly name: string; readonly arguments: string }
}

export type CohereMessage = {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content?: string | readonly CoherePart[]
  readonly tool_plan?: string
  readonly tool_calls?: readonly CohereCall[]
  readonly tool_call_id?: string
}

export type CohereTool = {
  readonly type: 'function'
  readonly function: { readonly name: string; readonly parameters?: object }
}

export type CohereChatBody = {
  readonly model: string
  readonly stream?: boolean
  readonly messages: readonly CohereMessage[]
  readonly tools?: readonly CohereTool[]
  readonly tool_choice?: 'REQUIRED' | 'NONE'
  readonly response_format?: { readonly type: string; readonly json_schema?: object }
  readonly documents?: readonly unknown[]
  readonly safety_mode?: string
  readonly max_tokens?: number
  readonly stop_sequences?: readonly string[]
  readonly temperature?: number
  readonly p?: number
  readonly k?: number
  readonly seed?: number
  readonly frequency_penalty?: number
  readonly presence_penalty?: number
  readonly thinking?: { readonly type: 'enabled' | 'disabled'; readonly token_budget?: number }
}

export type CohereEmbedBody = {
  readonly model: string
  readonly texts: readonly string[]
  readonly input_type: string
  readonly embedding_types: readonly 'float'[]
  readonly output_dimension?: number
  readonly truncate?: string
}

const string: Shape = { kind: 'string' }
const word: Shape = { kind: 'string', minLength: 1 }
const boolean: Shape = { kind: 'boolean' }
const anyObject: Shape = { kind: 'object', fields: {}, open: true }
const one = (...oneOf: readonly string[]): Shape => ({ kind: 'string', oneOf })
const object = (fields: Fields): Shape => ({ kind: 'object', fields })
const list = (of: Shape, min = 0, max = Infinity): Shape => ({ kind: 'list', of, min, max })
const number = (min: number, max: number): Shape => ({ kind: 'number', min, max })
const whole = (min: number, max = Number.MAX_SAFE_INTEGER): Shape => ({
  kind: 'number',
  integer: true,
  min,
  max,
})

const textOr = (kinds: Fields): Shape => ({
  kind: 'either',
  of: [string, list({ kind: 'tagged', by: 'type', kinds }, 1)],
})

const text: Fields = { text: object({ type: string, text: string }) }

/** In the request itself: what is fetched from elsewhere is no business of a test. */
const imageUrl = object({
  url: { kind: 'string', pattern: /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/ },
  detail: optional(one('auto', 'low', 'high')),
})

const call = object({
  id: word,
  type: one('function'),
  function: object({ name: word, arguments: string }),
})

const document = object({ data: { kind: 'either', of: [string, anyObject] }, id: optional(word) })

function messageShape({ sees }: CohereChatModel): Shape {
  const image = fieldIf(sees, { image_url: object({ type: string, image_url: imageUrl }) })
  const thought = { thinking: object({ type: string, thinking: string }) }
  const kinds = {
    system: object({ role: string, content: textOr(text) }),
    user: object({ role: string, content: textOr({ ...text, ...image }) }),
    assistant: object({
      role: string,
      content: optional(textOr({ ...text, ...thought })),
      tool_plan: optional(string),
      tool_calls: optional(list(call, 1)),
    }),
    tool: object({
      role: string,
      tool_call_id: word,
      content: textOr({ ...text, document: object({ type: string, document }) }),
    }),
  }
  return { kind: 'tagged', by: 'role', kinds }
}

const tool = object({
  type: one('function'),
  function: object({ name: word, description: optional(string), parameters: optional(anyObject) }),
})

const format: Shape = {
  kind: 'tagged',
  by: 'type',
  kinds: {
    text: object({ type: string }),
    json_object: object({ type: string, json_schema: optional(anyObject) }),
  },
}

export const chatShape = (model: CohereChatModel): Shape =>
  object({
    model: word,
    stream: optional(boolean),
    messages: list(messageShape(model), 1),
    tools: optional(list(tool, 1)),
    strict_tools: optional(boolean),
    tool_choice: optional(one('REQUIRED', 'NONE')),
    documents: optional(list({ kind: 'any' })),
    citation_options: optional(anyObject),
    response_format: optional(format),
    safety_mode: optional(one('CONTEXTUAL', 'STRICT', 'OFF')),
    max_tokens: optional(whole(1)),
    stop_sequences: optional(list(word, 0, 5)),
    temperature: optional(number(0, 1)),
    seed: optional(whole(0)),
    frequency_penalty: optional(number(0, 1)),
    presence_penalty: optional(number(0, 1)),
    k: optional(number(0, 500)),
    p: optional(number(0.01, 0.99)),
    logprobs: optional(boolean),
    ...fieldIf(model.thinks, {
      thinking: optional(
        object({ type: one('enabled', 'disabled'), token_budget: optional(whole(1)) }),
      ),
    }),
  })

export const embedShape: Shape = object({
  model: word,
  texts: list(word, 1, 96),
  input_type: one('search_document', 'search_query', 'classification', 'clustering'),
  embedding_types: list(one('float'), 1),
  output_dimension: optional(whole(1)),
  max_tokens: optional(whole(1)),
  truncate: optional(one('NONE', 'START', 'END')),
})

const at = (path: readonly (string | number)[], key?: string) =>
  [...path, ...(key === undefined ? [] : [key])].join('.')

/** Cohere, "Errors", has examples of some; the others are in their manner. */
export const cohereWording: Wording = {
  missing: ({ at: path, key }) =>
    at(path, key) === 'model'
      ? 'a model parameter is required for this endpoint.'
      : `invalid request: ${at(path, key)} is required.`,
  extra: ({ at: path, key }) => `unknown field: parameter '${at(path, key)}' is not a valid field`,
  type: ({ at: path, expected, found }) =>
    `invalid type: parameter ${at(path)} is of type ${found} but should be of type ${expected}.`,
  bounds: ({ at: path, min, over, max }) =>
    `invalid request: ${at(path)} must be between ${min ?? over} and ${max} inclusive.`,
  word: ({ at: path, value, allowed }) =>
    `invalid request: ${at(path)} must be one of ${allowed.join(', ')} - received ${value}.`,
  pattern: ({ at: path }) => `invalid request: ${at(path)} is not a valid base64 data URL.`,
  short: ({ at: path }) => `invalid request: ${at(path)} must not be empty.`,
  long: ({ at: path, most }) =>
    `invalid request: ${at(path)} must have at most ${most} characters.`,
  few: ({ at: path, least }) =>
    `invalid request: ${at(path)} must have at least ${least} elements.`,
  many: ({ at: path, count, most }) =>
    `invalid request: total number of ${at(path)} must be at most ${most} - received ${count}`,
  choice: ({ at: path, allowed }) =>
    `invalid request: ${at(path)} must be one of ${allowed.join(', ')}.`,
}
