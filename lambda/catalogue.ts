/** Finds the model a caller named, among those its team may use. */
import type { GatewayConfig } from './core/config.ts'
import type { Caller } from './core/contracts.ts'
import { TollgateError } from './core/errors.ts'
import type { AnyModel } from './core/model.ts'
import type { Rules } from './core/rules-config.ts'
import { everyModel } from './models/index.ts'
import { type Route, routeFinder } from './targets.ts'

export type Catalogue = {
  /** With all rules that hold. By alias, id, profile id, ARN, or the name Anthropic's own API has. Throws 403 or 404 with the names this team may use. */
  readonly find: (name: string, caller: Caller) => Route
  /** The same for a name the operator gives, whether or not the team may use it. */
  readonly ofOperator: (name: string, caller: Caller) => Route
  /** Names and models of a team, aliases first. */
  readonly usableBy: (caller: Caller) => ReadonlyMap<string, AnyModel>
  /** The one name by which limits and operators know a model: its first alias, else its id. */
  readonly nameOf: (model: AnyModel) => string
  /** That name for any alias of the configuration. */
  readonly sameAs: (alias: string) => string
}

type Usable = {
  readonly aliases: ReadonlyMap<string, Route>
  readonly everything: boolean
  readonly names: ReadonlyMap<string, AnyModel>
}

const nothing: Usable = { aliases: new Map(), everything: false, names: new Map() }

/** Names that callers make up are not all kept. */
const mostNames = 1_000

export function openCatalogue(config: GatewayConfig): Catalogue {
  const routes = routeFinder(config)
  const aliases = new Map(
    Object.entries(config.models).map(([name, row]) => [name, routes.ofRow(row)]),
  )
  const usable = new Map(
    Object.entries(config.teams).map(([team, { models }]) => [team, usableOf(models)]),
  )
  const named = new Map<string, Route | undefined>()

  function byId(name: string): Route | undefined {
    if (named.has(name)) return named.get(name)
    const route = routes.ofName(name)
    if (named.size >= mostNames) named.clear()
    named.set(name, route)
    return route
  }

  function usableOf(allowed: readonly string[] | '*'): Usable {
    const everything = allowed === '*'
    const own = new Map([...aliases].filter(([name]) => everything || allowed.includes(name)))
    const named = [...own].map(([name, { model }]): [string, AnyModel] => [name, model])
    const rest = everything ? everyModel.map((model): [string, AnyModel] => [model.id, model]) : []
    return { aliases: own, everything, names: new Map([...named, ...rest]) }
  }

  const of = ({ team }: Caller): Usable => usable.get(team) ?? nothing

  /** Everybody's, and the team's. */
  const common = ({ team }: Caller): readonly Rules[] => [config, config.teams[team] ?? {}]

  function find(name: string, caller: Caller): Route {
    const team = of(caller)
    const found = team.aliases.get(name) ?? allowedId(byId(name), team)
    if (found !== undefined) return withCommon(found, caller)
    const others = [...usable.values()]
    const known = aliases.has(name) || others.some((other) => allowedId(byId(name), other))
    throw refusal(name, [...team.names.keys()], known ? 'model_not_allowed' : 'model_not_found')
  }

  function ofOperator(name: string, caller: Caller): Route {
    const found = aliases.get(name) ?? byId(name)
    if (found === undefined) throw new Error(`No region has the model '${name}'.`)
    return withCommon(found, caller)
  }

  function withCommon(route: Route, caller: Caller): Route {
    return { ...route, rules: [...common(caller), ...route.rules] }
  }

  const firstAlias = new Map([...aliases].toReversed().map(([name, { model }]) => [model, name]))
  const nameOf = (model: AnyModel): string => firstAlias.get(model) ?? model.id

  return {
    find,
    ofOperator,
    usableBy: (caller) => of(caller).names,
    nameOf,
    sameAs(alias) {
      const model = aliases.get(alias)?.model
      return model === undefined ? alias : nameOf(model)
    },
  }
}

/**
 * An id stands for the alias that has its model, so targets the operator chose hold for it too: the
 * function has leave for no other.
 */
function allowedId(found: Route | undefined, { aliases, everything }: Usable): Route | undefined {
  if (found === undefined || everything) return found
  const own = [...aliases.values()].filter(({ model }) => model === found.model)
  if (found.sends === 'any') return own[0]
  const [asked = ''] = found.sends
  if (own.some(({ sends }) => sends === 'any')) return found
  const alias = own.find(({ sends }) => sends !== 'any' && sends.has(asked))
  if (alias === undefined) return undefined
  return { ...alias, targets: alias.targets.filter(({ modelId }) => modelId === asked) }
}

function refusal(
  name: string,
  usable: readonly string[],
  code: 'model_not_allowed' | 'model_not_found',
): TollgateError {
  const shown = JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
  const problem = {
    model_not_allowed: `This key may not use the model ${shown}.`,
    model_not_found: `There is no model ${shown} here.`,
  }[code]
  const message = `${problem} It may use: ${usable.join(', ') || 'none'}.`
  return new TollgateError(code, message, { param: 'model' })
}
