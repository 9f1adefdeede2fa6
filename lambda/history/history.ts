/** A team's past in the ledger's table: a counter an hour, and its last requests for a day. */
import type { History, Hour, RecentRequest } from '../core/history.ts'
import type { Amounts } from '../core/ledger.ts'
import type { Care, Item, Store } from '../ledger/store.ts'
import { orUnavailable } from '../ledger/unavailable.ts'
import { clippedTo } from './clipped.ts'

/**
 * DynamoDB's writes of a request, of up to 1 KB each: its hour, and the request itself. The second
 * takes one for each further KB where a team's log is `full`, and is not made where it is `none`.
 */
export const writesPerRequest = 2

/** Of each hour, so many of a team's last requests are kept: at most 24 times as many in all. */
export const mostAnHour = 128

/** Bytes of a prompt, and of an answer. */
const longestText = 4096
/** Letters of what a caller may have written in a name. */
const longestName = 200

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const hoursKept = 40 * 24
const requestsKept = 24

/** Nobody waits for it, and nothing is owed to it. */
const writeCare: Care = { tries: 1, timeoutMs: 300 }
/** An answer may have many pages. */
const readCare: Care = { tries: 2, timeoutMs: 1_000 }

/** Hours that are looked through at once for a team's last requests; a day lies in 25 of them. */
const together = 5

export type HistoryOptions = {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Whether a team's last requests may be kept, besides its counts. */
  readonly keeps?: (team: string) => boolean
}

export function openHistory(
  store: Store,
  { now = Date.now, keeps = () => true }: HistoryOptions = {},
): History {
  const seconds = () => Math.floor(now() / 1000)
  const alive = ({ ttl }: Item): boolean => Number(ttl) > seconds()

  async function listed(team: string, prefixes: readonly string[]): Promise<readonly Item[]> {
    const pk = partitionOf(team)
    const lists = prefixes.map((prefix) => store.list(pk, prefix, readCare))
    return (await orUnavailable(Promise.all(lists))).flat().filter(alive)
  }

  /** Which of its hour's requests it is, from 1. */
  async function count(team: string, modelName: string | undefined, request: RecentRequest) {
    const item = await store.update(
      {
        key: { pk: partitionOf(team), sk: `hour#${hourOf(request.at)}` },
        add: changeOf(modelName, request),
        set: { ttl: expiry(request.at, hoursKept) },
      },
      writeCare,
    )
    return Number(item.r)
  }

  return {
    async hours(team, since) {
      const items = await listed(team, hourPrefixes(since, now()))
      return items
        .map(hourFrom)
        .filter(({ at }) => at + hourMs > since)
        .toSorted((one, other) => one.at - other.at)
    },

    async recent(team, most) {
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
        const number = await count(team, modelName, request)
        if (!keeps(team)) return true
        const slot = String(number % mostAnHour).padStart(3, '0')
        const item = {
          pk: partitionOf(team),
          sk: `recent#${hourOf(request.at)}#${slot}`,
          text: JSON.stringify(shortened(request)),
          ttl: expiry(request.at, requestsKept),
        }
        await store.put(item, writeCare)
        return true
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

/** The ledger's own of this team: who may read the one may read the other. */
const partitionOf = (team: string): string => `team#${team}`

/** `2026-11-21T13`, in UTC. */
const hourOf = (at: number): string => new Date(at).toISOString().slice(0, 13)

/** Seconds since 1970, as DynamoDB wants it. */
const expiry = (at: number, hours: number): number => Math.ceil((at + hours * hourMs) / 1000)

/** Of a few days each by itself, of more their months: so that little else is read. */
function hourPrefixes(since: number, until: number): readonly string[] {
  const letters = until - since <= 2 * dayMs ? '2026-11-21'.length : '2026-11'.length
  const prefixes = new Set<string>()
  for (let at = Math.min(since, until); at < until; at += dayMs) prefixes.add(hourOf(at))
  return [...new Set([...prefixes, hourOf(until)].map((hour) => `hour#${hour.slice(0, letters)}`))]
}

const amountsOf = ({
  tokens,
  inputTokens = 0,
  outputTokens = 0,
  costMicroUsd = 0,
}: RecentRequest) => ({
  r: 1,
  t: tokens ?? inputTokens + outputTokens,
  /** As the ledger rounds it. */
  u: Math.ceil(costMicroUsd),
})

/** Broken streams have status 200. */
const failed = ({ outcome }: RecentRequest): boolean => outcome !== 'ok' && outcome !== 'abandoned'

/** What it adds to its hour; what is 0 takes no room there. */
function changeOf(
  modelName: string | undefined,
  request: RecentRequest,
): Readonly<Record<string, number>> {
  const amounts = amountsOf(request)
  const ofModel = Object.entries(modelName === undefined ? {} : amounts)
  const all = {
    ...amounts,
    e: failed(request) ? 1 : 0,
    h: request.cache === 'hit' ? 1 : 0,
    d: Math.round(request.durationMs),
    ...Object.fromEntries(ofModel.map(([letter, by]) => [`m.${modelName}.${letter}`, by])),
  }
  return Object.fromEntries(Object.entries(all).filter(([, by]) => by !== 0))
}

function hourFrom(item: Item): Hour {
  const number = (name: string): number => Number(item[name] ?? 0)
  const amounts = (prefix: string): Amounts => ({
    requests: number(`${prefix}r`),
    tokens: number(`${prefix}t`),
    microUsd: number(`${prefix}u`),
  })
  const models = Object.keys(item).flatMap((name) => /^m\.(.+)\.r$/s.exec(name)?.[1] ?? [])
  return {
    at: Date.parse(`${String(item.sk).slice('hour#'.length)}:00:00Z`),
    ...amounts(''),
    errors: number('e'),
    cacheHits: number('h'),
    durationMs: number('d'),
    models: Object.fromEntries(models.map((model) => [model, amounts(`m.${model}.`)])),
  }
}

const shortened = ({ asked, prompt, answer, ...request }: RecentRequest): RecentRequest => ({
  ...request,
  ...(asked !== undefined && { asked: asked.slice(0, longestName) }),
  ...(prompt !== undefined && { prompt: clippedTo(longestText, prompt) }),
  ...(answer !== undefined && { answer: clippedTo(longestText, answer) }),
})
