/** What a call may come to, whichever of its targets answers: the dearest counts. */
import type { Call, TargetedCall } from '../core/contracts.ts'
import { costMicroUsd, priceAt } from '../core/cost.ts'
import { type Amounts, noAmounts } from '../core/ledger.ts'
import type { Usage } from '../core/reply.ts'
import { termsOf } from '../core/terms.ts'
import { aimed } from '../routing/aim.ts'
import type { Estimate } from './estimate.ts'

/** The most of each measure; no money where one of them has no price. */
export function dearest(call: Call, estimate: (as: TargetedCall) => Estimate): Estimate {
  const [first, ...others] = distinct(call).map(estimate)
  return others.reduce(most, first ?? { tokens: 0, microUsd: 0 })
}

const most = (one: Estimate, other: Estimate): Estimate => ({
  tokens: Math.max(one.tokens, other.tokens),
  microUsd:
    one.microUsd === undefined || other.microUsd === undefined
      ? undefined
      : Math.max(one.microUsd, other.microUsd),
})

export const mostAmounts = (all: readonly Amounts[]): Amounts =>
  all.reduce(
    (one, other) => ({
      requests: Math.max(one.requests, other.requests),
      tokens: Math.max(one.tokens, other.tokens),
      microUsd: Math.max(one.microUsd, other.microUsd),
    }),
    noAmounts,
  )

/** Of targets that ask and cost the same, one: regions of one model mostly do. */
function distinct(call: Call): readonly TargetedCall[] {
  const seen = new Map<string, TargetedCall>()
  for (const { as, target } of aimed(call)) {
    const key = `${target.provider} ${target.model.id} ${target.geographic}`
    if (!seen.has(key)) seen.set(key, as(call))
  }
  return [...seen.values()]
}

export const costsOf = (call: Call, amounts: (as: TargetedCall) => Amounts): readonly Amounts[] =>
  distinct(call).map(amounts)

/** Without targets whose price is not known: what is not known is not free. */
export function withKnownPrice(call: Call, now = Date.now()): Call {
  const targets = call.targets.filter(({ model }) => priceAt(model, now) !== undefined)
  return targets.length === call.targets.length ? call : { ...call, targets }
}

/** What was billed, in the ledger's measures. */
export function billed(usage: Usage, as: TargetedCall, now: number): Omit<Amounts, 'requests'> {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = usage
  const tokens = input + cacheRead + cacheWrite5m + cacheWrite1h + output
  return { tokens, microUsd: costMicroUsd(usage, as.model, termsOf(as, as.target), now) ?? 0 }
}
