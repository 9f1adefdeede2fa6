/** Finds the model a caller named, among those its team may use. */
import type { GatewayConfig } from './core/config.ts'
import type { Caller } from './core/contracts.ts'
import { TollgateError } from './core/errors.ts'
import type { AnyModel } from './core/model.ts'
import { anyModelById, everyModel, modelByVendorName } from './models/index.ts'
import { profileScopes, withoutProfile } from './models/profiles.ts'

/** `sendAs` where a profile was chosen by name; else the region decides. */
export type Found = { readonly model: AnyModel; readonly sendAs?: string }

export type Catalogue = {
  /** By alias, id, profile id, ARN, or the name Anthropic's own API has. Throws 403 or 404 with the names this team may use. */
  readonly find: (name: string, caller: Caller) => Found
  /** Names and models of a team, aliases first. */
  readonly usableBy: (caller: Caller) => ReadonlyMap<string, AnyModel>
  /** The one name by which limits and operators know a model: its first alias, else its id. */
  readonly nameOf: (model: AnyModel) => string
  /** That name for any alias of the configuration. */
  readonly sameAs: (alias: string) => string
}

type Usable = {
  readonly aliases: ReadonlyMap<string, Found>
  readonly everything: boolean
  readonly names: ReadonlyMap<string, AnyModel>
}

const nothing: Usable = { aliases: new Map(), everything: false, names: new Map() }

export function openCatalogue(config: GatewayConfig): Catalogue {
  const [home] = config.regions
  const scopes = profileScopes(typeof home === 'string' ? home : (home?.region ?? ''))
  const aliases = new Map(Object.entries(config.models).map(([name, row]) => [name, meant(row)]))
  const usable = new Map(
    Object.entries(config.teams).map(([team, { models }]) => [team, usableOf(models)]),
  )

  function meant(row: string | AnyModel): Found {
    const found = typeof row === 'string' ? byId(row) : { model: row, sendAs: row.id }
    if (found === undefined) throw new Error(`The catalogue has no model '${String(row)}'.`)
    return found
  }

  function byId(name: string): Found | undefined {
    const { id, scope } = withoutProfile(name)
    const model = anyModelById.get(id) ?? modelByVendorName.get(name)
    if (model === undefined || scope === undefined) return model && { model }
    const reachable = model.profiles.includes(scope) && scopes.includes(scope)
    return reachable ? { model, sendAs: `${scope}.${id}` } : undefined
  }

  function usableOf(allowed: readonly string[] | '*'): Usable {
    const everything = allowed === '*'
    const own = new Map([...aliases].filter(([name]) => everything || allowed.includes(name)))
    const named = [...own].map(([name, { model }]): [string, AnyModel] => [name, model])
    const rest = everything ? everyModel.map((model): [string, AnyModel] => [model.id, model]) : []
    return { aliases: own, everything, names: new Map([...named, ...rest]) }
  }

  const of = ({ team }: Caller): Usable => usable.get(team) ?? nothing

  function find(name: string, caller: Caller): Found {
    const team = of(caller)
    const found = team.aliases.get(name) ?? allowedId(byId(name), team)
    if (found !== undefined) return found
    const others = [...usable.values()]
    const known = aliases.has(name) || others.some((other) => allowedId(byId(name), other))
    throw refusal(name, [...team.names.keys()], known ? 'model_not_allowed' : 'model_not_found')
  }

  const firstAlias = new Map([...aliases].toReversed().map(([name, { model }]) => [model, name]))
  const nameOf = (model: AnyModel): string => firstAlias.get(model) ?? model.id

  return {
    find,
    usableBy: (caller) => of(caller).names,
    nameOf,
    sameAs(alias) {
      const model = aliases.get(alias)?.model
      return model === undefined ? alias : nameOf(model)
    },
  }
}

/**
 * An id stands for the alias that has its model, so a profile the operator chose holds for it too:
 * the function has leave for no other.
 */
function allowedId(found: Found | undefined, { aliases, everything }: Usable): Found | undefined {
  if (found === undefined || everything) return found
  const own = [...aliases.values()].filter(({ model }) => model === found.model)
  if (found.sendAs === undefined) return own[0]
  const open = own.some(({ sendAs }) => sendAs === undefined || sendAs === found.sendAs)
  return open ? found : undefined
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
