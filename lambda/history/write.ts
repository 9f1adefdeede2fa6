/** Writes what waited: each team's hour by one change, then their last requests together. */
import type { Care, Item, Key, Store } from '../ledger/store.ts'
import { hourChange, recentItem } from './items.ts'
import type { Part } from './waiting.ts'

/** Nobody waits for it, and nothing is owed to it. */
const care: Care = { tries: 1, timeoutMs: 300 }

/** DynamoDB takes no more in one `BatchWriteItem`. */
const mostAtOnce = 25

type Put = { readonly part: Part; readonly item: Key & Item }

/** Never rejects. Resolves with how many requests of a part were lost, wholly or from the last ones. */
export async function write(
  store: Store,
  parts: readonly Part[],
): Promise<ReadonlyMap<Part, number>> {
  const lost = new Map<Part, number>()
  const lose = (part: Part, more: number) => lost.set(part, (lost.get(part) ?? 0) + more)

  /** An hour's count says in which slots its newest requests are. */
  async function count(part: Part): Promise<readonly Put[]> {
    const { team, at, counts, newest } = part
    try {
      const { r } = await store.update(hourChange(team, at, Object.fromEntries(counts)), care)
      const first = Number(r) - newest.length + 1
      return newest.map((request, index) => ({
        part,
        item: recentItem(team, first + index, request),
      }))
    } catch {
      lose(part, counts.get('r') ?? 0)
      return []
    }
  }

  async function put(puts: readonly Put[]): Promise<void> {
    const items = puts.map(({ item }) => item)
    const [only] = items
    try {
      if (only !== undefined && items.length === 1) return await store.put(only, care)
      const left = new Set(await store.putAll(items, care))
      for (const { part, item } of puts) if (left.has(item)) lose(part, 1)
    } catch {
      for (const { part } of puts) lose(part, 1)
    }
  }

  const puts = (await Promise.all(parts.map(count))).flat()
  const batches = Array.from({ length: Math.ceil(puts.length / mostAtOnce) }, (_, index) =>
    puts.slice(index * mostAtOnce, (index + 1) * mostAtOnce),
  )
  await Promise.all(batches.map(put))
  return lost
}
