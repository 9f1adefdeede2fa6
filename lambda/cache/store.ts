/** The gateway's table as the cache asks it: in a hurry, and never in anyone's way. */
import { credentials } from '../aws/credentials.ts'
import { signed } from '../aws/signature.ts'
import type { CacheConfig } from '../core/rules-config.ts'
import { bytesOf, post } from '../net/post.ts'
import type { CacheKey } from './key.ts'

export type CacheStore = {
  /** `undefined` where there is nothing that still holds, or where nothing is told in time; never rejects. */
  readonly read: (key: CacheKey) => Promise<Uint8Array | undefined>
  /** `until`: seconds since 1970. Whether it was kept; never rejects. */
  readonly write: (key: CacheKey, bytes: Uint8Array, until: number) => Promise<boolean>
}

export type CacheStoreOptions = {
  readonly table: string
  readonly region: string
  /** In place of AWS's own address. */
  readonly endpoint?: string
  /** Milliseconds of a read. */
  readonly patienceMs?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** Milliseconds. A model is asked after this; the answer may still come, over a connection then kept. */
export const readPatienceMs = 50
const connectionPatienceMs = 1_000
const writePatienceMs = 1_500

type Answer = {
  readonly Item?: {
    readonly body?: { readonly B?: string }
    readonly ttl?: { readonly N?: string }
  }
}

export function openCacheStore(options: CacheStoreOptions): CacheStore {
  const {
    table: TableName,
    region,
    endpoint,
    patienceMs = readPatienceMs,
    now = Date.now,
  } = options
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const url = new URL(endpoint ?? `https://dynamodb.${region}.${suffix}`)

  async function ask(operation: string, input: object, ms: number): Promise<Answer> {
    const body = Buffer.from(JSON.stringify({ TableName, ...input }))
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    }
    const signal = AbortSignal.timeout(ms)
    const unsigned = { host: url.host, path: '/', headers, body }
    const ready = signed(unsigned, { service: 'dynamodb', region }, await credentials(), now())
    const answer = await post({ url, headers: ready, body, signal })
    const text = (await bytesOf(answer)).toString()
    if (answer.statusCode !== 200) throw new Error(`HTTP${answer.statusCode}`)
    return JSON.parse(text) as Answer
  }

  /** As it was a moment ago will do, at half the price. DynamoDB removes what is over within days. */
  async function found({ pk, sk }: CacheKey): Promise<Uint8Array | undefined> {
    const Key = { pk: { S: pk }, sk: { S: sk } }
    const { Item } = await ask('GetItem', { Key }, connectionPatienceMs)
    const { body, ttl } = Item ?? {}
    if (body?.B === undefined || Number(ttl?.N ?? 0) * 1000 <= now()) return undefined
    return Buffer.from(body.B, 'base64')
  }

  return {
    read: (key) => inTime(found(key), patienceMs),
    async write({ pk, sk }, bytes, until) {
      const body = { B: Buffer.from(bytes).toString('base64') }
      const Item = { pk: { S: pk }, sk: { S: sk }, body, ttl: { N: String(until) } }
      try {
        await ask('PutItem', { Item }, writePatienceMs)
        return true
      } catch {
        return false
      }
    },
  }
}

/** `undefined` where it failed, or took longer. */
async function inTime<R>(work: Promise<R>, ms: number): Promise<R | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([work, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
    work.catch(() => {})
  }
}

/** Where the function was told of no table, nothing is remembered. */
export const noCacheStore: CacheStore = {
  read: async () => undefined,
  write: async () => false,
}

export type OpenCache = { readonly config: CacheConfig; readonly store: CacheStore }

/** In the table the function was told of; `undefined` where the gateway has no cache. */
export const openCache = (
  config: CacheConfig | undefined,
  variables: NodeJS.ProcessEnv = process.env,
  patienceMs = readPatienceMs,
): OpenCache | undefined => config && { config, store: storeIn(variables, patienceMs) }

function storeIn(variables: NodeJS.ProcessEnv, patienceMs: number): CacheStore {
  const { AWS_REGION: region = '', TOLLGATE_TABLE: table } = variables
  if (table === undefined) return noCacheStore
  const endpoint = variables.AWS_ENDPOINT_URL_DYNAMODB
  const where = { table, region, patienceMs }
  return openCacheStore({ ...where, ...(endpoint !== undefined && { endpoint }) })
}
