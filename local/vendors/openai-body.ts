/**
 * The shape of the bodies that OpenAI's API takes, and what it says of a wrong one.
 * OpenAI, "Create chat completion", "Create embeddings", "Error codes".
 */
import {
  type Fields,
  fieldIf,
  optional,
  type Path,
  type Shape,
  type Wording,
} from '../simulator/shapes.ts'

export type OpenAiChatModel = {
  readonly task: 'chat'
  /** In tokens. */
  readonly context: number
  readonly output: number
  readonly sees?: true
  /** Reasons, and refuses `max_tokens` and sampling parameters. */
  readonly reasons?: true
}

export type OpenAiEmbedModel = {
  readonly task: 'embed'
  readonly context: number
  /** Lengths of a vector, the longest first; only where there are several can one be asked for. */
  readonly dimensions: readonly number[]
}

export type OpenAiModel = OpenAiChatModel | OpenAiEmbedModel

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
/** May be left out, or `null`; of what is one of several anyway, `null` is one more. */
function maybe(shape: Shape): Shape {
  const shapes = shape.kind === 'either' ? shape.of : [shape]
  return optional({ kind: 'either', of: [...shapes, { kind: 'null' }] } as const)
}

const parts = (kinds: Fields): Shape => ({
  kind: 'either',
  of: [string, list({ kind: 'tagged', by: 'type', kinds }, 1)],
})
const texts: Fields = { text: object({ type: string, text: string }) }
const refusals: Fields = { refusal: object({ type: string, refusal: string }) }

/** In the request itself: what is fetched from elsewhere is no business of a test. */
const image = object({
  type: string,
  image_url: object({
    url: {
      kind: 'string',
      pattern: /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$/,
    },
    detail: optional(one('auto', 'low', 'high')),
  }),
})

/** "string too long. Expected a string with maximum length 40" */
const callId: Shape = { kind: 'string', minLength: 1, maxLength: 40 }
const name: Shape = { kind: 'string', pattern: /^[a-zA-Z0-9_-]{1,64}$/ }

const call = object({
  id: callId,
  type: one('function'),
  function: object({ name, arguments: string }),
})

function message({ sees }: OpenAiChatModel): Shape {
  const named = (fields: Fields) => object({ role: string, name: optional(word), ...fields })
  const said = named({ content: parts(texts) })
  const kinds = {
    developer: said,
    system: said,
    user: named({ content: parts({ ...texts, ...fieldIf(sees, { image_url: image }) }) }),
    assistant: named({
      content: maybe(parts({ ...texts, ...refusals })),
      refusal: maybe(string),
      tool_calls: optional(list(call, 1)),
    }),
    tool: object({ role: string, content: parts(texts), tool_call_id: callId }),
  }
  return { kind: 'tagged', by: 'role', kinds }
}

const tool = object({
  type: one('function'),
  function: object({
    name,
    description: optional(string),
    parameters: optional(anyObject),
    strict: maybe(boolean),
  }),
})

const toolChoice: Shape = {
  kind: 'either',
  of: [
    one('none', 'auto', 'required'),
    object({ type: one('function'), function: object({ name }) }),
  ],
}

const responseFormat: Shape = {
  kind: 'tagged',
  by: 'type',
  kinds: {
    text: object({ type: string }),
    json_object: object({ type: string }),
    json_schema: object({
      type: string,
      json_schema: object({
        name,
        description: optional(string),
        schema: optional(anyObject),
        strict: maybe(boolean),
      }),
    }),
  },
}

/** A reasoning model takes sampling parameters only at their default. */
const sampling = (model: OpenAiChatModel, most: number): Shape =>
  maybe(model.reasons ? number(1, 1) : number(0, most))

