/** The operators' decisions as an environment knows them: at most some seconds old. */
import { type Control, controlKey, readControl } from './control.ts'
import type { Store } from './store.ts'

/** So long it is used as it is; where it could not be read, so much longer. */
const freshMs = 3_000
const failedMs = 10_000
const care = { tries: 1, timeoutMs: 300 }

/** Where the table cannot be read, what was last known holds, and nothing is paused by that. */
export function openControlReader(store: Store, now: () => number): () => Promise<Control> {
  let known: Control = readControl({})
  let freshUntil = -Infinity
  let reading: Promise<void> | undefined

  const read = async () => {
    try {
      const item = (await store.read(controlKey, care)) ?? {}
      const texts = Object.entries(item).filter(([, value]) => typeof value === 'string')
      known = readControl(Object.fromEntries(texts) as Record<string, string>)
      freshUntil = now() + freshMs
    } catch {
      /** Whether the budget can be asked decides what happens to the call. */
      freshUntil = now() + failedMs
    } finally {
      reading = undefined
    }
  }

  return async function control() {
    if (now() >= freshUntil) {
      reading ??= read()
      await reading
    }
    return known
  }
}
