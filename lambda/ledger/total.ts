/** An account in one piece: its main item and all of its slices. */
import { countersIn, type Entry, entriesOf } from './account.ts'
import { slicePrefix } from './slices.ts'
import type { Item, Store } from './store.ts'

export type Total = { readonly item: Item; readonly entries: readonly Entry[] }

export async function totalOf(store: Store, pk: string): Promise<Total> {
  const main = (await store.read({ pk, sk: 'now' })) ?? {}
  const items = [main, ...(await store.list(pk, slicePrefix))]
  const item: Record<string, number | string> = { ...main }
  for (const name of countersIn(main)) delete item[name]
  for (const one of items) {
    for (const name of countersIn(one)) item[name] = Number(item[name] ?? 0) + Number(one[name])
  }
  return { item, entries: items.flatMap(entriesOf) }
}
