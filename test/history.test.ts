/** A team's past: each request moves its hour by exactly what it was, the last ones are kept for a day, and no team meets another's. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAccounting } from '../lambda/accounting.ts'
import { openCatalogue } from '../lambda/catalogue.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { RecentRequest } from '../lambda/core/history.ts'
import { noHistory, openHistory } from '../lambda/history/history.ts'
import { mostAnHour } from '../lambda/history/items.ts'
import { flushEveryMs } from '../lambda/history/waiting.ts'
import { openStore, type Store, StoreFailure } from '../lambda/ledger/store.ts'
import { memoryStore } from './support/memory-store.ts'
import { startTable, type TableServer } from './support/table.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const one = Date.UTC(2026, 10, 21, 13)

const request = (changes: Partial<RecentRequest> = {}): RecentRequest => ({
  ...{ id: 'r1', at: one + 60_000, route: 'POST /v1/messages', keyId: 'abcd1234' },
  ...{ status: 200, outcome: 'ok', stream: false, durationMs: 812.4 },
  ...changes,
})

function opened(store: Store = memoryStore(), keeps?: (team: string) => boolean) {
  const clock = { now: one + 120_000 }
  const history = openHistory(store, { now: () => clock.now, ...(keeps && { keeps }) })
  return { history, clock }
}

const nothing = { tokens: 0, microUsd: 0, errors: 0, cacheHits: 0 }

/** What came, of which model, and what its hour is then more by. */
const kinds: readonly (readonly [string, string | undefined, Partial<RecentRequest>, object])[] = [
  [
    'an answer',
    'nova',
    { inputTokens: 21, outputTokens: 19, costMicroUsd: 5.82 },
    {
      ...{ ...nothing, tokens: 40, microUsd: 6, durationMs: 812 },
      models: { nova: { requests: 1, tokens: 40, microUsd: 6 } },
    },
  ],
  [
    'an answer with tokens in a provider’s cache',
    'claude.4:5 "é"',
    { inputTokens: 2, outputTokens: 3, tokens: 4005, costMicroUsd: 1000 },
    {
      ...{ ...nothing, tokens: 4005, microUsd: 1000, durationMs: 812 },
      models: { 'claude.4:5 "é"': { requests: 1, tokens: 4005, microUsd: 1000 } },
    },
  ],
  [
    'one that was remembered',
    'nova',
    { cache: 'hit', inputTokens: 0, outputTokens: 0, costMicroUsd: 0, durationMs: 4.6 },
    {
      ...{ ...nothing, cacheHits: 1, durationMs: 5 },
      models: { nova: { requests: 1, tokens: 0, microUsd: 0 } },
    },
  ],
  [
    'a refusal before its model was read',
    undefined,
    { status: 400, outcome: 'invalid_body', durationMs: 2 },
    { ...nothing, errors: 1, durationMs: 2, models: {} },
  ],
  [
    'a stream that broke',
    'nova',
    { stream: true, outcome: 'upstream_error', inputTokens: 5, outputTokens: 1 },
    {
      ...{ ...nothing, tokens: 6, errors: 1, durationMs: 812 },
      models: { nova: { requests: 1, tokens: 6, microUsd: 0 } },
    },
  ],
  [
    'a stream whose caller went',
    'nova',
    { stream: true, outcome: 'abandoned', costMicroUsd: 7 },
    {
      ...{ ...nothing, microUsd: 7, durationMs: 812 },
      models: { nova: { requests: 1, tokens: 0, microUsd: 7 } },
    },
  ],
]

describe('an hour', () => {
  it.each(kinds)('is more by exactly what it was: %s', async (_, model, changes, more) => {
    const { history } = opened()
    expect(await history.add('red', model, request(changes))).toBe(true)
    expect(await history.hours('red', one)).toEqual([{ at: one, requests: 1, ...more }])
    await history.add('red', model, request(changes))
    const [twice] = await history.hours('red', one)
    expect(twice).toMatchObject({ requests: 2 })
  })

  it('is told where it ends after the moment that is asked for, oldest first', async () => {
    const { history, clock } = opened()
    const hours = [-40, -30, -1, 0].map((day) => one + day * dayMs)
    for (const at of [...hours, one - hourMs].toReversed()) {
      await history.add('red', 'nova', request({ at }))
    }
    const since = async (at: number) => (await history.hours('red', at)).map((hour) => hour.at)
    expect(await since(one)).toEqual([one])
    expect(await since(one - 1)).toEqual([one - hourMs, one])
    expect(await since(one - 31 * dayMs)).toEqual([
      ...[one - 30 * dayMs, one - dayMs],
      ...[one - hourMs, one],
    ])
    clock.now += 10 * dayMs
    expect(await since(one - 31 * dayMs)).toEqual([one - dayMs, one - hourMs, one])
  })
})

