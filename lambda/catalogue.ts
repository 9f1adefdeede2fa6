/** Finds the model a caller named, among those its team may use. */
import type { GatewayConfig } from './core/config.ts'
import type { Caller } from './core/contracts.ts'
import { TollgateError } from './core/errors.ts'
import type { Model } from './core/model.ts'
import { modelById, models as wholeCatalogue } from './models/index.ts'
import { profileScopes, withoutProfile } from './models/profiles.ts'

/** `sendAs` where the name chose a profile itself; else the region decides. */
export type Found = { readonly model: Model; readonly sendAs?: string }

export type Catalogue = {
  /** Alias, id, profile id or ARN. Throws 403 or 404 with the names this team may use. */
  readonly find: (name: string, caller: Caller) => Found
  /** Names and models of a team, aliases first. */
  readonly usableBy: (caller: Caller) => ReadonlyMap<string, Model>
}

export function openCatalogue(config: GatewayConfig): Catalogue {
  const [home] = config.regions
  const scopes = profileScopes(typeof home === 'string' ? home : (home?.region ?? ''))
  const aliases = new Map(
    Object.entries(config.models).map(([alias, row]) => [alias, resolved(row)]),
  )
  const usable = new Map(Object.keys(config.teams).map((team) => [team, usableByTeam(team)]))
  const everything = new Set([...usable.values()].flatMap((names) => [...names.values()]))

  function resolved(row: string | Model): Found {
    const found = typeof row === 'string' ? byId(row) : { model: row, sendAs: row.id }
    if (found === undefined) throw new Error(`The catalogue has no model '${String(row)}'.`)
    return found
  }

  function byId(name: string): Found | undefined {
    const { id, scope } = withoutProfile(name)
    const model = modelById.get(id)
    if (model === undefined) return undefined
    if (scope === undefined) return { model }
    const reachable = model.profiles.includes(scope) && scopes.includes(scope)
    return reachable ? { model, sendAs: `${scope}.${id}` } : undefined
  }

  function usableByTeam(team: string): ReadonlyMap<string, Model> {
    const allowed = config.teams[team]?.models ?? []
    const names = allowed === '*' ? [...aliases.keys()] : allowed
    const named = names.flatMap((name): [string, Model][] => {
      const model = aliases.get(name)?.model
      return model === undefined ? [] : [[name, model]]
    })
    const rest = allowed === '*' ? wholeCatalogue.map((row): [string, Model] => [row.id, row]) : []
    return new Map([...named, ...rest])
  }

  const usableBy = ({ team }: Caller) => usable.get(team) ?? new Map<string, Model>()

  function find(name: string, caller: Caller): Found {
    const mine = usableBy(caller)
    const found = aliases.get(name) ?? byId(name)
    if (found !== undefined && mayUse(mine, name, found.model)) return found
    const known = found !== undefined && everything.has(found.model)
    throw refusal(name, [...mine.keys()], known ? 'model_not_allowed' : 'model_not_found')
  }

  return { find, usableBy }
}

/** An alias must be the team's own; an id may be any whose model the team has by some alias. */
const mayUse = (mine: ReadonlyMap<string, Model>, name: string, model: Model): boolean =>
  mine.has(name) || [...mine.values()].includes(model)

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
