/** What a caller asks of the gateway in headers, whatever the dialect. */
import type { GatewayConfig } from '../core/config.ts'
import type { CacheWish } from '../core/contracts.ts'
import type { HttpRequest } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'
import { cacheWishOf } from './cache-wish.ts'

/** Cloudflare's own headers a caller may send through to its gateway, where a target goes by it. */
const throughCloudflare = [
  'cf-aig-metadata',
  'cf-aig-collect-log',
  'cf-aig-collect-log-payload',
  'cf-aig-cache-ttl',
  'cf-aig-skip-cache',
  'cf-aig-cache-key',
]

export type Wishes = {
  readonly cache?: CacheWish
  readonly timeoutMs?: number
  readonly cloudflare: Readonly<Record<string, string>>
}

const longestTimeout = 900_000

/** Of a gateway without a cache, nothing is asked of that. */
export function wished({ headers }: HttpRequest, { cache }: Pick<GatewayConfig, 'cache'>): Wishes {
  const timeoutMs = timeoutIn(headers)
  const cloudflare = Object.fromEntries(
    throughCloudflare.flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  return {
    cloudflare,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(cache !== undefined && { cache: cacheWishOf(headers) }),
  }
}

function timeoutIn(headers: HttpRequest['headers']): number | undefined {
  const name = ['x-tollgate-timeout-ms', 'cf-aig-request-timeout'].find((each) => each in headers)
  if (name === undefined) return undefined
  const said = headers[name] ?? ''
  const ms = /^\d{1,6}$/.test(said) ? Number(said) : 0
  if (ms > 0 && ms <= longestTimeout) return ms
  const message = `${name}: got ${JSON.stringify(said.slice(0, 40))}; it takes milliseconds, 1 to ${longestTimeout}.`
  throw new TollgateError('invalid_body', message, { param: name })
}
