/** What is no dialect's: health, the gateway's description, and every path that does not exist. */
import type { Dialect, FormattedAnswer } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import type { Answer } from './answer.ts'
import { commonHeaders, type Exchange, finish } from './exchange.ts'

/** Routes that need no key. */
const open = ['GET /health', 'GET /openapi.json']

/** `describe` writes the OpenAPI document; it is asked for once, and only if somebody wants it. */
export function otherRoutes(dialects: readonly Dialect[], describe: () => Promise<string>) {
  const routes = dialects.flatMap((dialect) => dialect.routes)
  const known = [...routes.map(({ method, path }) => `${method} ${path}`), ...open].join(', ')
  let description: Promise<string> | undefined

  return async function answer(exchange: Exchange): Promise<Answer> {
    switch (exchange.routeKey) {
      case 'GET /health':
        return listed(exchange, { contentType: 'application/json', body: '{"status": "ok"}' })
      case 'GET /openapi.json':
        description ??= describe()
        return listed(exchange, { contentType: 'application/json', body: await description })
      default:
        throw new TollgateError(
          'route_not_found',
          `There is no such route here. There are: ${known}.`,
        )
    }
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
