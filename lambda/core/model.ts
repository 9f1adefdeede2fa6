/** What a model is: facts only, one row a model, everything else asks them. */
import type { Body, EmbeddingBody } from './contracts.ts'

/** Geographies whose inference profiles carry a model across regions; `us.` + model id is one. */
export type ProfileScope = 'us' | 'eu' | 'apac' | 'jp' | 'au' | 'ca' | 'in' | 'us-gov' | 'global'

/** Inclusive bounds of a number. */
export type Range = { readonly min: number; readonly max: number }

/** What a model can be given. A fact that is absent or 0 means: refused by the model. */
export type Accepts = {
  readonly system: boolean
  readonly tools: boolean
  readonly images: boolean
  readonly documents: boolean
  readonly thinking: 'no' | 'budget' | 'adaptive' | 'effort'
  readonly cachePoints: boolean
  readonly temperature?: Range
  readonly topP?: Range
  readonly topK?: Range
  /** Temperature and top_p exclude each other. */
  readonly oneSampler: boolean
  /** How many stop sequences; 0: none. */
  readonly stopSequences: number
  readonly streaming: boolean
  /** How an answer is held to a JSON schema: by the model itself, by a forced tool, or not at all. */
  readonly jsonSchema: 'native' | 'tool' | 'no'
  /** Which tool the model calls can be forced. */
  readonly forcedTools: boolean
  /** An answer the caller has begun can be gone on with. */
  readonly prefill: boolean
  /** Features of Anthropic's API that Bedrock takes for this model, by their beta names. */
  readonly betas: readonly string[]
}

/** USD per million tokens, as AWS prints them. */
export type Rates = {
  readonly input: number
  readonly output: number
  readonly cacheRead?: number
  readonly cacheWrite5m?: number
  readonly cacheWrite1h?: number
}

/** Rates in force from a day on (`YYYY-MM-DD`, UTC). */
export type Price = Rates & {
  readonly from: string
  /** Dearer rates for the whole request when its input is longer than `tokens`. */
  readonly above?: Rates & { readonly tokens: number }
  /** What a geographic profile costs more, in per cent. */
  readonly geoPercent?: number
  /** What a service tier costs, in per cent of these rates, where AWS prints it for the model. */
  readonly tiers?: { readonly priority?: number; readonly flex?: number }
}

export type Lifecycle =
  | { readonly status: 'active' }
  | { readonly status: 'legacy'; readonly endOfLife: string; readonly successor: string }
  | { readonly status: 'retired'; readonly endOfLife: string; readonly successor: string }

/** What is true of any model, whatever it is for. */
type Offered = {
  /** Bedrock's own id, without a profile's prefix. */
  readonly id: string
  /** As a person would say it. */
  readonly name: string
  /** Who serves it, by the configuration's name, where that is not Bedrock. */
  readonly servedBy?: string
  readonly price: readonly Price[]
  readonly profiles: readonly ProfileScope[]
  /** Regions in which the bare id may be called; elsewhere a profile is needed. */
  readonly onDemand: readonly string[] | 'everywhere'
  readonly lifecycle: Lifecycle
}

/** A model that answers a conversation. */
export type Model = Offered & {
  readonly task?: 'chat'
  readonly body: Body
  /** In tokens. */
  readonly limits: { readonly context: number; readonly output: number }
  readonly accepts: Accepts
}

/** A model that turns text into vectors. */
export type EmbeddingModel = Offered & {
  readonly task: 'embed'
  readonly body: EmbeddingBody
  /** Tokens of one text; how many texts one call takes. */
  readonly limits: { readonly context: number; readonly batch: number }
  /** Lengths a vector can have, the default first. */
  readonly dimensions: readonly number[]
}

export type AnyModel = Model | EmbeddingModel
