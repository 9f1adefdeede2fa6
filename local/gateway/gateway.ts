/** The way of a request through API Gateway: route, authorizer, key, throttles, quota, function. */
import { createHash } from 'node:crypto'
import type { RequestListener, ServerResponse } from 'node:http'
import type { FunctionHost } from '../function/pool.ts'
import type { Api } from './api.ts'
import { authorize, headerKey } from './authorize.ts'
import type { Exchange } from './event.ts'
import { word } from './gateway-response.ts'
import { headersTooLarge, headerValues, type Incoming, readBody, readHead } from './incoming.ts'
import { type Client, gatewayHeaders, integrate, type Outcome, type Timeouts } from './integrate.ts'
import type { KeyRegistry } from './key-registry.ts'
import type { Method, MockMethod, Route } from './methods.ts'
import { answerMock } from './mock.ts'
import { notASignature, type Refusal, refusals } from './refusals.ts'
import { type Matched, openRouter } from './routing.ts'
import { openBucket, type TokenBucket } from './token-bucket.ts'
import { type Counts, openUsagePlans } from './usage-plans.ts'

/** What may be told of a request: no key, no query, no body. */
export type RequestLine = {
  readonly requestId: string
  readonly method: string
  readonly path: string
  readonly status: number
  /** `false` where the answer was cut off, by the client or by a failure. */
  readonly whole: boolean
  readonly ms: number
  readonly team: string | undefined
  /** The type of gateway response, where API Gateway itself refused. */
  readonly refused: string | undefined
}

export type GatewayParts = {
  readonly api: Api
  readonly keys: KeyRegistry
  /** By ARN. */
  readonly host: (functionArn: string) => FunctionHost
  readonly counts: Counts
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly log: (line: RequestLine) => void
  readonly timeouts?: Timeouts
}

/** A request on its way: refused, or let through to its function. */
type Passage = { exchange: Exchange; refusal?: Refusal }

export function createGateway(parts: GatewayParts): RequestListener {
  const { api, now, log } = parts
  const routes = [...api.methods, ...api.mocks]
  const route = openRouter<Method | MockMethod>(routes)
  const admit = openUsagePlans(parts.keys, parts.counts, now)
  const stageBuckets = new Map<Route, TokenBucket>()
  for (const method of routes) {
    if (method.throttle !== undefined) stageBuckets.set(method, openBucket(method.throttle, now))
  }

  return function listen(request, response) {
    const started = performance.now()
    const incoming = readHead(request, now())
    const passage: Passage = { exchange: { api, incoming } }
    handle({ request, response }, passage)
      .catch((): Outcome => refusals.integrationFailed)
      .then((outcome) => {
        const refused = 'type' in outcome ? outcome : undefined
        const status = refused === undefined ? outcome.status : refuse(response, refused, passage)
        log({
          requestId: incoming.requestId,
          method: incoming.verb,
          path: incoming.path,
          status,
          whole: 'whole' in outcome ? outcome.whole : true,
          ms: performance.now() - started,
          team: passage.exchange.key?.team,
          refused: refused?.type,
        })
      })
  }

  async function handle(client: Client, passage: Passage): Promise<Outcome> {
    const { incoming } = passage.exchange
    const body = await readBody(client.request)
    if (body.type === 'gone') return { status: 499, whole: false }
    if (body.type === 'too-large' || headersTooLarge(incoming)) return refusals.tooLarge
    const matched = route(incoming.verb, incoming.path)
    if (matched === 'malformed') return refusals.badRequest
    if (matched === 'no-such-method') return noSuchMethod(incoming)
    const refusal = await admitted(matched, passage)
    if (refusal !== undefined) return refusal
    const { method, pathParameters } = matched
    if ('mock' in method) return answerMock(method.mock, passage.exchange, client)
    const host = parts.host(method.functionArn)
    const exchange = { ...passage.exchange, matched: { method, pathParameters } }
    return integrate(exchange, body.bytes, host, client, parts.timeouts)
  }

  /** What is learnt of the caller on the way stays in `passage`, for the refusal's own words. */
  async function admitted(matched: Matched, passage: Passage): Promise<Refusal | undefined> {
    const { method } = matched
    passage.exchange = { ...passage.exchange, matched }
    let value = headerKey(passage.exchange)
    if (method.authorizer !== undefined) {
      const host = parts.host(method.authorizer.functionArn)
      const verdict = await authorize(host, { ...passage.exchange, matched })
      if ('status' in verdict) return verdict
      passage.exchange = { ...passage.exchange, authorizer: verdict.context }
      if (api.keySource === 'AUTHORIZER') value = verdict.usageIdentifierKey
    } else if (api.keySource === 'AUTHORIZER') value = undefined
    const stageAdmits = () => stageBuckets.get(method)?.() !== false
    if (!method.keyRequired) return stageAdmits() ? undefined : refusals.throttled
    const admission = admit(value)
    if (admission.key !== undefined) passage.exchange = { ...passage.exchange, key: admission.key }
    if ('refusal' in admission) return admission.refusal
    if (!stageAdmits()) return refusals.throttled
    admission.count()
    return undefined
  }
}

function noSuchMethod(incoming: Incoming): Refusal {
  const [authorization] = headerValues(incoming, 'authorization')
  if (authorization === undefined || authorization.startsWith('AWS4-')) return refusals.noSuchMethod
  return notASignature(createHash('sha256').update(authorization).digest('base64'))
}

/** Answers with the refusal's status, which the template may have changed. */
function refuse(response: ServerResponse, refusal: Refusal, { exchange }: Passage): number {
  if (response.headersSent) {
    response.destroy()
    return response.statusCode
  }
  const { status, headers, body } = word(refusal, exchange)
  const length = { 'content-length': String(Buffer.byteLength(body)) }
  const all = { ...gatewayHeaders(exchange), ...headers, ...length }
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value)
  response.statusCode = status
  response.end(body)
  return status
}
