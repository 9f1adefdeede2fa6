/** What a call may cost, before it is made: the most it can be billed, or what is likely. */
import type { Call } from '../core/contracts.ts'
import { costMicroUsd, priceAt, ratesFor, tokensOf } from '../core/cost.ts'
import type { Usage } from '../core/reply.ts'
import { type Terms, termsOf } from '../core/terms.ts'
import type { Calibration } from './calibration.ts'
import { type PromptKind, promptSize } from './prompt-size.ts'

/** Whether any target the call may go to is dearer for staying within a geography. */
export type Dearest = { readonly geographic: boolean }

/** `microUsd` is `undefined` where no price is known: unknown is not free. */
export type Estimate = { readonly tokens: number; readonly microUsd: number | undefined }

export const noUsage: Usage = {
  input: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  output: 0,
}

/**
 * Bedrock never bills more than this; of counting it bills nothing. Which tier served a call is its
 * own to decide, so a discount is not counted on.
 */
export function worstCase(call: Call, dearest: Dearest, now = Date.now()): Estimate {
  const { serviceTier, ...terms } = termsOf(call, dearest)
  const least = serviceTier === 'priority' ? { ...terms, serviceTier } : terms
  return priced(worstUsage(call, now), call, least, now)
}

export function likely(
  call: Call,
  dearest: Dearest,
  calibration: Calibration,
  now = Date.now(),
): Estimate {
  return priced(likelyUsage(call, calibration, now), call, termsOf(call, dearest), now)
}

const priced = (usage: Usage, { model }: Call, terms: Terms, now: number): Estimate => ({
  tokens: tokensOf(usage),
  microUsd: costMicroUsd(usage, model, terms, now),
})

export function worstUsage(call: Call, now = Date.now()): Usage {
  if (call.task === 'count') return noUsage
  return { ...promptUsage(call, promptSize(call).bound, now), output: mostOutput(call) }
}

export function likelyUsage(call: Call, calibration: Calibration, now = Date.now()): Usage {
  if (call.task === 'count') return noUsage
  const output = Math.min(calibration.output(call), mostOutput(call))
  return { ...promptUsage(call, likelyPrompt(call, calibration), now), output }
}

export const likelyPrompt = (call: Call, calibration: Calibration): number =>
  Math.min(calibration.prompt(call), promptSize(call).bound)

/**
 * Thinking is within `maxTokens`, and one answer is all that can be asked for. AWS, Nova 2's
 * "Extended thinking": with `high`, which only a native body can ask for, nothing bounds an answer
 * below this.
 */
export function mostOutput(call: Call): number {
  if (call.task !== 'chat') return 0
  const { request, model, native } = call
  const wish = request.thinking
  const high = wish?.type === 'adaptive' && wish.effort === 'high'
  return native !== undefined && model.body.id === 'nova2' && high
    ? Math.max(request.maxTokens, 131_072)
    : request.maxTokens
}

/** A prompt of so many tokens, all of them at the dearest rate the request can come to. */
export function promptUsage(call: Call, tokens: number, now: number): Usage {
  return { ...noUsage, [dearestKind(call, tokens, now)]: tokens }
}

function dearestKind(call: Call, tokens: number, now: number): PromptKind {
  const price = priceAt(call.model, now)
  if (price === undefined) return 'input'
  const rates = ratesFor(price, tokens)
  const dearness = (kind: PromptKind) => rates[kind] ?? 0
  return promptSize(call).kinds.reduce((one, other) =>
    dearness(other) > dearness(one) ? other : one,
  )
}
