/** A flood costs a history little: what comes quickly is written together, is counted exactly, and what is lost is told. */
import { describe, expect, it } from 'vitest'
import type { History, RecentRequest } from '../lambda/core/history.ts'
import { openHistory } from '../lambda/history/history.ts'
import { flushEveryMs, flushesAtOnce, mostParts, mostWhole } from '../lambda/history/waiting.ts'
import { type Store, StoreFailure } from '../lambda/ledger/store.ts'
import { memoryStore } from './support/memory-store.ts'

const hourMs = 3_600_000
const one = Date.UTC(2026, 10, 21, 13)

const request = (changes: Partial<RecentRequest> = {}): RecentRequest => ({
  ...{ id: 'r1', at: one + 60_000, route: 'POST /v1/messages', keyId: 'abcd1234' },
  ...{ status: 200, outcome: 'ok', stream: false, durationMs: 812.4 },
  ...changes,
})

function opened(store: Store = memoryStore(), keeps: (team: string) => boolean = () => true) {
  const clock = { now: one + 120_000 }
  return { history: openHistory(store, { now: () => clock.now, keeps }), clock }
}

/** The store as it is asked: how often, and with how many items. */
function counted(store: Store = memoryStore()) {
  const asked = { updates: 0, puts: 0, batches: [] as number[] }
  const counting: Store = {
    ...store,
    async update(change, care) {
      asked.updates += 1
      return store.update(change, care)
    },
    async put(item, care) {
      asked.puts += 1
      return store.put(item, care)
    },
    async putAll(items, care) {
      asked.batches.push(items.length)
      return store.putAll(items, care)
    },
  }
  return { asked, store: counting }
}

/** Adds so many of a team, and says whether all are kept. */
async function addMany(history: History, team: string, many: number, from = 0): Promise<boolean> {
  const told: boolean[] = []
  for (let index = from; index < from + many; index += 1) {
    const each = request({ id: `r${index}`, at: one + index, inputTokens: 3, costMicroUsd: 7 })
    told.push(await history.add(team, 'nova', each))
  }
  return told.every(Boolean)
}

describe('a flood', () => {
  const newest = (until: number, many: number) =>
    Array.from({ length: many }, (_, index) => `r${until - 1 - index}`)
  const idsOf = async (history: History, team: string, most: number) =>
    (await history.recent(team, most)).map(({ id }) => id)

  it('of 1,000 in a second is eleven updates, and sums are exact', async () => {
    const { asked, store } = counted()
    const { history } = opened(store)
    expect(await addMany(history, 'red', 1_000)).toBe(true)
    expect(asked).toEqual({ updates: flushesAtOnce, puts: flushesAtOnce, batches: [] })
    const [hour] = await history.hours('red', one)
    const amounts = { requests: 1_000, tokens: 3_000, microUsd: 7_000 }
    expect(hour).toEqual({
      ...{ at: one, ...amounts, errors: 0, cacheHits: 0, durationMs: 812_000 },
      models: { nova: amounts },
    })
    expect(asked).toEqual({ updates: 11, puts: flushesAtOnce, batches: [mostWhole] })
    expect(await idsOf(history, 'red', 28)).toEqual([
      ...newest(1_000, mostWhole),
      ...newest(flushesAtOnce, 3),
    ])
  })

  it('that goes on is one update and one batch a second', async () => {
    const { asked, store } = counted()
    const { history, clock } = opened(store)
    await addMany(history, 'red', 100)
    for (let second = 1; second <= 5; second += 1) {
      clock.now += flushEveryMs
      await addMany(history, 'red', 100, second * 100)
    }
    expect(asked.updates).toBe(flushesAtOnce + 5)
    expect(asked.batches).toEqual([25, 25, 25, 25, 25])
    expect(await history.hours('red', one)).toMatchObject([{ requests: 600 }])
  })

  it('that is over leaves room for ten at once, however long ago it was', async () => {
    const { asked, store } = counted()
    const { history, clock } = opened(store)
    await addMany(history, 'red', 50)
    clock.now += 1_000 * flushEveryMs
    await addMany(history, 'red', 50, 50)
    expect(asked.updates).toBe(2 * flushesAtOnce)
  })

  it('over the end of an hour is counted in both, each with its last ones', async () => {
    const { history } = opened()
    await addMany(history, 'red', flushesAtOnce)
    for (const at of [one - 1, one, one - 2]) {
      await history.add('red', 'nova', request({ id: `at ${at - one}`, at }))
    }
    expect(await history.hours('red', one - 1)).toMatchObject([
      { at: one - hourMs, requests: 2 },
      { at: one, requests: flushesAtOnce + 1 },
    ])
    expect((await idsOf(history, 'red', 50)).toSorted()).toEqual(
      ['at -1', 'at -2', 'at 0', ...newest(flushesAtOnce, flushesAtOnce)].toSorted(),
    )
  })

  it('of many teams is written when there are too many to wait', async () => {
    const { asked, store } = counted()
    const { history } = opened(store)
    await addMany(history, 'red', flushesAtOnce)
    const teams = Array.from({ length: mostParts }, (_, index) => `team ${index}`)
    for (const team of teams.slice(1)) await addMany(history, team, 2)
    expect(asked.updates).toBe(flushesAtOnce)
    await addMany(history, 'team 0', 1)
    expect(asked).toEqual({
      ...{ updates: flushesAtOnce + mostParts, puts: flushesAtOnce },
      batches: [25, 25, 25, 24],
    })
    await addMany(history, 'red', 1)
    expect(asked.updates).toBe(flushesAtOnce + mostParts)
    for (const [index, team] of teams.entries()) {
      expect(await idsOf(history, team, 5)).toEqual(index === 0 ? ['r0'] : ['r1', 'r0'])
    }
  })

  it('by more models than an update has room for does not wait', async () => {
    const { asked, store } = counted()
    const { history } = opened(store)
    await addMany(history, 'red', flushesAtOnce)
    for (let model = 0; model < 400; model += 1) {
      await history.add('red', `model ${model}`, request({ inputTokens: 1, costMicroUsd: 1 }))
    }
    expect(asked.updates).toBe(flushesAtOnce + 5)
    const [hour] = await history.hours('red', one)
    expect(Object.keys(hour?.models ?? {})).toHaveLength(401)
  })

  it('is read whole while it is being written', async () => {
    const { promise: held, resolve: go } = Promise.withResolvers<void>()
    const memory = memoryStore()
    const slow: Store = {
      ...memory,
      update: async (change) => held.then(() => memory.update(change)),
    }
    const { history } = opened(slow)
    const adding = Promise.all(Array.from({ length: 30 }, () => addMany(history, 'red', 1)))
    const read = history.hours('red', one)
    go()
    expect(await read).toMatchObject([{ requests: 30 }])
    expect(await adding).not.toContain(false)
  })

  it('of a silent team keeps no request', async () => {
    const { asked, store } = counted()
    const { history } = opened(store, () => false)
    await addMany(history, 'red', 100)
    expect(await history.hours('red', one)).toMatchObject([{ requests: 100 }])
    expect(asked).toMatchObject({ puts: 0, batches: [] })
  })
})