/** `tagged` needs objects; `model` is in the path on Azure, and may also stand in the body. */
export const chatShape = (model: OpenAiChatModel, modelIsInPath: boolean): Shape =>
  object({
    model: modelIsInPath ? optional(word) : word,
    messages: list(message(model), 1),
    frequency_penalty: maybe(number(-2, 2)),
    logit_bias: maybe(anyObject),
    logprobs: maybe(boolean),
    max_completion_tokens: maybe(whole(1)),
    max_tokens: maybe(whole(1)),
    metadata: maybe(anyObject),
    modalities: maybe(list(one('text'), 1)),
    n: maybe(whole(1, 1)),
    parallel_tool_calls: optional(boolean),
    presence_penalty: maybe(number(-2, 2)),
    prompt_cache_key: maybe(string),
    reasoning_effort: maybe(one('none', 'minimal', 'low', 'medium', 'high', 'xhigh')),
    response_format: optional(responseFormat),
    safety_identifier: maybe(string),
    seed: maybe(whole(Number.MIN_SAFE_INTEGER)),
    service_tier: maybe(one('auto', 'default', 'flex', 'scale', 'priority')),
    stop: optional({ kind: 'either', of: [word, list(word, 1, 4), { kind: 'null' }] } as const),
    store: maybe(boolean),
    stream: maybe(boolean),
    stream_options: maybe(
      object({ include_usage: optional(boolean), include_obfuscation: optional(boolean) }),
    ),
    temperature: sampling(model, 2),
    tool_choice: optional(toolChoice),
    tools: optional(list(tool, 1, 128)),
    top_logprobs: maybe(whole(0, 20)),
    top_p: sampling(model, 1),
    user: optional(string),
    verbosity: maybe(one('low', 'medium', 'high')),
  })

/** "The array must be 2048 dimensions or less." */
export const embedShape = (modelIsInPath: boolean): Shape =>
  object({
    model: modelIsInPath ? optional(word) : word,
    input: { kind: 'either', of: [word, list(word, 1, 2_048)] },
    dimensions: optional(whole(1)),
    encoding_format: optional(one('float', 'base64')),
    user: optional(string),
  })

/** `messages[0].content` */
export const dotted = (path: Path): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')

const quoted = (words: readonly string[]) => words.map((each) => `'${each}'`).join(', ')

/** As OpenAI words them; each has a `code` of its own, which `codes` names. */
export const openAiWording: Wording = {
  missing: ({ at, key }) => `Missing required parameter: '${dotted([...at, key])}'.`,
  extra: ({ at, key }) => `Unknown parameter: '${dotted([...at, key])}'.`,
  type: ({ at, expected, found }) =>
    `Invalid type for '${dotted(at)}': expected ${expected}, but got ${found} instead.`,
  bounds: ({ at, value, min, max }) =>
    max !== undefined && value > max
      ? `Invalid '${dotted(at)}': above maximum value. Expected a value <= ${max}, but got ${value} instead.`
      : `Invalid '${dotted(at)}': below minimum value. Expected a value >= ${min}, but got ${value} instead.`,
  word: ({ value, allowed }) =>
    `Invalid value: '${value}'. Supported values are: ${quoted(allowed)}.`,
  pattern: ({ at, pattern }) =>
    `Invalid '${dotted(at)}': string does not match pattern. Expected a string that matches the pattern '${pattern.source}'.`,
  short: ({ at }) =>
    `Invalid '${dotted(at)}': empty string. Expected a string with minimum length 1, but got an empty string instead.`,
  long: ({ at, count, most }) =>
    `Invalid '${dotted(at)}': string too long. Expected a string with maximum length ${most}, but got a string with length ${count} instead.`,
  few: ({ at }) =>
    `Invalid '${dotted(at)}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
  many: ({ at, count, most }) =>
    `Invalid '${dotted(at)}': array too long. Expected an array with maximum length ${most}, but got an array with length ${count} instead.`,
  choice: ({ at, allowed }) => `Invalid '${dotted(at)}': expected one of ${quoted(allowed)}.`,
}

export const codes: Readonly<Record<keyof Wording, string>> = {
  missing: 'missing_required_parameter',
  extra: 'unknown_parameter',
  type: 'invalid_type',
  bounds: 'invalid_value',
  word: 'invalid_value',
  pattern: 'invalid_value',
  short: 'empty_string',
  long: 'string_above_max_length',
  few: 'empty_array',
  many: 'array_above_max_length',
  choice: 'invalid_value',
}
