/** What would happen to a request: which model and region, what is sent, what it costs, whether it may. */
import type { Foreseen, Refused } from '../core/account.ts'
import type { Call } from '../core/contracts.ts'
import type { AccountDialect } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import { limitSaid } from '../wire/limits-said.ts'
import { wouldPass } from '../wire/would-pass.ts'
import { askedByName, askedInMessages } from './template-asks.ts'
import { toldByShape, toldDialects } from './told-by-shape.ts'

export const estimate: AccountDialect = {
  task: 'account',
  id: 'estimate',
  routes: [{ method: 'POST', path: '/v1/estimate' }],
  takes: toldDialects,
  templateAsk: (body) => askedByName(body) ?? askedInMessages(body),

  async answer(request, { find, foresee }) {
    const dialect = toldByShape(request, find)
    const foreseen = await foresee(dialect, request)
    return json({ dialect: dialect.id, ...written(foreseen) })
  },

  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

function written({ call, targets, sent, forecast, reserved, refused, notices, guard }: Foreseen) {
  const { prompt, most, likely, priced } = forecast
  return {
    model: call.request.model,
    model_id: call.model.id,
    targets: targets.map((target) => ({
      ...('region' in target ? { region: target.region } : { provider: target.provider }),
      model_id: target.modelId,
    })),
    native_operation: sent.operation,
    native_body: sent.body,
    native_calls: sent.calls,
    tokens: {
      input_estimate: prompt,
      output_most: call.task === 'embed' ? 0 : call.request.maxTokens,
      reserved: reserved.tokens,
    },
    cost_usd: priced
      ? { likely: likely.microUsd / 1e6, most: most.microUsd / 1e6 }
      : { likely: null, most: null },
    allowed: refused === undefined,
    ...(guard !== undefined && { guard: guard.says }),
    ...(guard?.rule !== undefined && { guard_rule: guard.rule }),
    ...(refused !== undefined && reasons(refused, call)),
    notices,
  }
}

function reasons(refused: Refused, { model }: Call) {
  if ('unpriced' in refused) {
    const says = `${model.name} has no price in force, so a budget in USD allows no call of it.`
    return { would_pass: { says } }
  }
  const now = Date.now()
  return { limit: limitSaid(refused.grounds), would_pass: wouldPass(refused.grounds, now, now) }
}

const json = (body: unknown) => ({
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
})
