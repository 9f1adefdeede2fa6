/** The account of a team, or of the organisation: one main item, and slices of it that environments lease. */
import type { Amounts } from '../core/ledger.ts'
import {
  ceilings,
  changes,
  counterOf,
  type Entry,
  entryName,
  holding,
  isEntry,
  settling,
} from './account.ts'
import { amountIn, type Bucket } from './buckets.ts'
import { foldSlices } from './fold.ts'
import { ignoringRefusal, inUse, type Lease, leasing, sliceKey } from './slices.ts'
import { type Change, ConditionFailed, type Item, type Key, type Store } from './store.ts'
import { sweep } from './sweep.ts'

/** When an account is spread over slices, and how far. */
export type Slicing = {
  /** Entries of the main item that make it too large to write cheaply. */
  readonly busyAt: number
  /** How long calls are then kept out of it, and held in slices. */
  readonly busyMs: number
  /** A slice holds at most so many calls like the one it is leased for … */
  readonly sliceCalls: number
  /** … and at most this part of what is left, so that little is scattered when it gets scarce. */
  readonly slicePart: number
}

export const usualSlicing: Slicing = { busyAt: 8, busyMs: 10_000, sliceCalls: 8, slicePart: 1024 }

/** At a shortage, the account is swept at most so often by all environments together. */
const sweepEveryMs = 1_000
/** And tidied so often while it is used. */
const tidyEveryMs = 60_000
/** Where others change the account all the time, it is looked at so often. */
const mostRounds = 8

export type Taken = {
  readonly key: Key
  readonly entry: Entry
  /** The main item as it was last seen. */
  readonly item: Item
}

/** A counter that has no room for a call, in the main item as it is. */
export type Shortage = { readonly bucket: Bucket; readonly item: Item }

export type Partition = {
  readonly pk: string
  /** Sort key of this environment's slice. */
  readonly slice: string
  /** `entry` holds its amounts in every bucket. */
  readonly take: (
    buckets: readonly Bucket[],
    entry: Omit<Entry, 'attributes'>,
  ) => Promise<Taken | Shortage>
  /** The item as it is afterwards. */
  readonly give: (taken: Taken, actual: Amounts) => Promise<Item | undefined>
  readonly sweep: () => Promise<boolean>
}

export type PartitionOptions = {
  readonly pk: string
  /** Whether slices may be leased. */
  readonly sliceable: boolean
  readonly slicing?: Slicing
  readonly store: Store
  /** Of this environment. */
  readonly environment: string
  readonly now: () => number
  /** Whether a dead call was surely never sent; settles what must be settled before. */
  readonly neverSent: (entry: Entry) => Promise<boolean>
  readonly endsAt: (windowId: string) => number
}

const settleCare = { tries: 3, timeoutMs: 450 }

