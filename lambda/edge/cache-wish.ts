/** What a caller asks of the gateway's cache, by our names or by Cloudflare's. */
import type { CacheWish } from '../core/contracts.ts'
import type { HttpRequest } from '../core/dialect.ts'
import { TollgateError } from '../core/errors.ts'

type Headers = HttpRequest['headers']

/** Cloudflare, "AI Gateway, Caching": the last of a row is its deprecated name. */
const names = {
  ttl: ['x-tollgate-cache-ttl', 'cf-aig-cache-ttl', 'cf-cache-ttl'],
  skip: ['x-tollgate-skip-cache', 'cf-aig-skip-cache', 'cf-skip-cache'],
  key: ['x-tollgate-cache-key', 'cf-aig-cache-key'],
} as const

/** Seconds, as Cloudflare has them: a minute to a month. */
const shortestTtl = 60
export const longestTtl = 2_592_000

const longestKey = 1_024

export function cacheWishOf(headers: Headers): CacheWish {
  const ttlSeconds = read(headers, names.ttl, ttlOf)
  const skip = read(headers, names.skip, skipOf)
  const key = read(headers, names.key, keyOf)
  return {
    ...(ttlSeconds !== undefined && { ttlSeconds }),
    ...(skip === true && { skip }),
    ...(key !== undefined && { key }),
  }
}

function read<R>(
  headers: Headers,
  known: readonly string[],
  parse: (said: string, name: string) => R,
): R | undefined {
  const name = known.find((each) => each in headers)
  return name === undefined ? undefined : parse(headers[name] ?? '', name)
}

function ttlOf(said: string, name: string): number {
  const seconds = /^\d{1,7}$/.test(said) ? Number(said) : 0
  if (seconds >= shortestTtl && seconds <= longestTtl) return seconds
  throw wrong(name, said, `seconds, ${shortestTtl} to ${longestTtl}`)
}

function skipOf(said: string, name: string): boolean {
  if (said === 'true' || said === 'false') return said === 'true'
  throw wrong(name, said, 'true or false')
}

function keyOf(said: string, name: string): string {
  if (said !== '' && said.length <= longestKey) return said
  throw wrong(name, said, `1 to ${longestKey} characters`)
}

function wrong(name: string, said: string, takes: string): TollgateError {
  const message = `${name}: got ${JSON.stringify(said.slice(0, 40))}; it takes ${takes}.`
  return new TollgateError('invalid_body', message, { param: name })
}
