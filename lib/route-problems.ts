/** What models and targets of a right form may still have wrong: names, regions, and what cannot be asked. */

import { closest } from '../lambda/core/closest.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { AnyModel } from '../lambda/core/model.ts'
import type {
  BedrockTargetConfig,
  ModelRoute,
  OutsideTargetConfig,
  TargetConfig,
} from '../lambda/core/routes-config.ts'
import { anyModelById } from '../lambda/models/index.ts'
import { makesVectors } from '../lambda/models/outside.ts'
import { withoutProfile } from '../lambda/models/profiles.ts'
import { needsOneOf, problem } from './checks.ts'
import { reachProblems } from './reach-problems.ts'

type Problems = readonly string[]

export function routeProblems(config: GatewayConfig, regions: readonly string[]): Problems {
  return Object.entries(config.models).flatMap(([alias, row]) => {
    const path = `models.${alias}`
    if (anyModelById.has(alias)) {
      return [problem(path, row, 'needs another name: a model of the catalogue has this id')]
    }
    if (typeof row === 'object' && 'targets' in row) return ofRoute(config, regions, path, row)
    return ofModel(row, path, regions)
  })
}

function ofRoute(
  config: GatewayConfig,
  regions: readonly string[],
  path: string,
  route: ModelRoute,
): Problems {
  const { targets, strategy } = route
  const placed = targets.map((target, index) => ({ target, at: `${path}.targets[${index}]` }))
  const each = placed.flatMap(({ target, at }) =>
    'provider' in target ? ofOutside(config, target, at) : ofBedrock(config, target, at, regions),
  )
  const idle = targets.every(({ weight = 1 }) => weight === 0)
  const weights = targets.map(({ weight = 1 }) => weight)
  const unweighed = idle && strategy === 'weighted'
  return [
    ...each,
    ...(each.length === 0 ? unlike(placed) : []),
    ...(unweighed
      ? [problem(`${path}.targets`, weights, 'needs a weight above 0 for one of them')]
      : []),
  ]
}

function ofBedrock(
  { cloudflare }: GatewayConfig,
  { model, region, via }: BedrockTargetConfig,
  path: string,
  regions: readonly string[],
): Problems {
  const strange = region !== undefined && !regions.includes(region)
  const there = region === undefined ? regions : [region]
  return [
    ...(strange ? [problem(`${path}.region`, region, needsOneOf('region', regions, region))] : []),
    ...(strange ? [] : ofModel(model, `${path}.model`, there)),
    ...(via === 'cloudflare' && cloudflare === undefined
      ? [problem(`${path}.via`, via, 'needs cloudflare: {account, gateway} in the configuration')]
      : []),
  ]
}

/** A name of the catalogue, or a row of one's own, that one of these regions can call. */
function ofModel(row: string | AnyModel, path: string, regions: readonly string[]): Problems {
  if (typeof row !== 'string') return ofOwnRow(row, path, regions)
  const { id } = withoutProfile(row)
  const model = anyModelById.get(id)
  if (model !== undefined) return reachProblems(regions, path, row, model)
  return [problem(path, row, `needs a model id of the catalogue, or a row of its own${hint(id)}`)]
}

function hint(id: string): string {
  const meant = closest(id, anyModelById.keys())
  return meant === undefined ? '' : `; did you mean '${meant}'?`
}

/** A row of one's own is sent by its id as it stands, to every region. */
function ofOwnRow(row: AnyModel, path: string, regions: readonly string[]): Problems {
  const { id, scope } = withoutProfile(row.id)
  if (anyModelById.has(id)) {
    return [
      problem(`${path}.id`, row.id, 'which the catalogue has; needs that id in place of the row'),
    ]
  }
  if (scope === undefined) return []
  return reachProblems(regions, `${path}.id`, row.id, { ...row, id, profiles: [scope] })
}

function ofOutside({ providers = {} }: GatewayConfig, target: OutsideTargetConfig, path: string) {
  const { provider, like, model, accepts } = target
  const server = Object.hasOwn(providers, provider) ? providers[provider] : undefined
  if (server === undefined) {
    const needs = needsOneOf('provider', Object.keys(providers), provider)
    return [problem(`${path}.provider`, provider, needs)]
  }
  const { type } = server
  const problems: string[] = []
  const known = like === undefined ? undefined : anyModelById.get(like)
  if (like !== undefined && known === undefined) {
    problems.push(problem(`${path}.like`, like, `needs a model id of the catalogue${hint(like)}`))
  }
  if (known !== undefined && known.task !== 'embed' && target.dimensions !== undefined) {
    const needs = 'which answers conversations; needs a model that makes embeddings'
    problems.push(problem(`${path}.like`, like, needs))
  }
  if (makesVectors(target) && type === 'anthropic') {
    const needs = 'which makes no embeddings; needs one of the type openai, azure or cohere'
    problems.push(problem(`${path}.provider`, provider, needs))
  }
  if (type === 'azure' && !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(model)) {
    const needs = 'needs the name of a deployment: letters, digits, _ . and -'
    problems.push(problem(`${path}.model`, model, needs))
  }
  const said = type === 'anthropic' ? [] : (['documents', 'cachePoints'] as const)
  for (const fact of said.filter((each) => accepts?.[each])) {
    const needs = `needs false: nothing sent to a server of the type ${type} can say it`
    problems.push(problem(`${path}.accepts.${fact}`, true, needs))
  }
  return problems
}

type Placed = { readonly target: TargetConfig; readonly at: string }

/** One alias is one kind of answer; and vectors of two models cannot be compared. */
function unlike(placed: readonly Placed[]): Problems {
  const [first, ...others] = placed.map(({ target, at }) => ({ ...kindOf(target), at }))
  return others.flatMap(({ task, id, named, at }) => {
    if (task !== first?.task) {
      const needs = `which is for ${task}; needs a model for ${first?.task}, as the first target is`
      return [problem(`${at}.model`, named, needs)]
    }
    if (task !== 'embeddings' || id === first.id) return []
    const needs = `needs ${first.id}: vectors of two models cannot be compared`
    return [problem(`${at}.model`, named, needs)]
  })
}

function kindOf(target: TargetConfig) {
  if ('provider' in target) {
    const task = makesVectors(target) ? 'embeddings' : 'conversations'
    return { task, id: target.model, named: target.model } as const
  }
  const { model } = target
  const row = typeof model === 'string' ? anyModelById.get(withoutProfile(model).id) : model
  const task = row?.task === 'embed' ? 'embeddings' : 'conversations'
  return { task, id: row?.id ?? '', named: typeof model === 'string' ? model : model.id } as const
}
