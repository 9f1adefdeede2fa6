/** What is logged on this machine, as it comes: told to those who follow it, and its metrics summed. */
import type { LogLine } from '../function/pool.ts'
import { textOf } from '../template/values.ts'
import { type MetricSums, openMetricSums, parsedLine, type Statistic } from './follow-metrics.ts'
import type { RequestLine } from './gateway.ts'

export type Told = {
  /** Counts from 1. */
  readonly id: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** A function's own line, or API Gateway's of a request it refused. */
  readonly type: 'log' | 'refused'
  /** Where the line names one. */
  readonly team: string | undefined
  readonly text: string
}

export type Follower = (told: Told) => void

export type Feed = {
  readonly logged: (line: LogLine) => void
  readonly requested: (line: RequestLine) => void
  /** The newest that are kept, oldest first; of one team, where it is named. */
  readonly kept: (team?: string) => readonly Told[]
  /** Until the answer is called. */
  readonly follow: (follower: Follower) => () => void
  readonly metrics: (team?: string) => readonly Statistic[]
}

/** Lines that are kept for those who come later. */
const mostKept = 100

export function openFeed(now: () => number): Feed {
  const kept: Told[] = []
  const followers = new Set<Follower>()
  const sums = openMetricSums()
  const byTeam = new Map<string, MetricSums>()
  let newest = 0

  function tell(one: Omit<Told, 'id' | 'at'>): void {
    newest += 1
    const told = { id: newest, at: now(), ...one }
    kept.push(told)
    if (kept.length > mostKept) kept.shift()
    for (const follower of followers) follower(told)
  }

  function sumsOf(team: string): MetricSums {
    const own = byTeam.get(team) ?? openMetricSums()
    byTeam.set(team, own)
    return own
  }

  return {
    logged({ line }) {
      const parsed = parsedLine(line)
      const team = textOf(parsed?.team)
      if (parsed !== undefined) {
        sums.add(parsed)
        if (team !== undefined) sumsOf(team).add(parsed)
      }
      tell({ type: 'log', team, text: line })
    },
    requested(line) {
      if (line.refused === undefined) return
      tell({ type: 'refused', team: line.team, text: accessLine(line, now()) })
    },
    kept: (team) => kept.filter((one) => team === undefined || one.team === team),
    follow(follower) {
      followers.add(follower)
      return () => void followers.delete(follower)
    },
    metrics: (team) => (team === undefined ? sums.list() : (byTeam.get(team)?.list() ?? [])),
  }
}

/** By the names of the deployed API’s access log. */
const accessLine = (line: RequestLine, time: number): string =>
  JSON.stringify({
    requestId: line.requestId,
    time,
    method: line.method,
    path: line.path,
    status: line.status,
    team: line.team,
    refusal: line.refused,
    latencyMs: line.ms,
  })
