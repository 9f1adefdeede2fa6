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

export type ChatRequest = {
  /** The model as the caller named it: alias, id, profile or ARN. */
  readonly model: string
  readonly messages: readonly Message[]
  readonly tools: readonly Tool[]
  readonly toolChoice?: ToolChoice
  /** Most tokens the answer may have. */
  readonly maxTokens?: number
  readonly sampling: Sampling
  /** Absent means: as the model does by default. */
  readonly thinking?: ThinkingWish
  readonly stream: boolean
}

/** A request that `fit` has compared with a model's facts: its answer has a bound. */
export type FittedRequest = ChatRequest & { readonly maxTokens: number }
