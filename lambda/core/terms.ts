/** What decides a call's price besides the model, the day and the tokens. */
import type { Call } from './contracts.ts'
import type { ServiceTier } from './request.ts'

export type Terms = {
  /** Sent by a profile that stays within a geography, which may cost more. */
  readonly geographic: boolean
  readonly serviceTier?: ServiceTier
  /** AWS, "Optimize model inference for latency": faster, and dearer. */
  readonly latency?: 'optimized'
}

const tiers: readonly string[] = ['default', 'priority', 'flex'] satisfies readonly ServiceTier[]
const isTier = (word: string | undefined): word is ServiceTier => tiers.includes(word ?? '')

/** A native caller says them in Bedrock's own headers, or in a body whose view has them too. */
export function termsOf(call: Call, { geographic }: { readonly geographic: boolean }): Terms {
  const headers = call.native?.headers ?? {}
  const asked = headers['x-amzn-bedrock-service-tier']
  const said = call.task === 'embed' ? undefined : call.request.serviceTier
  const serviceTier = isTier(asked) ? asked : said
  const latency =
    headers['x-amzn-bedrock-performanceconfig-latency'] ??
    (call.task === 'embed' ? undefined : call.request.latency)
  return {
    geographic,
    ...(serviceTier !== undefined && { serviceTier }),
    ...(latency === 'optimized' && { latency }),
  }
}
