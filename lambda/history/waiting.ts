/** What waits to be written: requests summed by team and hour, the newest of them whole, and a bucket that says when. */
import type { RecentRequest } from '../core/history.ts'
import { countsOf, hourOf, shortened } from './items.ts'

/** What one team did in one hour and is not written yet. */
export type Part = {
  readonly team: string
  /** Of its newest request, in milliseconds since 1970. */
  readonly at: number
  /** By attribute of the hour's item; `r` is how many requests there are. */
  readonly counts: ReadonlyMap<string, number>
  /** Oldest first; of a team whose requests are not kept there are none. */
  readonly newest: readonly RecentRequest[]
}

/**
 * Writes at once, and the seconds until there is one more. What a person does is ten requests at the
 * most before a pause, and shall be in the console as soon as it is over; a flood needs no more than
 * to be seen each second, and costs this environment as little as it can.
 */
export const flushesAtOnce = 10
export const flushEveryMs = 1_000

/** So many whole requests of a team's hour are one `BatchWriteItem`; those before them are counted alone. */
export const mostWhole = 25

/** Teams and hours: with their whole requests at their longest (9 KB), a dozen megabytes. */
export const mostParts = 50

/** An `UpdateExpression` has at most 4 KB, and an attribute in it takes 12 bytes. */
const mostCounts = 240

type Growing = {
  readonly team: string
  at: number
  readonly counts: Map<string, number>
  readonly newest: RecentRequest[]
}

export function openWaiting(keeps: (team: string) => boolean) {
  const parts = new Map<string, Growing>()
  let isFull = false

  return {
    /** Its part, in which it is written with all others that are there by then. */
    add(team: string, modelName: string | undefined, request: RecentRequest): Part {
      /** Hours are all as long, so that no two teams' are one. */
      const name = `${hourOf(request.at)}${team}`
      const part: Growing = parts.get(name) ?? { team, at: 0, counts: new Map(), newest: [] }
      parts.set(name, part)
      part.at = Math.max(part.at, request.at)
      for (const [count, by] of countsOf(modelName, request)) {
        part.counts.set(count, (part.counts.get(count) ?? 0) + by)
      }
      if (keeps(team)) part.newest.push(shortened(request))
      if (part.newest.length > mostWhole) part.newest.shift()
      isFull ||= parts.size >= mostParts || part.counts.size >= mostCounts
      return part
    },
    /** It waits for no flush any more. */
    isFull: (): boolean => isFull,
    /** Whoever takes them writes them: all, or one team's. */
    take(team?: string): readonly Part[] {
      const taken = [...parts].filter(([, part]) => team === undefined || part.team === team)
      for (const [name] of taken) parts.delete(name)
      if (parts.size === 0) isFull = false
      return taken.map(([, part]) => part)
    },
  }
}

/** Says whether there is room for one more, and takes it. */
export function openBucket(now: () => number): () => boolean {
  let left = flushesAtOnce
  let at = now()
  return function mayFlush() {
    const passed = Math.max(0, now() - at) / flushEveryMs
    left = Math.min(flushesAtOnce, left + passed)
    at = now()
    if (left < 1) return false
    left -= 1
    return true
  }
}
