/** Requests that are alike and under way at once: one is made, the others wait for what it brings. */

export type Flight<R> = {
  /** What those who wait are given; `undefined`: nothing, they ask for themselves. Once. */
  readonly land: (brought: R | undefined) => void
}

export type Flights<R> = {
  /** The one that is under way. */
  readonly ahead: (name: string) => Promise<R | undefined> | undefined
  readonly begin: (name: string) => Flight<R>
}

export function openFlights<R>(): Flights<R> {
  const underway = new Map<string, Promise<R | undefined>>()
  return {
    ahead: (name) => underway.get(name),
    begin(name) {
      const { promise, resolve } = Promise.withResolvers<R | undefined>()
      underway.set(name, promise)
      return {
        land(brought) {
          if (underway.get(name) === promise) underway.delete(name)
          resolve(brought)
        },
      }
    },
  }
}

/** `undefined` where it takes longer than that, or nobody waits for it any more. */
export async function awaited<R>(
  flight: Promise<R | undefined>,
  ms: number,
  signal: AbortSignal,
): Promise<R | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>()
  const end = () => resolve(undefined)
  const timer = setTimeout(end, ms)
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  try {
    return await Promise.race([flight, over])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}
