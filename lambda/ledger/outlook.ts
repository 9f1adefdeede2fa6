/**
 * Where a limit's window will end if its pace holds: likely, and between which bounds four in five
 * such windows would end.
 *
 * A window is seen in parts, a month and a week in days, a day in hours, counted from its own
 * beginning. The pace is the mean of the parts that are over; where there are fewer than three, or
 * no history that accounts for what the ledger counted, it is what was used by the share of the
 * window that is over. The range is a prediction interval of the parts that are left: Student's t
 * over the spread of those that are over. Where the spread is not known, it is taken to be as large
 * as the mean, which is what calls that come by chance and in bursts make of it. No day of the week
 * is told from another.
 */
import type { Hour, Outlook } from '../core/history.ts'
import type { Amounts, Standing } from '../core/ledger.ts'
import { dayMs } from './local-days.ts'

const hourMs = 3_600_000

/** Less of a window than this says nothing of the rest. */
const leastShare = 0.02
/** Nor do fewer requests, where it is known how many there were. */
export const leastRequests = 5
/** Parts that are over, for a mean and a spread of their own. */
const leastParts = 3
/** How far history and ledger may differ, in parts of what was used: history is written by best effort. */
const tolerance = 0.1

const partOf = {
  minute: undefined,
  day: hourMs,
  week: dayMs,
  month: dayMs,
  now: undefined,
} as const

/** `hours`: those of the team since the window began, or none. Of a minute, and of calls at once, nothing is said. */
export function outlookOf(
  standing: Standing,
  hours: readonly Hour[],
  now: number,
): Outlook | undefined {
  const { used, limit, resetsAt, window } = standing
  const partMs = partOf[window]
  if (resetsAt === undefined || partMs === undefined || used <= 0 || now >= resetsAt)
    return undefined
  const startsAt = startOf(window, resetsAt)
  const passed = now - startsAt
  if (passed < leastShare * (resetsAt - startsAt)) return undefined
  const seen = seenIn(standing, hours, { startsAt, now })
  if ((seen.requests ?? leastRequests) < leastRequests) return undefined
  const { mean, spread, over } = paceOf(used, seen.amounts, { startsAt, now, partMs })
  const left = (resetsAt - now) / partMs
  const expected = Math.round(used + mean * left)
  const width = tenth(over - 1) * spread * Math.sqrt(left + left ** 2 / over)
  const low = Math.min(expected, Math.max(used, Math.floor(used + mean * left - width)))
  const high = Math.max(expected, Math.ceil(used + mean * left + width - nearly))
  const outlook = { standing, expected, low, high }
  if (expected <= limit) return outlook
  const untilLimit = mean > 0 ? Math.max(0, (limit - used) / mean) * partMs : 0
  return { ...outlook, reachedAt: Math.min(Math.ceil(now + untilLimit), resetsAt - 1) }
}

/** What is so little above a whole number is that number, but for how computers divide. */
const nearly = 1e-6

/** Of all that will be there for long enough to say. */
export const outlooksOf = (
  standings: readonly Standing[],
  hours: readonly Hour[],
  now: number,
): readonly Outlook[] => standings.flatMap((standing) => outlookOf(standing, hours, now) ?? [])

/**
 * When the window began that ends then. A month ends at midnight of some zone, at most 14 hours from
 * that of UTC, and is taken to have begun at the same: an hour's change of its clocks is let pass.
 */
export function startOf(window: Standing['window'], resetsAt: number): number {
  switch (window) {
    case 'month': {
      const near = new Date(resetsAt + 15 * dayMs)
      const end = Date.UTC(near.getUTCFullYear(), near.getUTCMonth(), 1)
      const begin = Date.UTC(near.getUTCFullYear(), near.getUTCMonth() - 1, 1)
      return begin + (resetsAt - end)
    }
    case 'week':
      return resetsAt - 7 * dayMs
    case 'day':
      return resetsAt - dayMs
    case 'minute':
      return resetsAt - 60_000
    case 'now':
      return resetsAt
  }
}

type Span = { readonly startsAt: number; readonly now: number }

type Between = (from: number, to: number) => number

/**
 * What history says of a limit. `amounts` is absent where it does not know that limit (one of a key,
 * or the organisation's), or not all of what was used.
 */
function seenIn(
  { whose, key, model, measure, used }: Standing,
  hours: readonly Hour[],
  { startsAt, now }: Span,
): { readonly amounts?: Between; readonly requests?: number } {
  const known = whose === 'team' && key === undefined && measure !== 'parallel'
  if (!known) return measure === 'requests' ? { requests: used } : {}
  const of = (hour: Hour): Amounts | undefined => (model === undefined ? hour : hour.models[model])
  const between =
    (measured: keyof Amounts): Between =>
    (from, to) =>
      hours.reduce((sum, hour) => {
        const end = Math.min(hour.at + hourMs, now)
        const common = Math.min(end, to) - Math.max(hour.at, from)
        if (common <= 0) return sum
        return sum + ((of(hour)?.[measured] ?? 0) * common) / (end - hour.at)
      }, 0)
  const amounts = between(measure === 'micro-usd' ? 'microUsd' : measure)
  if (Math.abs(amounts(startsAt, now) - used) > tolerance * used) {
    return measure === 'requests' ? { requests: used } : {}
  }
  return { amounts, requests: Math.round(between('requests')(startsAt, now)) }
}

/** Of one part: its likely amount, how much parts differ, and how many are over. */
function paceOf(
  used: number,
  amounts: Between | undefined,
  { startsAt, now, partMs }: Span & { readonly partMs: number },
) {
  const passed = (now - startsAt) / partMs
  const whole = Math.floor(passed)
  if (amounts === undefined || whole < leastParts) {
    const mean = used / passed
    return { mean, spread: mean, over: Math.max(1, passed) }
  }
  const beginOf = (index: number): number => startsAt + index * partMs
  const parts = Array.from({ length: whole }, (_, index) =>
    amounts(beginOf(index), beginOf(index + 1)),
  )
  /** The ledger is exact: history only says how much of it fell into the part that is not over. */
  const mean = Math.max(0, used - amounts(beginOf(whole), now)) / whole
  const middle = parts.reduce((sum, part) => sum + part, 0) / whole
  const squares = parts.reduce((sum, part) => sum + (part - middle) ** 2, 0)
  return { mean, spread: Math.sqrt(squares / (whole - 1)), over: whole }
}

/**
 * Above which one in ten values of Student's t lies, by its degrees of freedom: Cornish and Fisher's
 * expansion around the normal distribution's, two percent off for two and less for more.
 */
function tenth(freedom: number): number {
  const normal = 1.2816
  const degrees = Math.max(2, freedom)
  return normal + (normal ** 3 + normal) / (4 * degrees) + 0.571 / degrees ** 2
}
