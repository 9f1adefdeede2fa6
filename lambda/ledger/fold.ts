/** Brings back to the main item what slices do not use, and what they used without having it. */
import { randomBytes } from 'node:crypto'
import { changes, counterOf, countersIn, entriesOf, heldIn } from './account.ts'
import { type Amount, ignoringRefusal, marks, type Returned } from './slices.ts'
import type { Item, Key, Store } from './store.ts'

type Folding = { readonly store: Store; readonly main: Key; readonly now: () => number }

/** Whoever began, or claimed what another began, ends it within this time, or leaves it. */
export const transferMs = 10_000

/** What has left a slice, by the mark it left there. */
export type OnTheWay = { readonly key: Key; readonly id: string; readonly returned: Returned }

/** `seen`: the slice as it was read. Whether anything came back. */
export async function foldSlices(
  folding: Folding,
  slices: readonly { readonly key: Key; readonly seen?: Item | undefined }[],
): Promise<boolean> {
  const left = slices.map(({ key, seen }) => leaving(folding, key, seen))
  const all = (await Promise.all(left)).filter((one) => one !== undefined)
  await countReturned(folding, all)
  return all.length > 0
}

async function leaving(
  { store, now }: Folding,
  key: Key,
  seen: Item | undefined,
): Promise<OnTheWay | undefined> {
  const slice = seen ?? (await store.read(key))
  if (slice === undefined) return undefined
  const entries = entriesOf(slice)
  const counters = countersIn(slice)
  const free = changes(counters, (attribute) => Math.min(0, counterOf(slice, attribute)))
  const used = changes(counters, (attribute) =>
    Math.max(0, counterOf(slice, attribute) - heldIn(entries, attribute)),
  )
  if (Object.keys(free).length === 0 && Object.keys(used).length === 0) return undefined
  const id = randomBytes(6).toString('base64url')
  const returned: Returned = { at: now(), free, used }
  const leave = store.update({
    key,
    add: changes(Object.keys(free), (attribute) => -(free[attribute] ?? 0)),
    set: { [marks.returned + id]: JSON.stringify(returned), touched: now() },
    only: { absent: [marks.returned + id], atMost: free },
  })
  return (await ignoringRefusal(leave)) ? { key, id, returned } : undefined
}

/**
 * What left slices is counted in the main item once; then its marks are wiped away on both sides.
 * Where some of it was counted already, all of it may have been: each is then looked at alone.
 */
export async function countReturned(folding: Folding, all: readonly OnTheWay[]): Promise<void> {
  const { store, main, now } = folding
  const late = () => all.some(({ returned }) => now() - returned.at > transferMs)
  if (all.length === 0 || late()) return
  const names = all.map(({ id }) => marks.counted + id)
  const counted = await ignoringRefusal(
    store.update({
      key: main,
      add: sumOf(all.flatMap(({ returned: { free, used } }) => [free, used])),
      set: Object.fromEntries(all.map(({ id, returned }) => [marks.counted + id, returned.at])),
      only: { absent: names },
    }),
  )
  if (!counted && all.length > 1) {
    for (const one of all) await countReturned(folding, [one])
    return
  }
  if (late()) return
  await Promise.all(all.map((one) => wipe(folding, one)))
  if (late()) return
  await store.update({ key: main, drop: names })
}

async function wipe({ store }: Folding, { key, id, returned: { used } }: OnTheWay): Promise<void> {
  const name = marks.returned + id
  await ignoringRefusal(
    store.update({
      key,
      add: changes(Object.keys(used), (attribute) => -(used[attribute] ?? 0)),
      drop: [name],
      only: { present: [name] },
    }),
  )
}

function sumOf(amounts: readonly Amount[]): Record<string, number> {
  const names = new Set(amounts.flatMap((each) => Object.keys(each)))
  return changes([...names], (name) =>
    amounts.reduce((sum, amount) => sum + (amount[name] ?? 0), 0),
  )
}
