/** Whether a model can be called from any of some regions, and what it would take. */
import type { AnyModel } from '../lambda/core/model.ts'
import { profileScopes, targetId, withoutProfile } from '../lambda/models/profiles.ts'
import { problem } from './checks.ts'

/** `named`: as the configuration has it, by its own id or a profile's. */
export function reachProblems(
  regions: readonly string[],
  path: string,
  named: string,
  model: AnyModel,
): readonly string[] {
  if (regions.some((region) => callable(named, model, region))) return []
  const usable = regions.flatMap((region) =>
    profileScopes(region).filter((scope) => model.profiles.includes(scope)),
  )
  const there = [...new Set(usable)].map((scope) => `${scope}.${model.id}`).join(', ')
  const advice = there === '' ? `it has ${ways(model)}` : `there it is ${there}`
  return [problem(path, named, `which cannot be called from ${regions.join(' or ')}; ${advice}`)]
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
