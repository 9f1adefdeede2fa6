/**
 * Slices of an account, leased to environments that are busy. A slice's counters are what the
 * environment used of it less what it was given, so those of all items together are always the
 * account's; a transfer that is interrupted leaves them counted twice, never not at all.
 */
import { randomBytes } from 'node:crypto'
import { changes, type Entry, entryName, holding, roomFor } from './account.ts'
import { amountIn, type Bucket } from './buckets.ts'
import { ConditionFailed, type Item, type Key, type Store } from './store.ts'

export type Amount = Readonly<Record<string, number>>

/** Marks of transfers on their way: given by the main item, and taken back from a slice. */
export const marks = { given: 'x.', received: 'i.', returned: 'y.', counted: 'j.' } as const

export const slicePrefix = 'slice#'
export const sliceKey = (pk: string, environment: string): Key => ({
  pk,
  sk: slicePrefix + environment,
})

/** Longer than any window it counts in. */
export const keptSeconds = 40 * 24 * 3600

/** Said of a slice by whoever counts in it. */
export const inUse = (now: number) => ({
  touched: now,
  ttl: Math.floor(now / 1000) + keptSeconds,
})

/** Transfers of one environment whose marks can be wiped away with its next change. */
export type Lease = { unconfirmed: string[]; confirmed: string[] }

export type Given = { readonly at: number; readonly to: string; readonly amounts: Amount }
export type Returned = { readonly at: number; readonly free: Amount; readonly used: Amount }

type Leasing = {
  readonly store: Store
  readonly main: Key
  readonly own: Key
  readonly now: () => number
  readonly lease: Lease
}

/** Both items as they were seen last; the slice, where something has arrived in it. */
export type Leased = { readonly held: boolean; readonly main: Item; readonly own?: Item }

/** Moves amounts from the main item to a slice and holds an entry there. */
export async function leasing(
  leasing: Leasing,
  amounts: Amount,
  entry: Entry,
  buckets: readonly Bucket[],
): Promise<Leased> {
  const { store, main, own, now, lease } = leasing
  const id = randomBytes(6).toString('base64url')
  const wiped = [...lease.unconfirmed]
  const given: Given = { at: now(), to: own.sk, amounts }
  const moved = buckets.filter(({ attribute }) => attribute in amounts)
  const atMost = roomFor(moved, (attribute) => amounts[attribute] ?? 0)
  let item: Item
  try {
    item = await store.update({
      key: main,
      add: amounts,
      set: { [marks.given + id]: JSON.stringify(given) },
      drop: wiped.map((each) => marks.given + each),
      only: { absent: [marks.given + id], atMost },
    })
  } catch (thrown) {
    if (!(thrown instanceof ConditionFailed)) throw thrown
    const there = (await store.read(main)) ?? {}
    if (!(marks.given + id in there)) return { held: false, main: there }
    item = there
  }
  lease.unconfirmed = lease.unconfirmed.filter((each) => !wiped.includes(each))
  lease.confirmed.push(...wiped)
  const received = await receiving(leasing, id, amounts, entry, buckets)
  void confirming(leasing, id)
  return { main: item, ...received }
}

/** Where others took back from the slice meanwhile, what was given arrives alone. */
async function receiving(
  { store, own, now, lease }: Leasing,
  id: string,
  amounts: Amount,
  entry: Entry,
  buckets: readonly Bucket[],
): Promise<Omit<Leased, 'main'>> {
  const taken = lease.confirmed.splice(0)
  const received = {
    key: own,
    set: {
      [marks.received + id]: 'given',
      ...inUse(now()),
    },
    drop: taken.map((each) => marks.received + each),
  }
  const holds = holding(own, entry, {})
  const within = buckets.map((bucket) => ({ ...bucket, limit: 0 }))
  const needs = (attribute: string) =>
    amountIn(attribute, entry.amounts) - (amounts[attribute] ?? 0)
  try {
    const slice = await store.update({
      ...received,
      add: changes(entry.attributes, needs),
      set: { ...holds.set, ...received.set },
      only: {
        absent: [entryName(entry.id), marks.received + id],
        atMost: roomFor(within, needs),
      },
    })
    return { held: true, own: slice }
  } catch (thrown) {
    if (!(thrown instanceof ConditionFailed)) throw thrown
    const there = await store.read(own)
    if (there !== undefined && entryName(entry.id) in there) return { held: true, own: there }
  }
  const alone = {
    ...received,
    add: changes(Object.keys(amounts), (attribute) => -(amounts[attribute] ?? 0)),
    only: { absent: [marks.received + id] },
  }
  try {
    return { held: false, own: await store.update(alone) }
  } catch (thrown) {
    if (!(thrown instanceof ConditionFailed)) throw thrown
    return { held: false }
  }
}

/** What has arrived needs no mark any more: it would make the main item larger for everybody. */
async function confirming({ store, main, lease }: Leasing, id: string): Promise<void> {
  const name = marks.given + id
  try {
    await ignoringRefusal(store.update({ key: main, drop: [name], only: { present: [name] } }))
    lease.confirmed.push(id)
  } catch {
    lease.unconfirmed.push(id)
  }
}

/** Somebody did it before. */
export async function ignoringRefusal(change: Promise<unknown>): Promise<boolean> {
  try {
    await change
    return true
  } catch (thrown) {
    if (thrown instanceof ConditionFailed) return false
    throw thrown
  }
}
