/** The cache's table: what it keeps and how long, and that no failure of it is waited for. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CacheKey } from '../lambda/cache/key.ts'
import {
  type CacheStore,
  noCacheStore,
  openCacheStore,
  readPatienceMs,
} from '../lambda/cache/store.ts'
import {
  type Fault,
  type FaultyTable,
  type Order,
  startFaultyTable,
} from './support/store-faults.ts'

let table: FaultyTable
let now = Date.now()
const seconds = () => Math.floor(now / 1000)
let orders: Order[] = []
const order = (fault: Fault) => orders.push(table.order(fault))

Object.assign(process.env, {
  AWS_ACCESS_KEY_ID: 'AKIATOLLGATECACHE',
  AWS_SECRET_ACCESS_KEY: 'no-secret-at-all',
})

beforeAll(async () => {
  table = await startFaultyTable()
})
beforeEach(() => {
  for (const { cancel } of orders) cancel()
  orders = []
})
afterAll(() => table.close())

/** A busy machine may take longer than a request would wait. */
const store = (endpoint = table.url, patienceMs = 10_000): CacheStore =>
  openCacheStore({ table: table.table, region: 'us-east-1', endpoint, patienceMs, now: () => now })

let keys = 0
const fresh = (): CacheKey => ({ pk: 'cache#team#demo', sk: `key-${keys++}` })
const bytes = Buffer.from([0, 1, 2, 250, 255])

describe('the table', () => {
  it('gives back what was put there, byte for byte, and nothing else', async () => {
    const key = fresh()
    expect(await store().read(key)).toBeUndefined()
    expect(await store().write(key, bytes, seconds() + 60)).toBe(true)
    expect(Buffer.from((await store().read(key)) ?? []).equals(bytes)).toBe(true)
    expect(await store().read({ ...key, pk: 'cache#team#other' })).toBeUndefined()
  })

  it('gives nothing whose time is over, whether it was removed or not', async () => {
    const key = fresh()
    const until = seconds() + 60
    await store().write(key, bytes, until)
    now = until * 1000 - 1
    expect(await store().read(key)).toBeDefined()
    now = until * 1000
    expect(await store().read(key)).toBeUndefined()
  })

  it('is told when to remove it', async () => {
    const key = fresh()
    await store().write(key, bytes, 2_000_000_000)
    const item = (await table.items()).find(({ sk }) => sk === key.sk)
    expect(item).toMatchObject({ pk: key.pk, ttl: 2_000_000_000 })
  })

  it.each<Fault['type']>(['throttle', 'exceeded', 'error', 'denied', 'hang', 'reset', 'lost'])(
    'that meets %s is a miss in time, and keeps nothing',
    async (type) => {
      const key = fresh()
      await store(table.direct).write(key, bytes, seconds() + 60)
      expect(await store().read(key)).toBeDefined()
      order({ type } as Fault)
      const started = performance.now()
      expect(await store(table.url, readPatienceMs).read(key)).toBeUndefined()
      expect(performance.now() - started).toBeLessThan(readPatienceMs + slackMs)
      if (type !== 'hang') expect(await store().write(fresh(), bytes, seconds() + 60)).toBe(false)
    },
  )

  it('is waited for 50 ms', () => {
    expect(readPatienceMs).toBe(50)
  })

  it('that is not there is a miss', async () => {
    expect(await store('http://127.0.0.1:1').read(fresh())).toBeUndefined()
    expect(await store('http://127.0.0.1:1').write(fresh(), bytes, 1)).toBe(false)
    expect(await noCacheStore.read(fresh())).toBeUndefined()
  })
})

/** Milliseconds a busy machine may take for the rest; a hanging table would be waited for for a second. */
const slackMs = 500
