/** The ledger's table as DynamoDB would serve it: it takes time, is billed, and throttles a hot item. */
import { controlKey } from '../../lambda/ledger/control.ts'
import {
  brisk,
  type Care,
  type Change,
  ConditionFailed,
  type Item,
  type Key,
  type Store,
  StoreFailure,
} from '../../lambda/ledger/store.ts'
import { memoryStore } from '../../test/support/memory-store.ts'
import type { Clock } from './clock.ts'
import { bytesOf, readUnits, writeUnits } from './item-size.ts'
import type { Random } from './random.ts'

/** AWS, "Best practices for designing partition keys": write units a second of one partition. */
export const mostUnitsASecond = 1_000

export type Meter = {
  calls: number
  writes: number
  writeUnits: number
  readUnits: number
  throttled: number
}

export type MeteredTable = {
  readonly meter: Meter
  /** Of the item that had most, in its busiest second, and of the account as a whole. */
  readonly peak: { item: number; account: number; bytes: number }
  /** All that is held or settled in tokens, in the order the table made it so. */
  readonly committed: () => { readonly now: number; readonly most: number }
  readonly environment: () => Environment
}

export type Environment = {
  readonly store: Store
  /** What was committed at the moment this environment last saw how the account stands. */
  readonly committedWhenSeen: () => number
}

/** One way and back, in milliseconds. */
const latency = { median: 4, spread: 0.35 }
const mostPauseMs = 50

const entry = 'o.'
const tokensToday = /^td[0-9a-z]+$/

export function openMeteredTable({ now, pause }: Clock, random: Random): MeteredTable {
  const shared = memoryStore()
  const meter: Meter = { calls: 0, writes: 0, writeUnits: 0, readUnits: 0, throttled: 0 }
  const peak = { item: 0, account: 0, bytes: 0 }
  const sizes = new Map<string, number>()
  const buckets = new Map<string, { left: number; at: number }>()
  const seconds = new Map<string, { second: number; units: number }>()
  const committed = { now: 0, most: 0 }

  const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`

  /** A second's units may be saved up; what an item costs is known when it is written. */
  function spend(name: string, units: number): void {
    const bucket = bucketOf(name)
    bucket.left -= units
    peak.item = Math.max(peak.item, thisSecond(name, units))
    peak.account = Math.max(peak.account, thisSecond('all', units))
    meter.writeUnits += units
  }

  function bucketOf(name: string) {
    const bucket = buckets.get(name) ?? { left: mostUnitsASecond, at: now() }
    const refilled = bucket.left + ((now() - bucket.at) * mostUnitsASecond) / 1_000
    const fresh = { left: Math.min(mostUnitsASecond, refilled), at: now() }
    buckets.set(name, fresh)
    return fresh
  }

  function thisSecond(name: string, units: number): number {
    const second = Math.floor(now() / 1_000)
    const was = seconds.get(name)
    const sum = (was?.second === second ? was.units : 0) + units
    seconds.set(name, { second, units: sum })
    return sum
  }

  async function write(change: Change): Promise<Item> {
    const name = nameOf(change.key)
    if (bucketOf(name).left <= 0) {
      meter.throttled += 1
      throw new StoreFailure('ProvisionedThroughputExceededException', true)
    }
    const was = sizes.get(name) ?? 0
    try {
      const item = await shared.update(change)
      const bytes = bytesOf(item)
      sizes.set(name, bytes)
      peak.bytes = Math.max(peak.bytes, bytes)
      spend(name, writeUnits(Math.max(was, bytes)))
      commit(change)
      return item
    } catch (thrown) {
      if (thrown instanceof ConditionFailed) spend(name, writeUnits(was))
      throw thrown
    }
  }

  /** A transfer between items holds and settles nothing. */
  function commit({ set = {}, add = {}, drop = [] }: Change): void {
    for (const [name, text] of Object.entries(set)) {
      if (name.startsWith(entry)) committed.now += Number(JSON.parse(String(text))[2])
    }
    if (drop.some((name) => name.startsWith(entry))) {
      for (const [name, by] of Object.entries(add)) {
        if (tokensToday.test(name)) committed.now += by
      }
    }
    committed.most = Math.max(committed.most, committed.now)
  }

  async function served<T>(work: () => Promise<T>, { tries, again }: Care): Promise<T> {
    if (again) await pause(random.uniform() * mostPauseMs)
    for (let left = tries - 1; ; left -= 1) {
      meter.calls += 1
      const half = random.lognormal(latency.median, latency.spread) / 2
      await pause(half)
      try {
        const done = await work()
        await pause(half)
        return done
      } catch (thrown) {
        await pause(half)
        if (!(thrown instanceof StoreFailure) || left === 0) throw thrown
        await pause(random.uniform() * mostPauseMs)
      }
    }
  }

  function environment(): Environment {
    let seen = 0
    /** What there is room for is decided by the main item. */
    const see = ({ sk }: Key) => {
      if (sk === 'now') seen = committed.now
    }
    const store: Store = {
      async update(change, care = brisk) {
        return served(async () => {
          meter.writes += 1
          try {
            return await write(change)
          } catch (thrown) {
            if (thrown instanceof ConditionFailed) see(change.key)
            throw thrown
          }
        }, care)
      },
      async read(key, care = brisk) {
        return served(async () => {
          meter.readUnits += readUnits(sizes.get(nameOf(key)) ?? 0)
          if (key.pk !== controlKey.pk) see(key)
          return shared.read(key)
        }, care)
      },
      async list(pk, prefix, care = brisk) {
        return served(async () => {
          const items = await shared.list(pk, prefix)
          meter.readUnits += readUnits(items.reduce((sum, item) => sum + bytesOf(item), 0))
          return items
        }, care)
      },
      put: (item, care = brisk) => served(() => shared.put(item), care),
      putAll: (items, care = brisk) => served(() => shared.putAll(items), care),
      remove: (key, care = brisk, only) => served(() => shared.remove(key, care, only), care),
    }
    return { store, committedWhenSeen: () => seen }
  }

  return { meter, peak, committed: () => committed, environment }
}
