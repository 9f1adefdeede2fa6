/** What guardrails of a right form may still have wrong: regions without an id, and aliases nobody could answer. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import { guardrailAt } from '../lambda/core/guardrail.ts'
import type { GuardrailConfig, Rules } from '../lambda/core/rules-config.ts'
import { routeFinder } from '../lambda/targets.ts'
import { isRoute } from './account-role.ts'
import { needsOneOf, problem } from './checks.ts'

export type Placed = { readonly at: string; readonly guardrail: GuardrailConfig }

/** All there are, with their places. */
export function guardrailsOf(config: GatewayConfig): readonly Placed[] {
  const all: readonly (readonly [string, Rules])[] = [
    ['', config],
    ...Object.entries(config.teams).map(([name, team]) => [`teams.${name}.`, team] as const),
    ...Object.entries(config.models).flatMap(([name, row]) =>
      isRoute(row) ? [[`models.${name}.`, row] as const] : [],
    ),
  ]
  return all.flatMap(([at, { guardrail }]) =>
    guardrail === undefined ? [] : [{ at: `${at}guardrail`, guardrail }],
  )
}

/** `regions`: the gateway's. */
export function guardrailProblems(
  config: GatewayConfig,
  regions: readonly string[],
): readonly string[] {
  const placed = guardrailsOf(config)
  const misplaced = placed.flatMap((each) => ofRegions(each, regions))
  return misplaced.length > 0 || placed.length === 0 ? misplaced : unanswerable(config)
}

function ofRegions({ at, guardrail: { id } }: Placed, regions: readonly string[]) {
  if (typeof id !== 'string') {
    return Object.entries(id).flatMap(([region, one]) =>
      regions.includes(region)
        ? elsewhere(`${at}.id.${region}`, one, region)
        : [problem(`${at}.id.${region}`, one, needsOneOf('region', regions, region))],
    )
  }
  const [home = '', ...others] = regions
  if (others.length === 0) return elsewhere(`${at}.id`, id, home)
  const form = `{ ${regions.map((region) => `'${region}': '…'`).join(', ')} }`
  const needs = `needs an id for each region, ${form}: a guardrail is of one region`
  return [problem(`${at}.id`, id, needs)]
}

function elsewhere(at: string, id: string, region: string): readonly string[] {
  if (!id.startsWith('arn:') || id.split(':')[3] === region) return []
  return [problem(at, id, `needs an ARN in ${region}: a guardrail is of one region`)]
}

/** An alias of which no target could be asked, by anybody who may use it. */
function unanswerable(config: GatewayConfig): readonly string[] {
  const { ofRow } = routeFinder(config, {})
  return Object.entries(config.models).flatMap(([name, row]) => {
    const { model, targets } = ofRow(row)
    if (model.task === 'embed') return []
    const own = isRoute(row) ? row.guardrail : undefined
    const over =
      own === undefined
        ? ofUsers(config, name)
        : [{ at: `models.${name}.guardrail`, guardrail: own }]
    return over
      .filter(({ guardrail }) =>
        targets.every((target) => guardrailAt(guardrail, target) === undefined),
      )
      .map(
        ({ at }) =>
          `models.${name}: none of its targets can be asked under ${at}; needs one of Bedrock, in the gateway's own account, in a region for which the guardrail has an id`,
      )
  })
}

/** What holds for an alias without one of its own: its users', else everybody's. */
function ofUsers(config: GatewayConfig, alias: string): readonly Placed[] {
  const users = Object.entries(config.teams).filter(
    ([, { models }]) => models === '*' || models.includes(alias),
  )
  const found = users.flatMap(([name, { guardrail }]): readonly Placed[] => {
    if (guardrail !== undefined) return [{ at: `teams.${name}.guardrail`, guardrail }]
    return config.guardrail === undefined ? [] : [{ at: 'guardrail', guardrail: config.guardrail }]
  })
  return found.filter(({ at }, index) => found.findIndex((each) => each.at === at) === index)
}
