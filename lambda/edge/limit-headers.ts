/** Where a team's limits stand, in headers: OpenAI's for every client, and those of the dialect. */
import type { Dialect } from '../core/dialect.ts'
import type { Standing } from '../core/ledger.ts'
import { bindingOf, budgetOf, remainingOf } from '../core/limits.ts'
import { momentOf, usdOf } from '../core/units.ts'

export function limitHeaders(
  standings: readonly Standing[],
  dialect: Dialect | undefined,
  now: number,
): Record<string, string> {
  if (standings.length === 0) return {}
  const requests = bindingOf(standings, 'requests')
  const tokens = bindingOf(standings, 'tokens')
  return {
    ...rateLimit('requests', requests, now),
    ...rateLimit('tokens', tokens, now),
    ...dialect?.limitHeaders?.({ requests, tokens }),
    ...budgetHeaders(budgetOf(standings)),
  }
}

function rateLimit(of: string, bucket: Standing | undefined, now: number): Record<string, string> {
  if (bucket === undefined) return {}
  const { limit, resetsAt } = bucket
  return {
    [`x-ratelimit-limit-${of}`]: String(limit),
    [`x-ratelimit-remaining-${of}`]: String(remainingOf(bucket)),
    ...(resetsAt !== undefined && { [`x-ratelimit-reset-${of}`]: duration(resetsAt - now) }),
  }
}

function budgetHeaders(budget: Standing | undefined): Record<string, string> {
  if (budget === undefined) return {}
  const { resetsAt } = budget
  return {
    'x-tollgate-budget-remaining-usd': usdOf(remainingOf(budget)),
    ...(resetsAt !== undefined && { 'x-tollgate-budget-resets-at': momentOf(resetsAt) }),
  }
}

/**
 * OpenAI, "Rate limits in headers": `1s`, `6m0s`. Clients read it as a duration of Go, whose largest
 * unit is the hour.
 */
function duration(ms: number): string {
  const all = Math.max(0, Math.ceil(ms / 1000))
  const seconds = `${all % 60}s`
  if (all < 60) return seconds
  const minutes = Math.floor(all / 60)
  if (minutes < 60) return `${minutes}m${seconds}`
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`
}
