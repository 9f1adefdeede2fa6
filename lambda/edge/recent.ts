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
  const { FirstTokenMs, CostMicroUsd } = values
  /** The tokens of a prompt that is only counted are not billed. */
  const billed = InputTokens !== undefined && dialect.task !== 'count'
  const tokens = billed
    ? InputTokens + (OutputTokens ?? 0) + (CacheReadTokens ?? 0) + (CacheWriteTokens ?? 0)
    : undefined
  const recent: Writable<RecentRequest> = {
    ...{ id: requestId, at: Date.now() - Math.round(durationMs) },
    ...{ route: routeKey, keyId: caller.keyId },
    ...(asked !== undefined && target !== undefined && { asked: asked.slice(0, longestName) }),
    ...(model !== undefined && { model }),
    ...{ status, outcome, stream },
    ...(decision !== undefined && { decision }),
    durationMs: Math.round(durationMs),
  }
  if (FirstTokenMs !== undefined) recent.firstTokenMs = Math.round(FirstTokenMs)
  if (InputTokens !== undefined) recent.inputTokens = InputTokens
  if (OutputTokens !== undefined) recent.outputTokens = OutputTokens
  if (tokens !== undefined) recent.tokens = tokens
  if (CostMicroUsd !== undefined) recent.costMicroUsd = CostMicroUsd
  if (cache !== undefined) recent.cache = cache
  if (attempts !== undefined) recent.attempts = attempts
  if (metadata !== undefined) recent.metadata = metadata
  if (prompt !== undefined) recent.prompt = prompt
  if (answer !== undefined) recent.answer = answer
  return recent
}

type Writable<Whole> = { -readonly [Name in keyof Whole]: Whole[Name] }
