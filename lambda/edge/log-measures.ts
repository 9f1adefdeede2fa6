/** What is measured of a whole exchange: throttled attempts, and the budget it left behind. */
import type { Attempt } from '../core/contracts.ts'
import type { Standing } from '../core/ledger.ts'
import { budgetOf, isLimit } from '../core/limits.ts'
import type { MetricName } from '../core/metrics.ts'

/**
 * As providers name it when they have had enough: `ThrottlingException`, `ModelNotReadyException`,
 * `ServiceQuotaExceededException`, `rate_limit_exceeded`, `HTTP429`. OpenAI’s `insufficient_quota` is
 * an account without money.
 */
const throttled =
  /throttl|notready|rate_?limit|too_?many|^(?!insufficient).*quota|^HTTP(?:429|498)$/i

export const throttles = (attempts: readonly Attempt[]): number =>
  attempts.filter(({ outcome }) => outcome !== 'ok' && throttled.test(outcome)).length

const dayMs = 86_400_000

/** A month has as many days as the one that holds the day two weeks before its end. */
const lengthOf: Readonly<Record<Standing['window'], (endsAt: number) => number>> = {
  now: () => 0,
  minute: () => 60_000,
  day: () => dayMs,
  week: () => 7 * dayMs,
  month(endsAt) {
    if (lastMonth.endsAt !== endsAt) lastMonth = { endsAt, length: monthThatEnds(endsAt) }
    return lastMonth.length
  },
}

/** Nearly every request is of the same month. */
let lastMonth = { endsAt: Number.NaN, length: 0 }

function monthThatEnds(endsAt: number): number {
  const within = new Date(endsAt - 14 * dayMs)
  return (
    new Date(Date.UTC(within.getUTCFullYear(), within.getUTCMonth() + 1, 0)).getUTCDate() * dayMs
  )
}

/** Of a window of which less has passed, nothing is foretold. */
const leastShare = 0.05

/**
 * Of the budget in money that binds first, in percent: what is used or reserved, and what will be at
 * the window’s end if it goes on at the pace so far: a straight line, which knows no nights and no
 * weekends. An hour that a change of clocks takes or gives is left out of account.
 */
export function budgetMeasures(
  standings: readonly Standing[],
  now: number,
): Partial<Record<MetricName, number>> {
  const budget = budgetOf(standings)
  if (budget === undefined || !isLimit(budget) || budget.limit <= 0) return {}
  const { used, reserved, limit, window, resetsAt } = budget
  const usedPercent = ((used + reserved) / limit) * 100
  const length = resetsAt === undefined ? 0 : lengthOf[window](resetsAt)
  const share = resetsAt === undefined || length === 0 ? 0 : 1 - (resetsAt - now) / length
  return {
    BudgetUsedPercent: usedPercent,
    ...(share >= leastShare && { BudgetForecastPercent: usedPercent / Math.min(1, share) }),
  }
}
