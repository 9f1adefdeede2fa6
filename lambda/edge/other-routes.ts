/** What is no dialect's: the health check, and every path that does not exist. */
import type { Dialect, FormattedAnswer } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import type { Answer } from './answer.ts'
import { commonHeaders, type Exchange, finish } from './exchange.ts'

export function otherRoutes(dialects: readonly Dialect[]) {
  const routes = dialects.flatMap((dialect) => dialect.routes)
  const known = [...routes.map(({ method, path }) => `${method} ${path}`), 'GET /health'].join(', ')

  return function answer(exchange: Exchange): Answer {
    if (exchange.routeKey !== 'GET /health') {
      throw new TollgateError(
        'route_not_found',
        `There is no such route here. There are: ${known}.`,
      )
    }
    return listed(exchange, { contentType: 'application/json', body: '{"status": "ok"}' })
  }
}

/** What no model was asked for. */
export function listed(
  exchange: Exchange,
  { contentType, body, headers }: FormattedAnswer,
): Answer {
  exchange.record.set({ outcome: 'ok' })
  finish(exchange, 200)
  const all = { 'content-type': contentType, ...headers, ...commonHeaders(exchange) }
  return { statusCode: 200, headers: all, body }
}
