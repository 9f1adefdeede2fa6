/** What a caller asks of a model, whatever dialect it was asked in. */
import type { CachePoint, JsonObject, Message } from './conversation.ts'

export type Tool = {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the tool's input. */
  readonly input: JsonObject
  readonly cache?: CachePoint
}

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'none' }
  | { readonly type: 'any' }
  | { readonly type: 'tool'; readonly name: string }

/** Absent means: as the model does by default. */
export type Sampling = {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly seed?: number
  readonly stop?: readonly string[]
}

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max'

export type ThinkingWish =
  | { readonly type: 'off' }
  | { readonly type: 'budget'; readonly tokens: number }
  | { readonly type: 'adaptive'; readonly effort?: Effort }

/** `schema` is a JSON Schema the answer's text must satisfy; `json` is any JSON object. */
export type OutputFormat =
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema'
      readonly name: string
      readonly description?: string
      readonly schema: JsonObject
    }

export type ServiceTier = 'default' | 'priority' | 'flex'

export type ChatRequest = {
  /** The model as the caller named it: alias, id, profile or ARN. */
  readonly model: string
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  /** Most tokens the answer may have. */
  readonly maxTokens?: number
  readonly sampling: Sampling
  /** Whether several tools may be called in one answer; absent: as the model does by default. */
  readonly parallelTools?: boolean
  /** Absent means: as the model does by default. */
  readonly thinking?: ThinkingWish
  /** Absent means: plain text. */
  readonly output?: OutputFormat
  readonly serviceTier?: ServiceTier
  /** Native requests only: inference that is optimised for latency is dearer. */
  readonly latency?: 'optimized'
  /** Features Anthropic opens by name; the catalogue knows which ones Bedrock takes. */
  readonly betas?: readonly string[]
  readonly stream: boolean
}

/** What a body says, without what its route does: which model, and whether it streams. */
export type SaidRequest = Omit<ChatRequest, 'model' | 'stream'>

/** What embeddings are for; models that make no difference of it take it as told. */
export type EmbeddingUse = 'document' | 'query' | 'classification' | 'clustering'

export type EmbedRequest = {
  readonly model: string
  /** Not empty; the answer has one vector for each, in this order. */
  readonly inputs: readonly string[]
  /** How long a vector shall be; absent: as the model does by default. */
  readonly dimensions?: number
  readonly use?: EmbeddingUse
  readonly stream: false
}

/**
 * A caller's own bytes for Bedrock, on the native routes: they are sent on as they are, and what
 * comes back is told as it came. The request beside them is what policies read.
 */
export type NativeRequest = {
  readonly operation: 'invoke' | 'converse'
  readonly body: string
  /** Bedrock's own request headers, from an allow-list: `accept`, guardrail, trace, latency, tier. */
  readonly headers: Readonly<Record<string, string>>
}

/** A request that `fit` has compared with a model's facts: its answer has a bound. */
export type FittedRequest = ChatRequest & { readonly maxTokens: number }
