/** Opens every exchange, and answers whatever goes wrong in it, in the caller's dialect. */
import type { MiddlewareObj } from '@middy/core'
import type { Dialect } from '../core/contracts.ts'
import { errorBody } from '../core/error-body.ts'
import { asTollgateError, TollgateError } from '../core/errors.ts'
import type { Answer } from './answer.ts'
import {
  commonHeaders,
  type Exchange,
  exchangeOpener,
  finish,
  type GatewayEvent,
} from './exchange.ts'

export function exchanges(dialects: readonly Dialect[]): MiddlewareObj<GatewayEvent, Answer> {
  const open = exchangeOpener(dialects)
  return {
    before({ event }) {
      event.exchange = open(event)
    },
    onError(request) {
      request.response = failedAnswer(request.event.exchange, request.error)
    },
  }
}

function failedAnswer(exchange: Exchange, thrown: unknown): Answer {
  const error = fromParser(thrown) ?? asTollgateError(thrown)
  exchange.record.fail(error)
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
  const retry = error.retryAfter === undefined ? {} : { 'retry-after': String(error.retryAfter) }
  const headers = { 'content-type': contentType, ...own, ...retry, ...commonHeaders(exchange) }
  return { statusCode: error.status, headers, body }
}

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
