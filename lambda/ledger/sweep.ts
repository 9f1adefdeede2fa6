/** Brings back what died: holds of dead calls, transfers that were interrupted, slices nobody uses. */
import { noAmounts } from '../core/ledger.ts'
import { counterOf, countersIn, type Entry, entriesOf, settling } from './account.ts'
import { isCounter, windowIdOf } from './buckets.ts'
import { countReturned, foldSlices } from './fold.ts'
import {
  type Given,
  ignoringRefusal,
  keptSeconds,
  marks,
  type Returned,
  slicePrefix,
} from './slices.ts'
import type { Item, Key, Store } from './store.ts'
import { warnedPrefix } from './warnings.ts'

/** Clocks of environments differ by less. */
const graceMs = 30_000
/** A transfer takes less, and whoever makes it has given up long before. */
const interruptedMs = 60_000
/** A slice that was not renewed for so long is not needed. */
const idleMs = 15_000
/** No call takes so long. */
const forgottenMs = 60 * 60_000
/** A call that began in a window is settled by then. */
const settledMs = 16 * 60_000

export type Sweeping = {
  readonly store: Store
  readonly main: Key
  readonly now: () => number
  readonly neverSent: (entry: Entry) => Promise<boolean>
  readonly endsAt: (windowId: string) => number
}

/** Slices that are folded at a time. */
const mostFolded = 32

/** Whether anything was there to bring back. What `short` has too little of, comes back first. */
export async function sweep(sweeping: Sweeping, short?: string): Promise<boolean> {
  const { store, main, now } = sweeping
  const item = (await store.read(main)) ?? {}
  const slices = await store.list(main.pk, slicePrefix)
  const changedSlices = new Set<Item>()
  const done: boolean[] = [await sweepEntries(sweeping, main, item)]
  for (const slice of slices) {
    const key = { pk: main.pk, sk: String(slice.sk) }
    const changed = await sweepEntries(sweeping, key, slice)
    done.push(changed, await sweepReturns(sweeping, key, slice))
    if (changed) changedSlices.add(slice)
  }
  const wanted = slices
    .filter((slice) => !isEmpty(slice))
    .filter((slice) => isIdle(slice, now()) || (short !== undefined && freeIn(slice, short) > 0))
    .toSorted((one, other) => freeIn(other, short) - freeIn(one, short))
    .slice(0, mostFolded)
    .map((slice) => ({
      key: { pk: main.pk, sk: String(slice.sk) },
      seen: changedSlices.has(slice) ? undefined : slice,
    }))
  done.push(await foldSlices(sweeping, wanted))
  done.push(await sweepGifts(sweeping, item))
  await sweepForgotten(sweeping, item, slices)
  await prune(sweeping, item, slices)
  return done.includes(true)
}

/**
 * A call whose function died may have been billed, up to what was held for it: that is what it is
 * charged. One that surely was never sent is charged nothing, and none is on its way any more.
 */
async function sweepEntries(
  { store, now, neverSent }: Sweeping,
  key: Key,
  item: Item,
): Promise<boolean> {
  const dead = entriesOf(item).filter(({ until }) => until + graceMs < now())
  for (const entry of dead) {
    const charged = (await neverSent(entry)) ? noAmounts : entry.amounts
    await ignoringRefusal(store.update(settling(key, entry, charged)))
  }
  return dead.length > 0
}

async function sweepReturns(sweeping: Sweeping, key: Key, slice: Item): Promise<boolean> {
  const { store, now } = sweeping
  let found = false
  for (const [name, text] of markedWith(slice, marks.returned)) {
    const returned = JSON.parse(text) as Returned
    if (now() - returned.at < interruptedMs) continue
    const claimed = { ...returned, at: now() }
    const claim = store.update({
      key,
      set: { [name]: JSON.stringify(claimed) },
      only: { equal: { [name]: text } },
    })
    if (!(await ignoringRefusal(claim))) continue
    const id = name.slice(marks.returned.length)
    await countReturned(sweeping, [{ key, id, returned: claimed }])
    found = true
  }
  return found
}

/** What never arrived in its slice comes back, and can not arrive any more. */
async function sweepGifts({ store, main, now }: Sweeping, item: Item): Promise<boolean> {
  let found = false
  for (const [name, text] of markedWith(item, marks.given)) {
    const { at, to, amounts } = JSON.parse(text) as Given
    if (now() - at < interruptedMs) continue
    const received = marks.received + name.slice(marks.given.length)
    const key = { pk: main.pk, sk: to }
    const cancel = store.update({
      key,
      set: { [received]: 'cancelled', ttl: Math.floor(now() / 1000) + keptSeconds },
      only: { absent: [received] },
    })
    const cancelled =
      (await ignoringRefusal(cancel)) || (await store.read(key))?.[received] === 'cancelled'
    const back = Object.entries(cancelled ? amounts : {})
    await ignoringRefusal(
      store.update({
        key: main,
        add: Object.fromEntries(back.map(([attribute, amount]) => [attribute, -amount])),
        drop: [name],
        only: { present: [name] },
      }),
    )
    found = true
  }
  return found
}

/** Environments come and go: what nobody used for long, and nothing is on its way to, is no slice any more. */
async function sweepForgotten(
  { store, main, now }: Sweeping,
  item: Item,
  slices: readonly Item[],
): Promise<void> {
  const gifts = markedWith(item, marks.given).map(([, text]) => (JSON.parse(text) as Given).to)
  const forgotten = slices
    .filter(({ touched = Infinity }) => now() - Number(touched) > forgottenMs)
    .filter((slice) => isEmpty(slice) && !gifts.includes(String(slice.sk)))
    .slice(0, mostFolded)
    .map(({ sk, touched = 0 }) => {
      const key = { pk: main.pk, sk: String(sk) }
      return ignoringRefusal(store.remove(key, undefined, { equal: { touched } }))
    })
  await Promise.all(forgotten)
}

/** Counters of windows that are over and settled, and marks of transfers that are nowhere else any more. */
async function prune(
  { store, main, now, endsAt }: Sweeping,
  item: Item,
  slices: readonly Item[],
): Promise<void> {
  const over = Object.keys(item).filter((name) => {
    if (name.startsWith(marks.counted)) {
      const returned = marks.returned + name.slice(marks.counted.length)
      return Number(item[name]) + interruptedMs < now() && !slices.some((one) => returned in one)
    }
    const counter = name.startsWith(warnedPrefix) ? name.slice(warnedPrefix.length) : name
    const id = isCounter(counter) ? windowIdOf(counter) : undefined
    return id !== undefined && endsAt(id) + settledMs < now()
  })
  if (over.length > 0) await store.update({ key: main, drop: over })
}

const markedWith = (item: Item, prefix: string): readonly (readonly [string, string])[] =>
  Object.entries(item).flatMap(([name, text]) =>
    name.startsWith(prefix) && typeof text === 'string' ? [[name, text] as const] : [],
  )

const isIdle = ({ touched = 0 }: Item, now: number): boolean => now - Number(touched) > idleMs

const freeIn = (slice: Item, attribute = ''): number => -counterOf(slice, attribute)

const isEmpty = (slice: Item): boolean =>
  entriesOf(slice).length === 0 &&
  markedWith(slice, marks.returned).length === 0 &&
  countersIn(slice).every((name) => counterOf(slice, name) === 0)