describe('what waited and could not be written', () => {
  const isBroken = { update: false, putAll: false, half: false }
  const memory = memoryStore()
  const breaking: Store = {
    ...memory,
    async update(change) {
      if (isBroken.update) throw new StoreFailure('Timeout', true)
      return memory.update(change)
    },
    async putAll(items) {
      if (isBroken.putAll) throw new StoreFailure('Timeout', true)
      return isBroken.half ? items.slice(0, 12) : memory.putAll(items)
    },
  }

  /** Whether the last is told to be kept, and how many others are told to be lost. */
  it.each([
    ['its hour', 'update', [false, { red: 39, blue: 1 }]],
    ['its last requests', 'putAll', [false, { red: 24 }]],
    ['some of them', 'half', [false, { red: 11 }]],
  ] as const)('is counted: %s', async (_, broken, told) => {
    const lost: Record<string, number> = {}
    const clock = { now: one }
    const history = openHistory(breaking, {
      now: () => clock.now,
      keeps: (team) => team === 'red',
      lost: (team, requests) => {
        lost[team] = (lost[team] ?? 0) + requests
      },
    })
    await addMany(history, 'red', flushesAtOnce)
    expect(await addMany(history, 'red', 39)).toBe(true)
    expect(await addMany(history, 'blue', 1)).toBe(true)
    Object.assign(isBroken, { update: false, putAll: false, half: false, [broken]: true })
    clock.now += flushEveryMs
    expect([await addMany(history, 'red', 1), lost]).toEqual(told)
    Object.assign(isBroken, { [broken]: false })
    clock.now += flushEveryMs
    expect(await addMany(history, 'red', 1)).toBe(true)
  })

  it('is counted where a read brings it out', async () => {
    const lost: (string | number)[] = []
    const history = openHistory(breaking, { now: () => one, lost: (...all) => lost.push(...all) })
    await addMany(history, 'green', flushesAtOnce + 5)
    Object.assign(isBroken, { update: true })
    expect(await history.hours('green', one)).toMatchObject([{ requests: flushesAtOnce }])
    expect(lost).toEqual(['green', 5])
    Object.assign(isBroken, { update: false })
  })
})
