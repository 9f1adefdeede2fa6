/** A team's past in the ledger's table: a counter an hour, and its last requests for a day. */
import type { History, RecentRequest } from '../core/history.ts'
import type { Care, Item, Store } from '../ledger/store.ts'
import { orUnavailable } from '../ledger/unavailable.ts'
import { hourFrom, hourMs, hourOf, hourPrefixes, partitionOf, requestsKept } from './items.ts'
import { openBucket, openWaiting, type Part } from './waiting.ts'
import { write } from './write.ts'

/**
 * DynamoDB's writes of a request, of up to 1 KB each, at the most: its hour, which requests that come
 * in quick succession share, and the request itself. The second takes one for each further KB where a
 * team's log is `full`, and is not made where it is `none`.
 */
export const writesPerRequest = 2

/** An answer may have many pages. */
const readCare: Care = { tries: 2, timeoutMs: 1_000 }

/** Hours that are looked through at once for a team's last requests; a day lies in 25 of them. */
const together = 5

export type HistoryOptions = {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Whether a team's last requests may be kept, besides its counts. */
  readonly keeps?: (team: string) => boolean
  /** Told of requests that waited, and could not be written when others were. */
  readonly lost?: (team: string, requests: number) => void
}

export function openHistory(
  store: Store,
  { now = Date.now, keeps = () => true, lost = () => {} }: HistoryOptions = {},
): History {
  const seconds = () => Math.floor(now() / 1000)
  const alive = ({ ttl }: Item): boolean => Number(ttl) > seconds()
  const waiting = openWaiting(keeps)
  const mayFlush = openBucket(now)
  const underWay = new Set<Promise<unknown>>()

  async function flush(parts: readonly Part[]) {
    const writing = write(store, parts)
    underWay.add(writing)
    const losses = await writing
    underWay.delete(writing)
    return losses
  }

  /** What this environment was given of the team is in the table before it is read. */
  async function settle(team: string): Promise<void> {
    for (const [part, requests] of await flush(waiting.take(team))) lost(part.team, requests)
    await Promise.all(underWay)
  }

  async function listed(team: string, prefixes: readonly string[]): Promise<readonly Item[]> {
    const pk = partitionOf(team)
    const lists = prefixes.map((prefix) => store.list(pk, prefix, readCare))
    return (await orUnavailable(Promise.all(lists))).flat().filter(alive)
  }

  return {
    async hours(team, since) {
      await settle(team)
      const items = await listed(team, hourPrefixes(since, now()))
      return items
        .map(hourFrom)
        .filter(({ at }) => at + hourMs > since)
        .toSorted((one, other) => one.at - other.at)
    },

    async recent(team, most) {
      await settle(team)
      const found: RecentRequest[] = []
      for (let back = 0; back <= requestsKept && found.length < most; back += together) {
        const ages = Array.from({ length: together }, (_, index) => back + index)
        const prefixes = ages.map((age) => `recent#${hourOf(now() - age * hourMs)}#`)
        const items = await listed(team, prefixes)
        found.push(...items.map(({ text }) => JSON.parse(String(text)) as RecentRequest))
      }
      return found.toSorted((one, other) => other.at - one.at).slice(0, most)
    },

    async add(team, modelName, request) {
      try {
        const own = waiting.add(team, modelName, request)
        if (!mayFlush() && !waiting.isFull()) return true
        const losses = await flush(waiting.take())
        for (const [part, requests] of losses) {
          const others = part === own ? requests - 1 : requests
          if (others > 0) lost(part.team, others)
        }
        return !losses.has(own)
      } catch {
        return false
      }
    },
  }
}

/** Where a gateway keeps none. */
export const noHistory: History = {
  hours: async () => [],
  recent: async () => [],
  add: async () => true,
}
