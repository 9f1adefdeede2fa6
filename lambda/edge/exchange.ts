/** One HTTP exchange: its id, who asks, which dialect was spoken, and its log line. */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { GatewayConfig } from '../core/config.ts'
import type { Attempt, Caller, Looked, Target } from '../core/contracts.ts'
import type { Dialect, HttpMethod, HttpRequest } from '../core/dialect.ts'
import type { TollgateError } from '../core/errors.ts'
import type { RecentRequest } from '../core/history.ts'
import { readKey } from '../core/key.ts'
import type { Standing } from '../core/ledger.ts'
import { mostTeams } from '../core/metrics.ts'
import { type OpenRecord, openRecord } from '../core/record.ts'
import { decoded, lowerCased, present } from './event-parts.ts'
import { limitHeaders } from './limit-headers.ts'
import { budgetMeasures, throttles } from './log-measures.ts'
import { logWishOf, tracesOf } from './log-wishes.ts'
import { recentOf } from './recent.ts'

export type Exchange = {
  readonly requestId: string
  /** `POST /bedrock/{model}`, as API Gateway names it. */
  readonly routeKey: string
  /** Absent on routes that are no dialect's. */
  readonly dialect: Dialect | undefined
  readonly caller: Caller | undefined
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** What a caller asked of the log that nobody understands. */
  readonly misunderstood: TollgateError | undefined
  readonly record: OpenRecord
  /** The body as it came, once it is read. */
  text: string
  /** The model as the caller named it, once that is read. */
  asked?: string
  /** Where it would go first, once that is known. */
  target?: Target
  /** Where the limits stand that the call counts in. */
  standings: readonly Standing[] | undefined
  /** What came of looking for a remembered answer. */
  looked?: Looked
  /** What the model could not be given as asked. */
  readonly notices: string[]
  readonly attempts: Attempt[]
  /** Aborted when nobody waits for the answer any more. */
  readonly gone: AbortController
  /** What must be done before the function is over. */
  readonly atEnd: (() => Promise<void>)[]
  /** By `performance.now()`. */
  readonly started: number
  /** Its line is written. */
  finished?: true
  /** For the history of its team, once it is over; what asked no model is none. */
  recent?: RecentRequest
}

/** The event as middlewares pass it on: `body` becomes text, then parsed JSON. */
export type GatewayEvent = Omit<APIGatewayProxyEvent, 'body'> & {
  body: unknown
  exchange: Exchange
}

/** One line a request goes to stdout bare: CloudWatch reads metrics from it only without a wrapper. */
const toStandardOutput = (line: string) => void process.stdout.write(`${line}\n`)

/** Without teams, nobody’s metrics are told apart, and nobody’s log is another than by default. */
export function exchangeOpener(
  dialects: readonly Dialect[],
  { teams }: Partial<Pick<GatewayConfig, 'teams'>> = {},
) {
  const dialectByRoute = new Map(dialects.flatMap(routeEntries))
  const contents = new Map(Object.entries(teams ?? {}).map(([team, { log }]) => [team, log]))
  const byTeam = contents.size > 0 && contents.size <= mostTeams

  return function open(event: Omit<GatewayEvent, 'exchange'>): Exchange {
    const { requestId } = event.requestContext
    const routeKey = `${event.httpMethod} ${event.resource}`
    const dialect = dialectByRoute.get(routeKey)
    const caller = callerOf(event.requestContext)
    const headers = lowerCased(event.headers)
    const { content, metadata, misunderstood } = logWishOf(
      headers,
      contents.get(caller?.team ?? ''),
    )
    const record = openRecord(toStandardOutput, Date.now, { byTeam, content })
    record.set({
      requestId,
      route: routeKey,
      ...(dialect !== undefined && { dialect: dialect.id }),
      ...(caller !== undefined && { team: caller.team, keyId: caller.keyId }),
      ...(metadata !== undefined && { metadata }),
      ...tracesOf(headers),
    })
    const collected = { text: '', notices: [], attempts: [], atEnd: [], standings: undefined }
    const gone = new AbortController()
    return {
      ...{ requestId, routeKey, dialect, caller, headers, misunderstood, record, ...collected },
      ...{ gone, started: record.arrived },
    }
  }
}

const routeEntries = (dialect: Dialect): [string, Dialect][] =>
  dialect.routes.map(({ method, path }) => [`${method} ${path}`, dialect])

