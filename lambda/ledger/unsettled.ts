/** What could not be written when it was due: tried again behind later calls, until whoever holds it is dead anyway. */
import { StoreFailure } from './store.ts'

export type Work = {
  /** Milliseconds since 1970. */
  readonly until: number
  /** Not before this. */
  readonly from?: number
  readonly again: () => Promise<unknown>
}

export type Unsettled = {
  readonly add: (name: string, work: Work) => void
  /** Tries all of it again, one after the other: calls have a way past it. */
  readonly retry: () => void
  /** Nobody waits for it but `quiet`. */
  readonly meanwhile: (work: Promise<unknown>) => void
  /** Resolves when nothing is under way. */
  readonly quiet: () => Promise<void>
}

const most = 1_000

export function openUnsettled(now: () => number): Unsettled {
  const left = new Map<string, Work>()
  const under = new Set<Promise<unknown>>()
  let retrying = false

  function add(name: string, work: Work): void {
    if (left.size < most) left.set(name, work)
  }

  function meanwhile(work: Promise<unknown>): void {
    const over = work.catch(() => {}).finally(() => under.delete(over))
    under.add(over)
  }

  /** Where one fails, the others would. */
  async function retryAll(): Promise<void> {
    for (const [name, work] of [...left]) {
      const { until, from = 0, again } = work
      if (from > now()) continue
      left.delete(name)
      if (until < now()) continue
      try {
        await again()
      } catch (thrown) {
        if (!(thrown instanceof StoreFailure)) continue
        return add(name, work)
      }
    }
  }

  return {
    add,
    meanwhile,
    retry() {
      if (retrying || left.size === 0) return
      retrying = true
      meanwhile(
        retryAll().finally(() => {
          retrying = false
        }),
      )
    },
    async quiet() {
      while (under.size > 0) await Promise.all(under)
    },
  }
}
