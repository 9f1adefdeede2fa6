/** The shape of Amazon Nova's native body: blocks are told apart by their one key. */
import type { Model } from '../../lambda/core/model.ts'
import { type Fields, fieldIf, optional, type Shape } from './shapes.ts'

export type NovaBlock = {
  readonly text?: string
  readonly image?: { readonly format: string; readonly source: { readonly bytes: string } }
  readonly toolUse?: { readonly toolUseId: string; readonly name: string; readonly input: unknown }
  readonly toolResult?: {
    readonly toolUseId: string
    readonly content: readonly { readonly text?: string; readonly json?: unknown }[]
    readonly status?: string
  }
  readonly cachePoint?: unknown
  readonly reasoningContent?: unknown
}

export type NovaMessage = {
  readonly role: 'user' | 'assistant'
  readonly content: readonly NovaBlock[]
}

export type NovaBody = {
  readonly system?: readonly NovaBlock[]
  readonly messages: readonly NovaMessage[]
  readonly inferenceConfig?: {
    readonly maxTokens?: number
    readonly max_new_tokens?: number
    readonly temperature?: number
    readonly topP?: number
    readonly topK?: number
    readonly stopSequences?: readonly string[]
    readonly reasoningConfig?: { readonly type: string; readonly maxReasoningEffort?: string }
  }
  readonly toolConfig?: {
    readonly tools: readonly {
      readonly toolSpec?: {
        readonly name: string
        readonly inputSchema: { readonly json: unknown }
      }
    }[]
    readonly toolChoice?: {
      readonly auto?: unknown
      readonly any?: unknown
      readonly tool?: { readonly name: string }
    }
  }
}

const string: Shape = { kind: 'string' }
const word: Shape = { kind: 'string', minLength: 1 }
const name: Shape = { kind: 'string', pattern: /^[a-zA-Z0-9_-]{1,64}$/ }
const anyObject: Shape = { kind: 'object', fields: {}, open: true }
const empty: Shape = { kind: 'object', fields: {} }
const object = (fields: Fields): Shape => ({ kind: 'object', fields })

const cachePoint: Shape = object({
  type: { kind: 'string', oneOf: ['default'] },
  ttl: { kind: 'string', oneOf: ['5m', '1h'], optional: true },
})

const inlineSource: Shape = { kind: 'one-of', fields: { bytes: word } }
const media = (formats: readonly string[], source: Shape): Shape =>
  object({ format: { kind: 'string', oneOf: formats }, source })

const image = media(['png', 'jpeg', 'gif', 'webp'], inlineSource)
const video = media(['mkv', 'mov', 'mp4', 'webm', 'three_gp', 'flv', 'mpeg', 'mpg', 'wmv'], {
  kind: 'one-of',
  fields: { bytes: word, s3Location: object({ uri: word, bucketOwner: optional(word) }) },
})

const toolUse: Shape = object({ toolUseId: name, name, input: anyObject })

function content({ accepts }: Model): Shape {
  const pictures = fieldIf(accepts.images, { image, video })
  const resultBlock: Shape = {
    kind: 'one-of',
    fields: { text: string, json: anyObject, ...fieldIf(accepts.images, { image }) },
  }
  const toolResult = object({
    toolUseId: name,
    content: { kind: 'list', of: resultBlock, min: 1 },
    status: { kind: 'string', oneOf: ['success', 'error'], optional: true },
  })
  const fields = {
    text: string,
    ...pictures,
    ...fieldIf(accepts.tools, { toolUse, toolResult }),
    ...fieldIf(accepts.cachePoints, { cachePoint }),
    reasoningContent: anyObject,
  }
  return { kind: 'list', of: { kind: 'one-of', fields }, min: 1 }
}

const toolSpec: Shape = object({
  name,
  description: optional(word),
  inputSchema: object({ json: anyObject }),
})

const toolConfig = ({ accepts }: Model): Shape => ({
  kind: 'object',
  optional: true,
  fields: {
    tools: {
      kind: 'list',
      of: {
        kind: 'one-of',
        fields: { toolSpec, ...fieldIf(accepts.cachePoints, { cachePoint }) },
      },
      min: 1,
    },
    toolChoice: {
      kind: 'one-of',
      optional: true,
      fields: { auto: empty, any: empty, tool: object({ name }) },
    },
  },
})

const effort: Shape = object({
  type: { kind: 'string', oneOf: ['enabled', 'disabled'] },
  maxReasoningEffort: { kind: 'string', oneOf: ['low', 'medium', 'high'], optional: true },
})

function inferenceConfig({ limits, accepts }: Model): Shape {
  const { temperature, topP, topK } = accepts
  const tokens: Shape = {
    kind: 'number',
    integer: true,
    min: 1,
    max: limits.output,
    optional: true,
  }
  return {
    kind: 'object',
    optional: true,
    fields: {
      maxTokens: tokens,
      max_new_tokens: tokens,
      ...fieldIf(temperature, {
        temperature: { kind: 'number', min: 0, max: 1, optional: true },
      }),
      ...fieldIf(topP, { topP: { kind: 'number', min: 0, max: 1, optional: true } }),
      ...fieldIf(topK, {
        topK: { kind: 'number', integer: true, min: 0, max: 128, optional: true },
      }),
      stopSequences: optional({ kind: 'list', of: word, max: accepts.stopSequences }),
      ...fieldIf(accepts.thinking !== 'no', { reasoningConfig: optional(effort) }),
    },
  }
}

/** Nova 1 names its schema; Nova 2's documentation does not, and takes it all the same. */
export const novaShape = (model: Model): Shape => ({
  kind: 'object',
  fields: {
    schemaVersion: { kind: 'string', oneOf: ['messages-v1'], optional: true },
    ...fieldIf(model.accepts.system, {
      system: {
        kind: 'list',
        of: {
          kind: 'one-of',
          fields: { text: word, ...fieldIf(model.accepts.cachePoints, { cachePoint }) },
        },
        optional: true,
      },
    }),
    messages: {
      kind: 'list',
      of: object({
        role: { kind: 'string', oneOf: ['user', 'assistant'] },
        content: content(model),
      }),
      min: 1,
    },
    inferenceConfig: inferenceConfig(model),
    ...fieldIf(model.accepts.tools, { toolConfig: toolConfig(model) }),
  },
})
