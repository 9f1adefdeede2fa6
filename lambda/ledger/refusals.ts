/** How a call that does not fit is refused: which limit, how it stands, and when it is worth trying again. */
import type { Window } from '../core/config.ts'
import { type ErrorCode, type Grounds, TollgateError } from '../core/errors.ts'
import type { Amounts } from '../core/ledger.ts'
import { neverPasses } from '../core/limits.ts'
import { momentOf, usdOf } from '../core/units.ts'
import { entriesOf, standingIn } from './account.ts'
import { amountIn } from './buckets.ts'
import type { Shortage } from './partition.ts'

export function refusalOf(
  { bucket, item }: Shortage,
  amounts: Amounts,
  now: number,
): TollgateError {
  const { then: _, ...standing } = standingIn(item, entriesOf(item))(bucket)
  const grounds: Grounds = { ...standing, asked: amountIn(bucket.attribute, amounts) }
  const retryAfter = waitFor(grounds, now)
  return new TollgateError(codeOf(grounds), messageOf(grounds), {
    grounds,
    ...(retryAfter !== undefined && { retryAfter }),
  })
}

/** Seconds; none where no wait helps. */
function waitFor(grounds: Grounds, now: number): number | undefined {
  if (neverPasses(grounds)) return undefined
  const { resetsAt } = grounds
  return resetsAt === undefined ? 1 : Math.max(1, Math.ceil((resetsAt - now) / 1000))
}

function codeOf({ measure, window }: Grounds): ErrorCode {
  if (measure === 'parallel') return 'throttled'
  if (measure === 'requests') return window === 'minute' ? 'throttled' : 'quota_exceeded'
  return measure === 'tokens' && window === 'minute' ? 'tokens_per_minute' : 'budget_exceeded'
}

const adjectives: Readonly<Record<Window | 'now', string>> = {
  minute: 'per-minute',
  day: 'daily',
  week: 'weekly',
  month: 'monthly',
  now: 'parallel',
}

/** The contract fixes how the messages of the first two begin. */
const openings: Partial<Record<ErrorCode, string>> = {
  quota_exceeded: 'Limit Exceeded',
  throttled: 'Too Many Requests',
}

function messageOf(grounds: Grounds): string {
  const { whose, measure, window, limit, used, reserved, asked, resetsAt } = grounds
  const opening = openings[codeOf(grounds)] ?? 'Budget exceeded'
  const say = (amount: number) => amountText(measure, amount)
  const owner = whose === 'organisation' ? 'The organisation' : ownerOf(grounds)
  const what = `${owner} may use ${say(limit)}${window === 'now' ? ' at once' : ''}`
  const per = window === 'now' ? '' : ` (${adjectives[window]} limit)`
  const stand = `used ${say(used)}, reserved ${say(reserved)}, this request asks for up to ${say(asked)}`
  return `${opening}: ${what}${per}: ${stand}. ${adviceFor(measure, neverPasses(grounds), resetsAt)}`
}

function ownerOf({ key, model }: Grounds): string {
  if (key !== undefined) return 'This key'
  return model === undefined ? 'This team' : `This team, of the model ${model},`
}

function amountText(measure: Grounds['measure'], amount: number): string {
  switch (measure) {
    case 'micro-usd':
      return `${usdOf(amount)} USD`
    case 'parallel':
      return `${amount} ${amount === 1 ? 'call' : 'calls'}`
    case 'tokens':
    case 'requests':
      return `${amount} ${amount === 1 ? measure.slice(0, -1) : measure}`
  }
}

function adviceFor(
  measure: Grounds['measure'],
  never: boolean,
  resetsAt: number | undefined,
): string {
  if (never) {
    return measure === 'requests' || measure === 'parallel'
      ? 'No wait helps.'
      : 'No wait helps: ask for fewer tokens, with a shorter prompt or a lower max_tokens.'
  }
  if (resetsAt === undefined) return 'It passes when one of them has ended.'
  return `It resets at ${momentOf(resetsAt)}.`
}
