/** Lets a busy machine read the cache for longer than a request would wait. */
import { vi } from 'vitest'
import type * as Store from '../../lambda/cache/store.ts'

const patienceMs = 10_000

vi.mock('../../lambda/cache/store.ts', async (original) => {
  const store = await original<typeof Store>()
  const openCache: typeof store.openCache = (config, variables = process.env) =>
    store.openCache(config, variables, patienceMs)
  return { ...store, openCache }
})
