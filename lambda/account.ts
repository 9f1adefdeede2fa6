/** Opens to a key what its team may know: limits, usage, decisions, and what a request would come to. */
import type { Catalogue } from './catalogue.ts'
import type { Account, Forecast, Refused } from './core/account.ts'
import type { GatewayConfig } from './core/config.ts'
import type { Call, Caller } from './core/contracts.ts'
import type { History } from './core/history.ts'
import type { Ledger, Standing } from './core/ledger.ts'
import { firstShortfall, isLimit } from './core/limits.ts'
import type { AnyModel } from './core/model.ts'
import { type Exchange, trailOf } from './edge/exchange.ts'
import { foreseer } from './foresee.ts'
import { verdictOn } from './guard/verdict.ts'
import { outlooksFrom } from './history/ahead.ts'
import { noHistory } from './history/history.ts'
import type { callReader } from './read-call.ts'

/** As the ledger's own: which amounts are reserved, and whether what has no price is refused. */
type Manner = { readonly mode: 'hard' | 'tight'; readonly money: boolean }

export type AccountParts = {
  readonly config: GatewayConfig
  readonly catalogue: Catalogue
  readonly readCall: ReturnType<typeof callReader>
  readonly ledger: Ledger & { readonly manner: (team: string) => Manner }
  readonly forecast: (call: Call) => Forecast
  /** By which the ledger counts a model. */
  readonly nameOf: (model: AnyModel) => string
  /** Absent where the gateway keeps none. */
  readonly history?: Pick<History, 'hours' | 'recent'>
}

export function accounts(parts: AccountParts) {
  const { config, catalogue, readCall, ledger, forecast, nameOf, history = noHistory } = parts
  const teams = new Map(Object.entries(config.teams))
  const foresee = foreseer(readCall)

  return function accountOf(exchange: Exchange, caller: Caller): Account {
    const { standing, found } = trailOf(exchange)
    const plan = teams.get(caller.team)?.plan

    let asked: Promise<readonly Standing[]> | undefined
    const standings = () => {
      asked ??= limitsOf()
      return asked
    }

    async function limitsOf(): Promise<readonly Standing[]> {
      const limits = (await ledger.standings(caller.team)).filter(isLimit)
      standing(limits)
      return limits
    }

    const outlooks = async () => outlooksFrom(history, caller.team, await standings(), Date.now())

    return {
      caller,
      plan,
      timeZone: config.timeZone ?? 'UTC',
      standings,
      used: () => ledger.used(caller.team),
      outlooks,
      hours: (since) => history.hours(caller.team, since),
      recent: (most) => history.recent(caller.team, most),
      decision: (id) => ledger.decision(caller.team, id),
      find(name) {
        found(name)
        return catalogue.find(name, caller).model
      },

      async foresee(dialect, request) {
        const { requestId: id, record } = exchange
        const asker = { id, caller, record, found }
        const foreseen = foresee(dialect, request, asker)
        const asking = { caller, model: nameOf(foreseen.call.model) }
        await ledger.admit(caller, asking.model)
        const told = forecast(foreseen.call)
        const { mode, money } = ledger.manner(caller.team)
        const reserved = mode === 'tight' ? told.likely : told.most
        const grounds = firstShortfall(await standings(), reserved, asking)
        const refused = money && !told.priced ? unpriced : grounds && { grounds }
        const guard = verdictOn(foreseen.call, foreseen.call.rules)
        return { ...foreseen, forecast: told, reserved, refused, ...(guard && { guard }) }
      },
    }
  }
}

const unpriced: Refused = { unpriced: true }
