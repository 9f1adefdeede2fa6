/** What a team's history keeps of a request: what its log line says, and no more. */
import type { RecentRequest } from '../core/history.ts'
import type { Exchange } from './exchange.ts'

const longestName = 200

/** Whoever looks into a history asks no model, and is not part of it. */
const unasked: ReadonlySet<string> = new Set(['list', 'account'])

/** Nothing without a caller, and nothing of what asked no model; prompt, answer and metadata as the line has them. */
export function recentOf(exchange: Exchange, durationMs: number): RecentRequest | undefined {
  const { requestId, routeKey, caller, dialect, asked, target, record } = exchange
  if (caller === undefined || dialect === undefined || unasked.has(dialect.task)) return undefined
  const { fields, values } = record.said()
  const { model, outcome = 'ok', status = 0, stream = false } = fields
  const { decision, cache, attempts, metadata, prompt, answer } = fields
  const { InputTokens, OutputTokens, CacheReadTokens, CacheWriteTokens } = values
  /** The tokens of a prompt that is only counted are not billed. */
  const billed = InputTokens !== undefined && dialect.task !== 'count'
  const tokens = billed
    ? InputTokens + (OutputTokens ?? 0) + (CacheReadTokens ?? 0) + (CacheWriteTokens ?? 0)
    : undefined
  return {
    id: requestId,
    at: Date.now() - Math.round(durationMs),
    route: routeKey,
    keyId: caller.keyId,
    ...(asked !== undefined && target !== undefined && { asked: asked.slice(0, longestName) }),
    ...(model !== undefined && { model }),
    ...{ status, outcome, stream },
    ...(decision !== undefined && { decision }),
    durationMs: Math.round(durationMs),
    ...optional('firstTokenMs', values.FirstTokenMs && Math.round(values.FirstTokenMs)),
    ...optional('inputTokens', InputTokens),
    ...optional('outputTokens', OutputTokens),
    ...optional('tokens', tokens),
    ...optional('costMicroUsd', values.CostMicroUsd),
    ...optional('cache', cache),
    ...optional('attempts', attempts),
    ...optional('metadata', metadata),
    ...optional('prompt', prompt),
    ...optional('answer', answer),
  }
}

const optional = <Name extends keyof RecentRequest>(
  name: Name,
  value: RecentRequest[Name] | undefined,
): Partial<Pick<RecentRequest, Name>> =>
  value === undefined ? {} : ({ [name]: value } as Partial<Pick<RecentRequest, Name>>)
