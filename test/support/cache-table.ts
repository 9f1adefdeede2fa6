/** A cache's store in memory, and the policy over it before a model that a test plays itself. */
import type { CacheKey } from '../../lambda/cache/key.ts'
import type { CacheStore } from '../../lambda/cache/store.ts'

export type CacheTable = CacheStore & { readonly size: () => number }

export function cacheTable(): CacheTable {
  const items = new Map<string, Uint8Array>()
  const nameOf = ({ pk, sk }: CacheKey) => `${pk} ${sk}`
  return {
    size: () => items.size,
    read: async (key) => items.get(nameOf(key)),
    async write(key, bytes) {
      items.set(nameOf(key), bytes)
      return true
    },
  }
}