export function openPartition(options: PartitionOptions): Partition {
  const { pk, sliceable, store, environment, now, neverSent, endsAt } = options
  const { busyAt, busyMs, sliceCalls, slicePart } = options.slicing ?? usualSlicing
  const main: Key = { pk, sk: 'now' }
  const own = sliceKey(pk, environment)
  let tidiedAt = now()
  /** The main item as it was last seen, and the slice since this environment leased it. */
  let view: Item = {}
  let slice: Item | undefined
  const lease: Lease = { confirmed: [], unconfirmed: [] }

  /** Where a change was refused although the entry is there, an earlier try was made, unheard. */
  async function hold(change: Change, entry: Entry) {
    const { key } = change
    try {
      return { held: true, item: await store.update(change) }
    } catch (thrown) {
      if (!(thrown instanceof ConditionFailed)) throw thrown
      const item = (await store.read(key)) ?? {}
      return { held: entryName(entry.id) in item, item }
    }
  }

  /** A slice is an account whose limits are 0, and whose counters a lease has put below it. */
  function holdInSlice(entry: Entry, buckets: readonly Bucket[]) {
    const unlimited = buckets.map((bucket) => ({ ...bucket, limit: 0 }))
    const change = holding(own, entry, ceilings(unlimited, entry.amounts))
    return hold({ ...change, set: { ...change.set, ...inUse(now()) } }, entry)
  }

  /** At least what the call needs beyond what the slice has; more where there is plenty. */
  function leaseFor(buckets: readonly Bucket[], { amounts }: Entry): Record<string, number> {
    const wanted: Record<string, number> = {}
    for (const { attribute, limit, then } of buckets) {
      if (then !== 'refuse') continue
      const need = amountIn(attribute, amounts)
      const missing = need + counterOf(slice ?? {}, attribute)
      const left = Math.floor((limit - counterOf(view, attribute)) / slicePart)
      const amount = Math.max(0, missing, Math.min(need * sliceCalls, left))
      wanted[attribute] = Math.min(wanted[attribute] ?? Infinity, amount)
    }
    return changes(Object.keys(wanted), (attribute) => wanted[attribute] ?? 0)
  }

  /** A change that is refused is billed as one that is made; a read costs little. */
  const isScarce = (buckets: readonly Bucket[], { amounts }: Entry): boolean =>
    shortest(view, buckets, (attribute) => amountIn(attribute, amounts) * sliceCalls) !== undefined

  async function leaseAndHold(entry: Entry, buckets: readonly Bucket[]): Promise<boolean> {
    if (isScarce(buckets, entry)) view = (await store.read(main)) ?? {}
    const amounts = leaseFor(buckets, entry)
    if (shortest(view, buckets, (attribute) => amounts[attribute] ?? 0) !== undefined) return false
    const moved = await leasing({ store, main, own, now, lease }, amounts, entry, buckets)
    view = moved.main
    slice = moved.own ?? slice
    return moved.held
  }

  /** In the slice where it has room, or as much can be moved to it as is missing. */
  async function takeInSlice(entry: Entry, buckets: readonly Bucket[]): Promise<boolean> {
    if (slice !== undefined && hasRoom(slice, entry, buckets)) {
      const { held, item } = await holdInSlice(entry, buckets)
      slice = item
      if (held) return true
    }
    return isBusy() && (await leaseAndHold(entry, buckets))
  }

  const isBusy = (): boolean => sliceable && Number(view.busy ?? 0) > now()

  async function take(
    buckets: readonly Bucket[],
    asked: Omit<Entry, 'attributes'>,
  ): Promise<Taken | Shortage> {
    const attributes = [...new Set(buckets.map(({ attribute }) => attribute))]
    const entry = { ...asked, attributes }
    const { amounts } = asked
    const atMost = ceilings(buckets, amounts)
    for (let rounds = 0; ; rounds += 1) {
      if (await takeInSlice(entry, buckets)) return { key: own, entry, item: view }
      if (!isBusy()) {
        const { held, item } = await hold(
          holding(main, entry, { ...atMost, ...(sliceable && { busy: now() }) }),
          entry,
        )
        view = item
        if (held) {
          noteBusy()
          return { key: main, entry, item }
        }
      }
      const bucket = shortest(view, buckets, (attribute) => amountIn(attribute, amounts))
      if (bucket === undefined && rounds < mostRounds) continue
      if (slice !== undefined && rounds < mostRounds) {
        slice = undefined
        await foldSlices({ store, main, now }, [{ key: own }])
        continue
      }
      if (await sweptFor(sweepEveryMs, bucket?.attribute)) continue
      return { bucket: bucket ?? firstOf(buckets), item: view }
    }
  }

  /** Told to all environments, so that the item stays small however many there are. */
  function noteBusy(): void {
    const names = sliceable ? Object.keys(view) : []
    if (names.filter(isEntry).length < busyAt) return
    const busy = now() + busyMs
    view = { ...view, busy }
    void store.update({ key: main, set: { busy } }).catch(() => {})
  }

  async function swept(short?: string): Promise<boolean> {
    return sweep({ store, main, now, neverSent, endsAt }, short)
  }

  /** All environments together sweep at most once in so long. */
  async function sweptFor(everyMs: number, short?: string): Promise<boolean> {
    tidiedAt = now()
    const most = now() - everyMs
    if (Number(view.sweptAt ?? 0) > most) return false
    const sweptAt = now()
    const claim = store.update({ key: main, set: { sweptAt }, only: { atMost: { sweptAt: most } } })
    view = { ...view, sweptAt }
    return (await ignoringRefusal(claim)) && swept(short)
  }

  return {
    pk,
    slice: own.sk,
    take,
    async give({ key, entry }, actual) {
      const tidy =
        now() - tidiedAt >= tidyEveryMs ? sweptFor(tidyEveryMs).catch(() => {}) : undefined
      const item = await store.update(settling(key, entry, actual), settleCare)
      if (key.sk === own.sk && slice !== undefined) slice = item
      await tidy
      return key.sk === main.sk ? item : undefined
    },
    sweep: () => swept(),
  }
}

/** As far as is known. */
const hasRoom = (slice: Item, { amounts }: Entry, buckets: readonly Bucket[]): boolean =>
  buckets.every(({ attribute, then }) => {
    const needed = amountIn(attribute, amounts)
    return then !== 'refuse' || needed === 0 || counterOf(slice, attribute) + needed <= 0
  })

/** A counter that has too little room for so much; of several, the one that stays so longest. */
function shortest(
  item: Item,
  buckets: readonly Bucket[],
  needed: (attribute: string) => number,
): Bucket | undefined {
  return buckets
    .filter(({ then }) => then === 'refuse')
    .filter(({ attribute }) => needed(attribute) > 0)
    .filter(({ attribute, limit }) => counterOf(item, attribute) + needed(attribute) > limit)
    .toSorted((one, other) => (other.resetsAt ?? 0) - (one.resetsAt ?? 0))
    .at(0)
}

function firstOf([bucket]: readonly Bucket[]): Bucket {
  if (bucket === undefined) throw new Error('A call that counts in no bucket cannot be refused.')
  return bucket
}
