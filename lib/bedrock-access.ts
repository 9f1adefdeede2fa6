/** What the function may invoke: the configured models by ARN, in as few policies as they fit. */
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { AnyModel } from '../lambda/core/model.ts'
import { anyModelById, everyModel } from '../lambda/models/index.ts'
import {
  profileRegions,
  profileScopes,
  targetId,
  withoutProfile,
} from '../lambda/models/profiles.ts'
import { ConfigError, partitionOf, regionNames } from './gateway-config.ts'
import { mostPolicies, packed } from './policies.ts'

/** Converse is InvokeModel to IAM; counting is an action of its own. */
const actions = [
  'bedrock:InvokeModel',
  'bedrock:InvokeModelWithResponseStream',
  'bedrock:CountTokens',
]

/** Statements of each policy. */
export function bedrockLeave(
  config: GatewayConfig,
  account: string,
): readonly (readonly PolicyStatement[])[] {
  const asLong = (arn: string) => arn.replace(account, '0'.repeat(12))
  const policies = packed(invocableArns(config, account), asLong)
  if (policies.length > mostPolicies) {
    const counts = `${policies.length} IAM policies, and a role has ${mostPolicies}`
    throw new ConfigError([`regions, models: so many need ${counts}; name fewer of either`])
  }
  return policies.map((resources) => [
    new PolicyStatement({ effect: Effect.ALLOW, actions, resources: [...resources] }),
  ])
}

/** Everything a caller's words can make the function invoke, in a stable order. */
export function invocableArns(config: GatewayConfig, account: string): readonly string[] {
  const arns = regionNames(config).flatMap((region) =>
    sentIds(config, region).flatMap((id) => arnsOf(id, region, account)),
  )
  return [...new Set(arns)].sort()
}

/** Ids that go to a region; an alias that names a profile opens that profile alone. */
function sentIds(config: GatewayConfig, region: string): readonly string[] {
  const teams = Object.values(config.teams)
  const everything = teams.some(({ models }) => models === '*')
  const used = new Set(teams.flatMap(({ models }) => (models === '*' ? [] : models)))
  const rows = Object.entries(config.models)
    .filter(([alias]) => everything || used.has(alias))
    .flatMap(([, row]) => (typeof row === 'string' ? idsOfName(row, region) : [row.id]))
  return [...rows, ...(everything ? everyModel.flatMap((model) => idsOf(model, region)) : [])]
}

function idsOfName(name: string, region: string): readonly string[] {
  const { id, scope } = withoutProfile(name)
  const model = anyModelById.get(id)
  if (scope !== undefined) return [`${scope}.${id}`]
  return model === undefined ? [] : idsOf(model, region)
}

/** The id a model is sent by, and its profiles, which a caller may name instead. */
function idsOf(model: AnyModel, region: string): readonly string[] {
  const target = targetId(model, region)
  const scopes = profileScopes(region).filter((scope) => model.profiles.includes(scope))
  const profiles = scopes.map((scope) => `${scope}.${model.id}`)
  return target === undefined ? profiles : [target, ...profiles]
}

/**
 * A profile takes leave for itself, and for the model wherever it may carry a request; a global one
 * for the ARN without a region (AWS, "Prerequisites for inference profiles").
 */
function arnsOf(sent: string, region: string, account: string): readonly string[] {
  if (sent.startsWith('arn:')) return [sent]
  const prefix = `arn:${partitionOf(region)}:bedrock`
  const { id, scope } = withoutProfile(sent)
  const foundation = (where: string) => `${prefix}:${where}::foundation-model/${id}`
  if (scope === undefined) return [foundation(region)]
  return [
    `${prefix}:${region}:${account}:inference-profile/${sent}`,
    ...[region, ...profileRegions[scope]].map(foundation),
    ...(scope === 'global' ? [foundation('')] : []),
  ]
}
