/** How soon each target's first byte comes, in this environment: a moving average. */

/** How much of the average one call makes. */
const weight = 0.2
/** What was measured longer ago says nothing of now. */
const staleMs = 60_000

export type Speed = {
  readonly told: (key: string, ms: number, now: number) => void
  /** Milliseconds; 0 where one should be asked to find out. */
  readonly expected: (key: string, now: number) => number
  /** It is being found out; the next call need not. */
  readonly asked: (key: string, now: number) => void
}

export function openSpeed(): Speed {
  const known = new Map<string, { ms: number; at: number }>()
  return {
    told(key, ms, now) {
      const before = known.get(key)
      const average = before === undefined || before.ms === Infinity ? ms : before.ms
      known.set(key, { ms: average + weight * (ms - average), at: now })
    },
    expected(key, now) {
      const one = known.get(key)
      return one === undefined || now - one.at > staleMs ? 0 : one.ms
    },
    asked(key, now) {
      const one = known.get(key)
      if (one !== undefined && now - one.at > staleMs) known.set(key, { ...one, at: now })
      else if (one === undefined) known.set(key, { ms: Infinity, at: now })
    },
  }
}
