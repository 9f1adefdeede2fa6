/** How a team's past lies in the table: an item an hour, and an item for each of its last requests. */
import type { Hour, RecentRequest } from '../core/history.ts'
import type { Amounts } from '../core/ledger.ts'
import type { Item, Key } from '../ledger/store.ts'
import { clippedTo } from './clipped.ts'

/** Of each hour, so many of a team's last requests are kept: at most 24 times as many in all. */
export const mostAnHour = 128

/** Bytes of a prompt, and of an answer. */
const longestText = 4096
/** Letters of what a caller may have written in a name. */
const longestName = 200

export const hourMs = 3_600_000
const dayMs = 24 * hourMs
const hoursKept = 40 * 24
export const requestsKept = 24

/** The ledger's own of this team: who may read the one may read the other. */
export const partitionOf = (team: string): string => `team#${team}`

/** `2026-11-21T13`, in UTC. */
export const hourOf = (at: number): string => new Date(at).toISOString().slice(0, 13)

/** Seconds since 1970, as DynamoDB wants it. */
const expiry = (at: number, hours: number): number => Math.ceil((at + hours * hourMs) / 1000)

/** Of a few days each by itself, of more their months: so that little else is read. */
export function hourPrefixes(since: number, until: number): readonly string[] {
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

/** What a request adds to its hour, attribute by attribute; what is 0 takes no room there. */
export function countsOf(
  modelName: string | undefined,
  request: RecentRequest,
): readonly (readonly [string, number])[] {
  const amounts = amountsOf(request)
  const ofModel = Object.entries(modelName === undefined ? {} : amounts)
  const all: readonly (readonly [string, number])[] = [
    ...Object.entries(amounts),
    ['e', failed(request) ? 1 : 0],
    ['h', request.cache === 'hit' ? 1 : 0],
    ['d', Math.round(request.durationMs)],
    ...ofModel.map(([letter, by]) => [`m.${modelName}.${letter}`, by] as const),
  ]
  return all.filter(([, by]) => by !== 0)
}

/** `at`: of the newest request that is counted. */
export const hourChange = (team: string, at: number, add: Readonly<Record<string, number>>) => ({
  key: { pk: partitionOf(team), sk: `hour#${hourOf(at)}` },
  add,
  set: { ttl: expiry(at, hoursKept) },
})

/** `number`: which of its hour's requests it is, from 1. */
export const recentItem = (team: string, number: number, request: RecentRequest): Key & Item => ({
  pk: partitionOf(team),
  sk: `recent#${hourOf(request.at)}#${String(number % mostAnHour).padStart(3, '0')}`,
  text: JSON.stringify(request),
  ttl: expiry(request.at, requestsKept),
})

export function hourFrom(item: Item): Hour {
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

export const shortened = ({ asked, prompt, answer, ...request }: RecentRequest): RecentRequest => ({
  ...request,
  ...(asked !== undefined && { asked: asked.slice(0, longestName) }),
  ...(prompt !== undefined && { prompt: clippedTo(longestText, prompt) }),
  ...(answer !== undefined && { answer: clippedTo(longestText, answer) }),
})
