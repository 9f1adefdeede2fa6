/** Says amounts, times and durations as a person reads them. */

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })
/** Costs of one answer lie far below a cent. */
const fractions = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 3,
})
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

export const counted = (amount: number): string => whole.format(amount)
/** `1 request`, `2 requests`. */
export const many = (amount: number, of: string): string =>
  `${counted(amount)} ${of}${amount === 1 ? '' : 's'}`

export const compact = (amount: number): string => short.format(amount)
export const money = (usd: number): string =>
  usd === 0 || usd >= 0.1 ? dollars.format(usd) : fractions.format(usd)
export const percent = (part: number): string =>
  part > 0 && part < 0.005 ? 'under 1 %' : `${whole.format(part * 100)} %`

export const milliseconds = (ms: number): string =>
  ms < 1000 ? `${whole.format(ms)} ms` : `${(ms / 1000).toFixed(1)} s`

export const timeOf = (at: number): string => clock.format(at)
export const dayOf = (at: number): string => day.format(at)

/** The time alone where it is of today. */
export const momentOf = (at: number): string =>
  new Date(at).toDateString() === new Date().toDateString()
    ? seconds.format(at)
    : `${dayOf(at)}, ${timeOf(at)}`

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** `in 9 days`, `2 hours ago`: the largest unit of which there are two. */
export function fromNow(at: number, now = Date.now()): string {
  const gap = at - now
  const [unit, size] =
    units.find(([, size]) => Math.abs(gap) >= 2 * size) ?? (['second', 1000] as const)
  return relative.format(Math.round(gap / size), unit)
}

/** Of a limit's or forecast's measure. */
export const amountOf = {
  requests: (amount: number) => counted(amount),
  tokens: (amount: number) => (amount < 10_000_000 ? counted(amount) : compact(amount)),
  micro_usd: (amount: number) => money(amount / 1e6),
  parallel: (amount: number) => counted(amount),
} as const

export const titleOf = {
  requests: 'Requests',
  tokens: 'Tokens',
  micro_usd: 'Money',
  parallel: 'Calls at once',
} as const

export const windowOf = {
  minute: 'this minute',
  day: 'today',
  week: 'this week',
  month: 'this month',
  now: '',
} as const
