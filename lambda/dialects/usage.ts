/** What a key's team used, its limits, what is left of them and when each begins anew. */
import type { AccountDialect } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import type { Used } from '../core/ledger.ts'
import { amountsSaid, limitSaid, moneySaid } from '../wire/limits-said.ts'
import { forecastSaid } from '../wire/usage-said.ts'

const uncounted =
  'A team without limits is not counted here: what its hours came to is told by GET /v1/usage/hours, where the gateway keeps that.'

export const usage: AccountDialect = {
  task: 'account',
  id: 'usage',
  routes: [{ method: 'GET', path: '/v1/usage' }],

  async answer(_, { caller, plan, timeZone, standings, used, outlooks }) {
    const all = Promise.all([standings(), used(), outlooks()])
    const [limits, windows, ahead] = await all
    const counted = limits.length > 0 || windows.length > 0
    return json({
      team: caller.team,
      ...(plan !== undefined && { plan }),
      time_zone: timeZone,
      limits: limits.map(limitSaid),
      usage: windows.map(windowSaid),
      forecast: ahead.map(forecastSaid),
      ...(!counted && { note: uncounted }),
    })
  },

  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

const windowSaid = ({ window, name, requests, tokens, microUsd, reserved, models }: Used) => ({
  window,
  name,
  ...amountsSaid({ requests, tokens, microUsd }),
  reserved: amountsSaid(reserved),
  models: Object.fromEntries(
    Object.entries(models).map(([model, of]) => [
      model,
      { tokens: of.tokens, ...moneySaid(of.microUsd) },
    ]),
  ),
})

const json = (body: unknown) => ({
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
})
