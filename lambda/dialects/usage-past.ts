/** A team's own past: what its hours came to, and its last requests. */
import type { AccountDialect, HttpRequest } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import { TollgateError } from '../core/errors.ts'
import { shown } from '../wire/shown.ts'
import { hourSaid, requestSaid } from '../wire/usage-said.ts'

const hourMs = 3_600_000
const mostHours = 31 * 24
const usualHours = 24

const mostRequests = 128
const usualRequests = 50

export const usageHours: AccountDialect = {
  task: 'account',
  id: 'usage-hours',
  routes: [{ method: 'GET', path: '/v1/usage/hours' }],

  async answer({ query }, { caller, hours }) {
    const since = sinceOf(query, Date.now())
    const all = await hours(since)
    return json({ team: caller.team, since: isoOf(since), hours: all.map(hourSaid) })
  },

  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

export const usageRequests: AccountDialect = {
  task: 'account',
  id: 'usage-requests',
  routes: [{ method: 'GET', path: '/v1/usage/requests' }],

  async answer({ query }, { caller, recent }) {
    onlyKnown(query, ['limit'])
    const most = numberOf(query, 'limit', mostRequests) ?? usualRequests
    const all = await recent(most)
    return json({ team: caller.team, requests: all.map(requestSaid) })
  },

  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

/** The beginning of the first hour that is told. */
function sinceOf(query: HttpRequest['query'], now: number): number {
  onlyKnown(query, ['since', 'hours'])
  const { since } = query
  const hours = numberOf(query, 'hours', mostHours)
  if (since === undefined) return firstOf(now, hours ?? usualHours)
  if (hours !== undefined) {
    throw wrong('since', 'since: stands beside hours; one of the two says where to begin.')
  }
  const at = momentForm.test(since) ? Date.parse(since) : Number.NaN
  if (Number.isNaN(at) || at > now) {
    throw wrong('since', `since: got ${shown(since)}, needs a past moment, as ${isoOf(now)}.`)
  }
  const first = Math.floor(at / hourMs) * hourMs
  if (first < firstOf(now, mostHours)) {
    const earliest = isoOf(firstOf(now, mostHours))
    throw wrong(
      'since',
      `since: got ${shown(since)}, needs ${earliest} or later: 31 days are told.`,
    )
  }
  return first
}

/** The hour that is now is one of them. */
const firstOf = (now: number, hours: number): number =>
  (Math.floor(now / hourMs) - hours + 1) * hourMs

/** A date, or RFC 3339. */
const momentForm = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/

function numberOf(query: HttpRequest['query'], name: string, most: number): number | undefined {
  const text = query[name]
  if (text === undefined) return undefined
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > most) {
    throw wrong(name, `${name}: got ${shown(text)}, needs a whole number from 1 to ${most}.`)
  }
  return number
}

function onlyKnown(query: HttpRequest['query'], known: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw wrong(unknown, `${shown(unknown)}: is not known here; there is ${known.join(' and ')}.`)
}

const wrong = (param: string, message: string): TollgateError =>
  new TollgateError('invalid_body', message, { param })

const isoOf = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}/, '')

const json = (body: unknown) => ({
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
})