describe('last requests', () => {
  it('are told newest first, as they were, for a day', async () => {
    const { history, clock } = opened()
    const all = [0, 2, 9, 23].map((age) =>
      request({
        ...{ id: `r${age}`, at: one - age * hourMs, asked: 'nova', model: 'amazon.nova-lite-v1:0' },
        ...{ decision: 'd1', attempts: 'us-east-1:ok', metadata: { job: 'x' }, firstTokenMs: 5 },
      }),
    )
    for (const each of all) await history.add('red', 'nova', each)
    expect(await history.recent('red', 50)).toEqual(all)
    expect(await history.recent('red', 2)).toEqual(all.slice(0, 2))
    clock.now = one + hourMs - 1
    expect(await history.recent('red', 50)).toEqual(all)
    clock.now += 1
    expect(await history.recent('red', 50)).toEqual(all.slice(0, 3))
  })

  it('are the last ones, however many there are', async () => {
    const store = memoryStore()
    const { history, clock } = opened(store)
    const ids = Array.from({ length: mostAnHour + 40 }, (_, index) => `r${index}`)
    for (const [index, id] of ids.entries()) {
      await history.add('red', 'nova', request({ id, at: one + index }))
      clock.now += flushEveryMs
    }
    const told = await history.recent('red', mostAnHour)
    expect(told.map(({ id }) => id)).toEqual(ids.toReversed().slice(0, mostAnHour))
    expect(store.items()).toHaveLength(mostAnHour + 1)
  })

  it('are not kept of a team whose log says nothing of them', async () => {
    const { history } = opened(memoryStore(), (team) => team !== 'silent')
    for (const team of ['silent', 'red']) await history.add(team, 'nova', request())
    expect(await history.recent('silent', 50)).toEqual([])
    expect(await history.hours('silent', one)).toMatchObject([{ requests: 1 }])
    expect(await history.recent('red', 50)).toHaveLength(1)
  })

  it('have prompt and answer cut at 4 KB, between letters', async () => {
    const { history } = opened()
    const [prompt, answer] = ['äß漢😀'.repeat(1000), 'a'.repeat(4096)]
    await history.add('red', 'nova', request({ prompt, answer, asked: 'm'.repeat(5000) }))
    const [told] = await history.recent('red', 1)
    expect(told?.answer).toBe(answer)
    const kept = told?.prompt ?? ''
    expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(4096)
    expect(Buffer.byteLength(kept)).toBeGreaterThan(4088)
    expect(kept.endsWith('…')).toBe(true)
    expect(prompt.startsWith(kept.slice(0, -1))).toBe(true)
    expect(told?.asked).toHaveLength(200)
  })
})

describe('teams', () => {
  it.each([
    ['red', 'blue'],
    ['a', 'a#hour'],
    ['team', 'team#team'],
  ])('never meet: %s and %s', async (mine, other) => {
    const { history } = opened()
    await history.add(other, 'nova', request({ prompt: 'theirs' }))
    expect(await history.hours(mine, 0)).toEqual([])
    expect(await history.recent(mine, 128)).toEqual([])
    expect(await history.recent(other, 128)).toHaveLength(1)
  })
})

describe('where the table fails', () => {
  const failing = (): Store => {
    const fails = async () => {
      throw new StoreFailure('Timeout', true)
    }
    return { ...memoryStore(), update: fails, list: fails }
  }

  it('a request is lost, which is said and rejects nothing; to read it is unavailable', async () => {
    const { history } = opened(failing())
    expect(await history.add('red', 'nova', request())).toBe(false)
    for (const ask of [history.hours('red', one), history.recent('red', 1)]) {
      await expect(ask).rejects.toMatchObject({ code: 'upstream_unavailable' })
    }
  })
})

describe('a gateway', () => {
  const config: GatewayConfig = { regions: ['us-east-1'], models: {}, plans: {}, teams: {} }
  const catalogue = openCatalogue(config)
  const told = { TOLLGATE_TABLE: 'Tollgate-ledger', AWS_REGION: 'us-east-1' }

  it.each<[string, GatewayConfig, NodeJS.ProcessEnv, boolean]>([
    ['with a table', config, told, true],
    ['without one', config, { AWS_REGION: 'us-east-1' }, false],
    ['told to keep none', { ...config, monitoring: { history: false } }, told, false],
    ['told to keep one', { ...config, monitoring: { history: true } }, told, true],
  ])('%s', (_, configured, variables, keeps) => {
    const { history } = openAccounting(configured, catalogue, variables)
    expect(history !== noHistory).toBe(keeps)
  })
})

describe('in the real table', () => {
  let table: TableServer
  beforeAll(async () => {
    const rights = { AWS_ACCESS_KEY_ID: 'AKIATOLLGATEHISTORY0', AWS_SECRET_ACCESS_KEY: 'none' }
    Object.assign(process.env, rights)
    table = await startTable()
  })
  afterAll(() => table?.close())

  it('it is the same, and every item ends by itself', async () => {
    const { table: name, url: endpoint } = table
    const { history } = opened(openStore({ table: name, region: 'us-east-1', endpoint }))
    for (const [, model, changes] of kinds) await history.add('red', model, request(changes))
    const { history: memory } = opened()
    for (const [, model, changes] of kinds) await memory.add('red', model, request(changes))
    expect(await history.hours('red', one)).toEqual(await memory.hours('red', one))
    const ids = async (of: typeof history) =>
      (await of.recent('red', 50)).map(({ outcome }) => outcome).sort()
    expect(await ids(history)).toEqual(await ids(memory))
    const items = (await table.items()) as readonly Record<string, unknown>[]
    expect(items).toHaveLength(kinds.length + 1)
    for (const { sk, ttl } of items) {
      const kept = String(sk).startsWith('hour#') ? 40 * dayMs : dayMs
      const began = String(sk).startsWith('hour#') ? one : one + 60_000
      expect(Math.abs(Number(ttl) * 1000 - began - kept)).toBeLessThanOrEqual(60_000)
    }
  })
})
