/** What an operator writes of where calls go: regions, accounts, other providers, and in which order. */
import type { Accepts, AnyModel, Price } from './model.ts'
import type { Rules } from './rules-config.ts'

export type RegionConfig = {
  readonly region: string
  /** An address in place of AWS's own Bedrock endpoint in this region. */
  readonly endpoint?: string
  /**
   * DNS name of an interface endpoint for `bedrock-runtime` in this region, as AWS prints it:
   * `vpce-….bedrock-runtime.us-west-2.vpce.amazonaws.com`. Excludes `endpoint`.
   */
  readonly vpcEndpoint?: string
}

/**
 * Which target is asked first; the others stand behind it, in the order of the list. `priority`
 * (default): the first, so that a provider's prompt cache stays warm. `weighted`: by lot, each by
 * its weight. `least-latency`: the one whose first byte came soonest lately, in this environment.
 */
export type Strategy = 'priority' | 'weighted' | 'least-latency'

/** An alias with a list of targets. */
export type ModelRoute = Rules & {
  readonly strategy?: Strategy
  readonly targets: readonly TargetConfig[]
}

export type TargetConfig = BedrockTargetConfig | OutsideTargetConfig

type Weighed = {
  /** Of `weighted`; default 1. A target of weight 0 is asked only when others fail. */
  readonly weight?: number
}

export type BedrockTargetConfig = Weighed & {
  /** Catalogue id, the id of a profile, or a row of one's own. */
  readonly model: string | AnyModel
  /** One of `regions`. Absent: each of them where the model can be called, in their order. */
  readonly region?: string
  /** Another AWS account, twelve digits, whose models are called by a role it gives. */
  readonly account?: string
  /** The way out, in place of the direct one. */
  readonly via?: 'cloudflare'
}

/** A model of another provider; what it can and costs is not in the catalogue. */
export type OutsideTargetConfig = Weighed & {
  /** One of `providers`. */
  readonly provider: string
  /** The provider's own name of it; Azure's: of the deployment. */
  readonly model: string
  /** A catalogue id whose facts hold for it too, price included. */
  readonly like?: string
  /** Facts that differ from those, or from what any model of such a provider can. */
  readonly name?: string
  readonly price?: readonly Price[]
  readonly limits?: { readonly context: number; readonly output: number }
  readonly accepts?: Partial<Accepts>
  /** Of a model that makes embeddings: the lengths its vectors can have, the default first. */
  readonly dimensions?: readonly number[]
}

/** `key`: ARN of a secret of AWS Secrets Manager in the home region; all of its text is the key. */
export type ProviderConfig =
  /** Any server that speaks OpenAI's chat completions below this address: `https://api.openai.com/v1`. */
  | { readonly type: 'openai'; readonly url: string; readonly key?: string }
  /** `https://NAME.openai.azure.com`. */
  | {
      readonly type: 'azure'
      readonly url: string
      readonly apiVersion: string
      readonly key: string
    }
  | { readonly type: 'anthropic'; readonly url?: string; readonly key: string }
  | { readonly type: 'cohere'; readonly url?: string; readonly key: string }

/** Cloudflare, "AI Gateway": calls are signed for Bedrock and sent to this gateway of this account. */
export type CloudflareConfig = {
  readonly account: string
  readonly gateway: string
  /** ARN of a secret with the token of an authenticated gateway. */
  readonly token?: string
}

/** Longest waits for a provider, in milliseconds. */
export type Timeouts = {
  /** For the first byte of a stream. Default 60,000; 30,000 while another target is left to ask. */
  readonly firstByteMs?: number
  /** Between two pieces of a stream. Default 60,000. */
  readonly idleMs?: number
}