/** The authorizer names the caller; without one, the accepted key's own value does. */
function callerOf({
  authorizer,
  identity,
}: APIGatewayProxyEvent['requestContext']): Caller | undefined {
  if (typeof authorizer?.team === 'string' && typeof authorizer.keyId === 'string') {
    return { team: authorizer.team, keyId: authorizer.keyId }
  }
  return readKey(identity.apiKey ?? '')
}

/** What is learnt of a call on its way, for headers and log line. */
export const trailOf = (exchange: Exchange) => ({
  notice: (text: string) => void exchange.notices.push(text),
  attempted: (attempt: Attempt) => void exchange.attempts.push(attempt),
  atEnd: (work: () => Promise<void>) => void exchange.atEnd.push(work),
  standing(standings: readonly Standing[]) {
    exchange.standings = standings
  },
  looked(looked: Looked) {
    exchange.looked = looked
    exchange.record.set({ cache: looked.status })
  },
  /** Told what the caller named, and then where it leads. */
  found(asked: string, target?: Target) {
    exchange.asked = asked
    if (target !== undefined) exchange.target = target
  },
})

/** Headers of every answer, errors included; what does not apply is left out. */
export function commonHeaders(exchange: Exchange): Record<string, string> {
  const { requestId, notices, attempts, standings, dialect, looked } = exchange
  const answered = looked?.status === 'hit' ? looked.target : attempts.at(-1)?.target
  const target = answered ?? exchange.target
  return {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    ...(target !== undefined && { 'x-tollgate-model': `${target.provider}/${target.model.id}` }),
    ...(answered !== undefined && 'region' in answered && { 'x-tollgate-region': answered.region }),
    ...(attempts.length > 0 && { 'x-tollgate-attempts': trail(attempts) }),
    ...(looked !== undefined && { 'x-tollgate-cache': looked.status }),
    ...(looked?.status === 'hit' && { age: String(looked.ageSeconds) }),
    ...(notices.length > 0 && { 'x-tollgate-notice': notices.map(asListItem).join(', ') }),
    ...(standings !== undefined && limitHeaders(standings, dialect, Date.now())),
  }
}

const trail = (attempts: readonly Attempt[]): string =>
  attempts.map(({ target, outcome }) => `${target.place}:${outcome}`).join(',')

/** Milliseconds since the exchange began: those of the provider, and the gateway's own. */
export function timesOf({ attempts, started }: Exchange) {
  const passed = performance.now() - started
  const upstream = attempts.reduce((sum, { ms }) => sum + ms, 0)
  return { passed, upstream, overhead: passed - upstream }
}

/** One item of a comma-separated header, in the characters a header may have. */
const asListItem = (notice: string): string =>
  notice
    .replaceAll('’', "'")
    .replaceAll(',', ';')
    .replaceAll(/[^\x20-\x7e]/g, '?')

/** The answer is out, or nobody takes it: what it left to do is done before the function may sleep. */
export async function ended(
  exchange: Exchange,
  done: (exchange: Exchange) => Promise<void>,
): Promise<void> {
  await Promise.all(exchange.atEnd.map((work) => work()))
  await done(exchange)
}

/** The exchange is over: its line is written, once. */
export function finish(exchange: Exchange, status: number): void {
  if (exchange.finished) return
  exchange.finished = true
  const { record, notices, attempts, standings, caller } = exchange
  const { passed, upstream } = timesOf(exchange)
  const throttled = throttles(attempts)
  record.set({ status, ...(attempts.length > 0 && { attempts: trail(attempts) }) })
  record.measure({
    ...{ DurationMs: passed, UpstreamMs: upstream, Notices: notices.length },
    ...(throttled > 0 && { UpstreamThrottles: throttled }),
    ...(caller !== undefined && standings !== undefined && budgetMeasures(standings, Date.now())),
  })
  record.write()
  const recent = recentOf(exchange, passed)
  if (recent !== undefined) exchange.recent = recent
}

export const httpRequestOf = (event: GatewayEvent): HttpRequest => ({
  route: { method: event.httpMethod as HttpMethod, path: event.resource },
  pathParameters: decoded(present(event.pathParameters)),
  query: present(event.queryStringParameters),
  headers: event.exchange.headers,
  body: event.body,
  text: event.exchange.text,
})
