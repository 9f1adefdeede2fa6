/**
 * The shape of Claude's Messages body as Bedrock takes it: no `model`, no `stream`, no addresses.
 * AWS, "Anthropic Claude Messages API"; Anthropic, "Messages".
 */
import type { Model } from '../../lambda/core/model.ts'
import { type Fields, fieldIf, optional, type Shape } from './shapes.ts'

export type CacheControl = { readonly type: string; readonly ttl?: '5m' | '1h' }

export type ClaudeBlock = {
  readonly type: string
  readonly text?: string
  readonly source?: { readonly type: string; readonly media_type: string; readonly data: string }
  readonly title?: string
  readonly signature?: string
  readonly id?: string
  readonly name?: string
  readonly input?: unknown
  readonly tool_use_id?: string
  readonly content?: string | readonly ClaudeBlock[]
  readonly is_error?: boolean
  readonly cache_control?: CacheControl
}

export type ClaudeMessage = {
  readonly role: 'user' | 'assistant'
  readonly content: string | readonly ClaudeBlock[]
}

export type ClaudeTool = {
  readonly type?: string
  readonly name: string
  readonly input_schema?: { readonly type?: unknown }
  readonly cache_control?: CacheControl
}

export type ClaudeBody = {
  readonly anthropic_beta?: readonly string[]
  readonly max_tokens: number
  readonly system?: string | readonly ClaudeBlock[]
  readonly messages: readonly ClaudeMessage[]
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly stop_sequences?: readonly string[]
  readonly tools?: readonly ClaudeTool[]
  readonly tool_choice?: {
    readonly type: string
    readonly name?: string
    readonly disable_parallel_tool_use?: boolean
  }
  readonly thinking?: {
    readonly type: string
    readonly budget_tokens?: number
    readonly display?: string
  }
  readonly output_config?: {
    readonly effort?: string
    readonly format?: { readonly type: string; readonly schema: unknown }
  }
}

const string: Shape = { kind: 'string' }
const word: Shape = { kind: 'string', minLength: 1 }
const boolean: Shape = { kind: 'boolean' }
const anyObject: Shape = { kind: 'object', fields: {}, open: true }
const one = (...oneOf: readonly string[]): Shape => ({ kind: 'string', oneOf })
const object = (fields: Fields): Shape => ({ kind: 'object', fields })
const list = (of: Shape): Shape => ({ kind: 'list', of })
const id: Shape = { kind: 'string', pattern: /^[a-zA-Z0-9_-]+$/ }
const toolName: Shape = { kind: 'string', pattern: /^[a-zA-Z0-9_-]{1,128}$/ }
const base64: Shape = { kind: 'string', pattern: /^[A-Za-z0-9+/]+={0,2}$/ }

const cacheFields = ({ accepts }: Model) =>
  fieldIf(accepts.cachePoints, {
    cache_control: optional(object({ type: one('ephemeral'), ttl: optional(one('5m', '1h')) })),
  })

const source = (...types: readonly string[]): Shape =>
  object({ type: one('base64'), media_type: one(...types), data: base64 })

const textSource = object({ type: one('text'), media_type: one('text/plain'), data: word })

/** Every kind of block a model takes, by `type`. */
function blockKinds(model: Model) {
  const cache = cacheFields(model)
  const block = (type: string, fields: Fields): Fields => ({
    [type]: object({ type: string, ...fields, ...cache }),
  })
  const text = block('text', { text: string, citations: optional({ kind: 'any' }) })
  const image = fieldIf(
    model.accepts.images,
    block('image', { source: source('image/png', 'image/jpeg', 'image/gif', 'image/webp') }),
  )
  const document = fieldIf(
    model.accepts.documents,
    block('document', {
      source: {
        kind: 'tagged',
        by: 'type',
        kinds: { base64: source('application/pdf'), text: textSource },
      },
      title: optional(string),
      context: optional(string),
      citations: optional(object({ enabled: boolean })),
    }),
  )
  const result = block('tool_result', {
    tool_use_id: id,
    content: optional(stringOr({ ...text, ...image, ...document })),
    is_error: optional(boolean),
  })
  const call = block('tool_use', { id, name: toolName, input: anyObject })
  const thoughts = {
    thinking: object({ type: string, thinking: string, signature: word }),
    redacted_thinking: object({ type: string, data: word }),
  }
  return {
    text,
    user: { ...text, ...image, ...document, ...fieldIf(model.accepts.tools, result) },
    assistant: {
      ...text,
      ...fieldIf(model.accepts.tools, call),
      ...fieldIf(model.accepts.thinking !== 'no', thoughts),
    },
  }
}

