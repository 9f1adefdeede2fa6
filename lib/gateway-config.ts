/** Checks a whole configuration, and tells everything that is wrong with it at once. */
import { RegionInfo } from 'aws-cdk-lib/region-info'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { AnyModel } from '../lambda/core/model.ts'
import { anyModelById } from '../lambda/models/index.ts'
import { profileScopes, targetId, withoutProfile } from '../lambda/models/profiles.ts'
import { needsOneOf, problem } from './checks.ts'
import { closest } from './closest.ts'
import { configForm } from './config-form.ts'
import { limitProblems } from './limit-problems.ts'

/** A configuration that may be deployed, and the file the function's bundle takes it from. */
export type CheckedConfig = { readonly config: GatewayConfig; readonly file: string }

export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
  }
}

/** Throws one error with a line for each problem. */
export function checkConfig(value: unknown): GatewayConfig {
  const malformed = configForm(value, '')
  if (malformed.length > 0) throw new ConfigError(malformed)
  const config = value as GatewayConfig
  const problems = [
    ...regionProblems(config),
    ...modelProblems(config),
    ...teamProblems(config),
    ...limitProblems(config, homeRegion(config)),
  ]
  if (problems.length > 0) throw new ConfigError(problems)
  return config
}

export const regionNames = ({ regions }: GatewayConfig): readonly string[] =>
  regions.map((each) => (typeof each === 'string' ? each : each.region))

/** Where the gateway is deployed. */
export const homeRegion = (config: GatewayConfig): string => regionNames(config)[0] ?? ''

/** AWS itself, `aws`, or one of its worlds apart, such as `aws-us-gov`. */
export const partitionOf = (region: string): string => RegionInfo.get(region).partition ?? 'aws'

function regionProblems(config: GatewayConfig): readonly string[] {
  const names = regionNames(config)
  const home = partitionOf(homeRegion(config))
  return names.flatMap((name, index) => {
    const path = `regions[${index}]`
    if (names.indexOf(name) < index) {
      return [problem(path, name, 'needs a region that is not in the list already')]
    }
    if (partitionOf(name) === home) return []
    return [problem(path, name, `needs a region of the partition of ${names[0]}, ${home}`)]
  })
}

function modelProblems(config: GatewayConfig): readonly string[] {
  return Object.entries(config.models).flatMap(([alias, row]) => {
    const path = `models.${alias}`
    if (anyModelById.has(alias)) {
      return [problem(path, row, 'needs another name: a model of the catalogue has this id')]
    }
    if (typeof row !== 'string') return ownRowProblems(config, path, row)
    const { id } = withoutProfile(row)
    const model = anyModelById.get(id)
    if (model !== undefined) return reachProblems(config, path, row, model)
    const meant = closest(id, anyModelById.keys())
    const hint = meant === undefined ? '' : `; did you mean '${meant}'?`
    return [problem(path, row, `needs a model id of the catalogue, or a row of its own${hint}`)]
  })
}

/** A row of one's own is sent by its id as it stands, to every region. */
function ownRowProblems(config: GatewayConfig, path: string, row: AnyModel): readonly string[] {
  const { id, scope } = withoutProfile(row.id)
  if (anyModelById.has(id)) {
    return [
      problem(`${path}.id`, row.id, 'which the catalogue has; needs that id in place of the row'),
    ]
  }
  if (scope === undefined) return []
  return reachProblems(config, `${path}.id`, row.id, { ...row, id, profiles: [scope] })
}

function reachProblems(
  config: GatewayConfig,
  path: string,
  named: string,
  model: AnyModel,
): readonly string[] {
  return regionNames(config)
    .filter((region) => !callable(named, model, region))
    .map((region) => {
      const usable = profileScopes(region).filter((scope) => model.profiles.includes(scope))
      const there = usable.map((scope) => `${scope}.${model.id}`).join(', ')
      const advice = there === '' ? `it has ${ways(model)}` : `there it is ${there}`
      return problem(path, named, `which cannot be called from ${region}; ${advice}`)
    })
}

function callable(named: string, model: AnyModel, region: string): boolean {
  const { scope } = withoutProfile(named)
  if (scope === undefined) return targetId(model, region) !== undefined
  return model.profiles.includes(scope) && profileScopes(region).includes(scope)
}

function ways({ profiles, onDemand }: AnyModel): string {
  const regions = onDemand === 'everywhere' ? [] : onDemand
  const ends = [...profiles.map((scope) => `the profile ${scope}`), ...regions]
  return ends.length === 0 ? 'no profile and no region' : ends.join(', ')
}

function teamProblems({ teams, plans, models: aliases }: GatewayConfig): readonly string[] {
  return Object.entries(teams).flatMap(([name, team]) => {
    const path = `teams.${name}`
    const unknownPlan = Object.hasOwn(plans, team.plan)
      ? []
      : [problem(`${path}.plan`, team.plan, needsOneOf('plan', Object.keys(plans), team.plan))]
    const named = team.models === '*' ? [] : team.models
    const unknownModels = named.flatMap((alias, index) =>
      Object.hasOwn(aliases, alias)
        ? []
        : [
            problem(
              `${path}.models[${index}]`,
              alias,
              needsOneOf('alias', Object.keys(aliases), alias),
            ),
          ],
    )
    return [...unknownPlan, ...unknownModels]
  })
}
