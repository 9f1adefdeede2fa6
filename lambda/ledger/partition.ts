/** The account of a team, or of the organisation: one main item, and slices of it that environments lease. */
import type { Amounts } from '../core/ledger.ts'
import { ceilings, counterOf, type Entry, entryName, holding, settling } from './account.ts'
import { amountIn, type Bucket } from './buckets.ts'
import { foldSlice, type Lease, leasing, sliceKey } from './slices.ts'
import { ConditionFailed, type Item, type Key, type Store } from './store.ts'
import { sweep } from './sweep.ts'

/** Entries of an item that many at once make too large to write cheaply. */
const busyAt = 16
/** How long an environment that saw a busy item leases slices of it. */
const busyMs = 10_000
/** A slice holds at most so many calls like the one it is leased for … */
const sliceCalls = 8
/** … and at most this part of what is left, so that little is scattered when it gets scarce. */
const slicePart = 128
/** At a shortage, the account is swept at most so often by one environment. */
const sweepEveryMs = 1_000
/** And tidied so often while it is used. */
const tidyEveryMs = 60_000

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
  const main: Key = { pk, sk: 'now' }
  const own = sliceKey(pk, environment)
  /** Leased by this environment, and not folded since. */
  let leased = false
  let busySince = -Infinity
  let sweptAt = -Infinity
  let tidiedAt = now()
  let view: Item = {}
  const lease: Lease = { confirmed: [], unconfirmed: [] }

  /** Where a change was refused although the entry is there, an earlier try was made, unheard. */
  async function hold(key: Key, entry: Entry, atMost: Record<string, number>) {
    try {
      return { held: true, item: await store.update(holding(key, entry, atMost)) }
    } catch (thrown) {
      if (!(thrown instanceof ConditionFailed)) throw thrown
      const item = (await store.read(key)) ?? {}
      return { held: entryName(entry.id) in item, item }
    }
  }

  /** A slice is an account whose limits are 0, and whose counters a lease has put below it. */
  function holdInSlice(entry: Entry, buckets: readonly Bucket[]) {
    const unlimited = buckets.map((bucket) => ({ ...bucket, limit: 0 }))
    return hold(own, entry, ceilings(unlimited, entry.amounts))
  }

  function leaseFor(buckets: readonly Bucket[], { amounts }: Entry): Record<string, number> {
    const wanted: Record<string, number> = {}
    for (const { attribute, limit, then } of buckets) {
      if (then !== 'refuse') continue
      const need = amountIn(attribute, amounts)
      const left = Math.floor((limit - counterOf(view, attribute)) / slicePart)
      const amount = Math.min(need * sliceCalls, left)
      if (amount < 2 * need) return {}
      wanted[attribute] = Math.min(wanted[attribute] ?? Infinity, amount)
    }
    return wanted
  }

  /** Takes a slice of what is left, and holds the entry in it. */
  async function leaseAndHold(entry: Entry, buckets: readonly Bucket[]): Promise<boolean> {
    const amounts = leaseFor(buckets, entry)
    if (Object.keys(amounts).length === 0) return false
    const done = await leasing({ store, main, own, now, lease }, amounts, entry, buckets)
    if (done === undefined) return false
    view = done
    leased = true
    return true
  }

  async function take(
    buckets: readonly Bucket[],
    asked: Omit<Entry, 'attributes'>,
  ): Promise<Taken | Shortage> {
    const attributes = [...new Set(buckets.map(({ attribute }) => attribute))]
    const entry = { ...asked, attributes }
    const { amounts } = asked
    const atMost = ceilings(buckets, amounts)
    for (let rounds = 0; ; rounds += 1) {
      const busy = sliceable && now() - busySince < busyMs
      if (leased && (await holdInSlice(entry, buckets)).held) return { key: own, entry, item: view }
      if (busy && (await leaseAndHold(entry, buckets))) return { key: own, entry, item: view }
      const { held, item } = await hold(main, entry, atMost)
      view = item
      if (held) {
        noteBusy(item)
        return { key: main, entry, item }
      }
      const bucket = shortest(item, buckets, amounts)
      if (bucket === undefined && rounds < 8) continue
      if (leased && rounds < 8) {
        leased = false
        await foldSlice({ store, main, now }, own)
        continue
      }
      if (now() - sweptAt >= sweepEveryMs && (await swept())) continue
      return { bucket: bucket ?? firstOf(buckets), item }
    }
  }

  function noteBusy(item: Item): void {
    const names = Object.keys(item)
    if (names.length < busyAt) return
    if (names.filter((name) => name.startsWith('o.')).length >= busyAt) busySince = now()
  }

  async function swept(): Promise<boolean> {
    sweptAt = now()
    tidiedAt = sweptAt
    return sweep({ store, main, now, neverSent, endsAt })
  }

  return {
    pk,
    slice: own.sk,
    take,
    async give({ key, entry }, actual) {
      const tidy = now() - tidiedAt >= tidyEveryMs ? swept().catch(() => {}) : undefined
      const item = await store.update(settling(key, entry, actual), settleCare)
      await tidy
      return key.sk === main.sk ? item : undefined
    },
    sweep: swept,
  }
}

/** The counter that has least room for these amounts, where one has too little. */
function shortest(item: Item, buckets: readonly Bucket[], amounts: Amounts): Bucket | undefined {
  return buckets
    .filter(({ then }) => then === 'refuse')
    .filter(
      ({ attribute, limit }) => counterOf(item, attribute) + amountIn(attribute, amounts) > limit,
    )
    .toSorted((one, other) => (other.resetsAt ?? 0) - (one.resetsAt ?? 0))
    .at(0)
}

function firstOf([bucket]: readonly Bucket[]): Bucket {
  if (bucket === undefined) throw new Error('A call that counts in no bucket cannot be refused.')
  return bucket
}
