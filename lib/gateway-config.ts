/** Checks a whole configuration, and tells everything that is wrong with it at once. */
import { RegionInfo } from 'aws-cdk-lib/region-info'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { needsOneOf, problem } from './checks.ts'
import { configForm } from './config-form.ts'
import { guardrailProblems } from './guardrail-problems.ts'
import { limitProblems } from './limit-problems.ts'
import { networkProblems } from './network-problems.ts'
import { routeProblems } from './route-problems.ts'
import { templateProblems } from './template-problems.ts'
import { transformProblems } from './transform-form.ts'

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
    ...placeProblems(config),
    ...routeProblems(config, regionNames(config)),
    ...teamProblems(config),
    ...guardrailProblems(config, regionNames(config)),
    ...templateProblems(config),
    ...transformProblems(config),
    ...limitProblems(config, homeRegion(config)),
    ...networkProblems(config),
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

/** What is beside the home region can be read by nobody, and an endpoint serves its own region alone. */
function placeProblems(config: GatewayConfig): readonly string[] {
  const home = homeRegion(config)
  const start = `arn:${partitionOf(home)}:secretsmanager:${home}:`
  const far = secretsOf(config).filter(({ arn }) => !arn.startsWith(start))
  return [
    ...far.map(({ path, arn }) => problem(path, arn, `needs a secret in ${home}, the home region`)),
    ...config.regions.flatMap((each, index) => {
      if (typeof each === 'string' || each.vpcEndpoint === undefined) return []
      if (each.vpcEndpoint.split('.')[2] === each.region) return []
      const needs = `needs an endpoint in ${each.region}`
      return [problem(`regions[${index}].vpcEndpoint`, each.vpcEndpoint, needs)]
    }),
  ]
}

/** Secrets the operator keeps for the gateway, and where the configuration names them. */
export function secretsOf({ providers = {}, cloudflare }: GatewayConfig) {
  const keys = Object.entries(providers).flatMap(([name, { key }]) =>
    key === undefined ? [] : [{ path: `providers.${name}.key`, arn: key }],
  )
  const { token } = cloudflare ?? {}
  return token === undefined ? keys : [...keys, { path: 'cloudflare.token', arn: token }]
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
