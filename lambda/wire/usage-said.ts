/** Tells a team of its past and of what is to come: forecasts of limits, hours, and last requests. */
import type { Hour, Outlook, RecentRequest } from '../core/history.ts'
import type { Amounts } from '../core/ledger.ts'
import { momentOf, usdOf } from '../core/units.ts'
import { amountsSaid, limitSaid } from './limits-said.ts'

/** In the units of the measure, and of a limit in money also in USD, as text. */
export function forecastSaid({ standing, expected, low, high, reachedAt }: Outlook) {
  const { whose, measure, window, key, model, limit, used, resets_at } = limitSaid(standing)
  const amounts = { limit, used, expected, low, high }
  const usd = Object.entries(amounts).map(([name, amount]) => [name, usdOf(amount)])
  return {
    ...{ whose, measure, window },
    ...(key !== undefined && { key }),
    ...(model !== undefined && { model }),
    ...amounts,
    ...(standing.measure === 'micro-usd' && { usd: Object.fromEntries(usd) }),
    resets_at,
    ...(reachedAt !== undefined && { reached_at: momentOf(reachedAt) }),
  }
}

export const hourSaid = ({ at, errors, cacheHits, durationMs, models, ...amounts }: Hour) => ({
  at: momentOf(at),
  ...amountsSaid(amounts),
  errors,
  cache_hits: cacheHits,
  average_ms: amounts.requests > 0 ? Math.round(durationMs / amounts.requests) : 0,
  models: mapped(models),
})

const mapped = (models: Hour['models']) =>
  Object.fromEntries(
    Object.entries(models).map(([model, amounts]: [string, Amounts]) => [
      model,
      amountsSaid(amounts),
    ]),
  )

/** Names as in the rest of the gateway's own answers; `attempts` as in the header. */
export const requestSaid = ({
  id,
  at,
  route,
  keyId: key,
  asked,
  model,
  status,
  outcome,
  decision,
  stream,
  durationMs,
  firstTokenMs,
  inputTokens,
  outputTokens,
  tokens,
  costMicroUsd,
  ...rest
}: RecentRequest) => ({
  ...{ id, at: new Date(at).toISOString(), route, key, status, outcome, stream },
  duration_ms: Math.round(durationMs),
  ...given({
    asked,
    model,
    decision_id: decision,
    first_token_ms: firstTokenMs === undefined ? undefined : Math.round(firstTokenMs),
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    tokens,
    cost_usd: costMicroUsd === undefined ? undefined : costMicroUsd / 1e6,
    cache: rest.cache,
    attempts: rest.attempts,
    metadata: rest.metadata,
    prompt: rest.prompt,
    answer: rest.answer,
  }),
})

const given = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
