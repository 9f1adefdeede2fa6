/** Bounds how much retries may add to what is asked, so that an outage is not multiplied. */

const windowMs = 10_000
/** Of the calls in the window; and how many at least. */
const share = 0.1
const floor = 3

export type RetryBudget = {
  readonly called: (now: number) => void
  /** Takes one retry, if there is one. */
  readonly take: (now: number) => boolean
}

type Slice = { readonly since: number; calls: number; retries: number }
const sliceMs = windowMs / 10

export function openRetryBudget(): RetryBudget {
  let slices: Slice[] = []

  function current(now: number): Slice {
    const last = slices.at(-1)
    if (last !== undefined && now - last.since < sliceMs) return last
    const next = { since: now, calls: 0, retries: 0 }
    slices = [...slices.filter(({ since }) => now - since < windowMs), next]
    return next
  }

  return {
    called(now) {
      current(now).calls += 1
    },
    take(now) {
      const slice = current(now)
      const calls = slices.reduce((sum, each) => sum + each.calls, 0)
      const retries = slices.reduce((sum, each) => sum + each.retries, 0)
      if (retries >= Math.max(floor, calls * share)) return false
      slice.retries += 1
      return true
    },
  }
}