function stringOr(kinds: Fields): Shape {
  return { kind: 'either', of: [string, list({ kind: 'tagged', by: 'type', kinds })] }
}

function message(model: Model): Shape {
  const { user, assistant } = blockKinds(model)
  const said = (role: string, kinds: Fields) =>
    object({ role: one(role), content: stringOr(kinds) })
  const kinds = { user: said('user', user), assistant: said('assistant', assistant) }
  return { kind: 'tagged', by: 'role', kinds }
}

const tool = (model: Model): Shape =>
  object({
    type: optional(one('custom')),
    name: toolName,
    description: optional(string),
    input_schema: {
      kind: 'object',
      fields: { type: one('object') },
      open: true,
    },
    strict: optional(boolean),
    ...cacheFields(model),
  })

const parallel = { disable_parallel_tool_use: optional(boolean) }

const toolChoice: Shape = {
  kind: 'tagged',
  by: 'type',
  kinds: {
    auto: object({ type: string, ...parallel }),
    any: object({ type: string, ...parallel }),
    tool: object({ type: string, name: toolName, ...parallel }),
    none: object({ type: string }),
  },
}

const display = { display: optional(one('summarized', 'omitted')) }

/** Old models think within a budget; new ones decide themselves. */
export function thinkingShape({ accepts, limits }: Model): Shape {
  const budget: Shape = { kind: 'number', integer: true, min: 1_024, max: limits.output }
  const disabled = { disabled: object({ type: string }) }
  const enabled = { enabled: object({ type: string, budget_tokens: budget, ...display }) }
  const adaptive = { adaptive: object({ type: string, ...display }) }
  const own = accepts.thinking === 'budget' ? enabled : adaptive
  return { kind: 'tagged', by: 'type', kinds: { ...own, ...disabled }, optional: true }
}

export const outputConfigShape: Shape = object({
  effort: optional(one('low', 'medium', 'high', 'xhigh', 'max')),
  format: optional(object({ type: one('json_schema'), schema: anyObject })),
})

/** Both versions are sent by Anthropic's own SDK for Bedrock. */
const versions = one('bedrock-2023-05-31', '2026-10-21')

export function claudeShape(model: Model): Shape {
  const { accepts, limits } = model
  const { text } = blockKinds(model)
  return object({
    anthropic_version: versions,
    anthropic_beta: optional(list(word)),
    max_tokens: { kind: 'number', integer: true, min: 1, max: limits.output },
    ...fieldIf(accepts.system, { system: optional(stringOr(text)) }),
    messages: { kind: 'list', of: message(model), min: 1 },
    ...fieldIf(accepts.temperature, {
      temperature: { kind: 'number', min: 0, max: 1, optional: true },
    }),
    ...fieldIf(accepts.topP, { top_p: { kind: 'number', min: 0, max: 1, optional: true } }),
    ...fieldIf(accepts.topK, {
      top_k: { kind: 'number', integer: true, min: 0, max: 500, optional: true },
    }),
    stop_sequences: optional({ kind: 'list', of: word, max: accepts.stopSequences }),
    ...fieldIf(accepts.tools, {
      tools: optional(list(tool(model))),
      tool_choice: optional(toolChoice),
    }),
    ...fieldIf(accepts.thinking !== 'no', { thinking: thinkingShape(model) }),
    output_config: optional(outputConfigShape),
    metadata: optional(object({ user_id: optional(string) })),
  })
}
