/** The table as one environment asks it: whoever has just waited in vain does not wait twice again. */
import { brisk, type Care, type Store, StoreFailure } from './store.ts'

const once: Care = { ...brisk, tries: 1 }

/** A call is decided within this, and an environment has one at a time. */
const decidedMs = 700

/** What says itself how patient it is, is. */
export function withPatience(store: Store, now: () => number): Store {
  let failedAt = -Infinity

  async function noted<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (thrown) {
      if (thrown instanceof StoreFailure) failedAt = now()
      throw thrown
    }
  }

  async function ask<T>(care: Care | undefined, work: (care: Care) => Promise<T>): Promise<T> {
    if (care !== undefined) return noted(work(care))
    const waited = now() - failedAt < decidedMs
    try {
      return await noted(work(once))
    } catch (thrown) {
      if (waited || !(thrown instanceof StoreFailure) || !thrown.again) throw thrown
      return noted(work({ ...once, again: true }))
    }
  }

  return {
    update: (change, care) => ask(care, (by) => store.update(change, by)),
    read: (key, care) => ask(care, (by) => store.read(key, by)),
    list: (pk, prefix, care) => ask(care, (by) => store.list(pk, prefix, by)),
    put: (item, care) => ask(care, (by) => store.put(item, by)),
    putAll: (items, care) => ask(care, (by) => store.putAll(items, by)),
    remove: (key, care, only) => ask(care, (by) => store.remove(key, by, only)),
  }
}
