/** Opens every exchange, and answers whatever goes wrong in it, in the caller's dialect. */
import { Readable } from 'node:stream'
import type { MiddlewareObj } from '@middy/core'
import type { GatewayConfig } from '../core/config.ts'
import type { Dialect } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import { asTollgateError, type ErrorCode, TollgateError } from '../core/errors.ts'
import type { Ledger, Standing } from '../core/ledger.ts'
import type { Answer } from './answer.ts'
import { crossOrigin } from './cors.ts'
import { keepDecision } from './decisions.ts'
import {
  commonHeaders,
  type Exchange,
  exchangeOpener,
  finish,
  type GatewayEvent,
} from './exchange.ts'

/** Without a ledger no decision is kept; without `cors` no browser is let in; without `teams` none has metrics of its own. */
export function exchanges(
  dialects: readonly Dialect[],
  ledger?: Pick<Ledger, 'remember'>,
  config: Partial<Pick<GatewayConfig, 'cors' | 'teams'>> = {},
): MiddlewareObj<GatewayEvent, Answer> {
  const open = exchangeOpener(dialects, config)
  const forBrowsers = crossOrigin(config.cors)
  return {
    before({ event }) {
      event.exchange = open(event)
      const { dialect, caller, misunderstood } = event.exchange
      if (dialect !== undefined && caller !== undefined && misunderstood) throw misunderstood
    },
    after(request) {
      const { event, response } = request
      if (response) request.response = streamed(response, forBrowsers(event))
    },
    async onError(request) {
      const { exchange } = request.event
      const error = fromParser(request.error) ?? asTollgateError(request.error)
      if (ledger !== undefined) await keepDecision(exchange, error, ledger)
      request.response = streamed(failedAnswer(exchange, error), forBrowsers(request.event))
    },
  }
}

/** middy waits for ever for a text to be taken by a caller who has gone; of a stream it hears that. */
const streamed = ({ body, headers, ...answer }: Answer, more: Answer['headers']): Answer => ({
  ...answer,
  headers: { ...headers, ...more },
  body: typeof body === 'string' ? Readable.from([body]) : body,
})

function failedAnswer(exchange: Exchange, error: TollgateError): Answer {
  exchange.record.fail(error)
  exchange.standings ??= standingsOf(error)
  finish(exchange, error.status)
  const {
    contentType,
    body,
    headers: own,
  } = exchange.dialect?.formatError(error, exchange.requestId) ?? {
    contentType: 'application/json',
    body: JSON.stringify(errorBody(error, exchange.requestId)),
    headers: {},
  }
  const retry = retryHeaders(error)
  const headers = { 'content-type': contentType, ...own, ...retry, ...commonHeaders(exchange) }
  return { statusCode: error.status, headers, body }
}

/** Seconds a client may be left to wait by itself; past them OpenAI's goes on sooner than it was told. */
const longestWait = 60

/** Limits of the gateway's own. */
const ownLimits: ReadonlySet<ErrorCode> = new Set([
  'quota_exceeded',
  'tokens_per_minute',
  'budget_exceeded',
  'throttled',
])

/** A client that tries again by itself is told not to where a limit of ours lasts longer. */
function retryHeaders({ code, retryAfter }: TollgateError): Record<string, string> {
  const tooLong = ownLimits.has(code) && (retryAfter ?? Infinity) > longestWait
  return {
    ...(retryAfter !== undefined && { 'retry-after': String(Math.ceil(retryAfter)) }),
    ...(tooLong && { 'x-should-retry': 'false' }),
  }
}

/** Where nobody has told where the limits stand, the one that refused is known. */
const standingsOf = ({ code, grounds }: TollgateError): readonly Standing[] | undefined =>
  grounds !== undefined && ownLimits.has(code) ? [{ ...grounds, then: 'refuse' }] : undefined

/** The JSON parser throws errors of its own: 422 for bad JSON, and for keys that reach a prototype. */
function fromParser(thrown: unknown): TollgateError | undefined {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return undefined
  const { data, message } = (thrown.cause ?? {}) as { data?: unknown; message?: string }
  if (message !== undefined) {
    return new TollgateError('invalid_json', `The body is not valid JSON: ${message}.`)
  }
  const param = String(data)
  return new TollgateError('invalid_body', `${param}: is not a field of any request.`, { param })
}
