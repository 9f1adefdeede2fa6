/** Tells a browser whether a page of its origin may read an answer. */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { GatewayConfig } from '../core/config.ts'

type Headers = Readonly<Record<string, string>>

/** Fetch: `*` exposes every header of an answer to a request without cookies. */
const exposed = { 'access-control-expose-headers': '*' }

/**
 * Headers for the answer to an event. Each origin is told of itself alone, so an answer is another
 * one for another origin.
 */
export function crossOrigin(
  cors: GatewayConfig['cors'],
): (event: Pick<APIGatewayProxyEvent, 'headers'>) => Headers {
  if (cors === undefined) return () => ({})
  if (cors.origins.includes('*')) {
    return () => ({ 'access-control-allow-origin': '*', ...exposed })
  }
  const listed = new Set(cors.origins)
  return function headersFor({ headers }) {
    const origin = originOf(headers)
    const allowed = origin !== undefined && listed.has(origin)
    return {
      vary: 'origin',
      ...(allowed && { 'access-control-allow-origin': origin, ...exposed }),
    }
  }
}

/** In small letters over HTTP/2. */
const originOf = (headers: APIGatewayProxyEvent['headers'] | null) =>
  Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'origin')?.[1]
