/** What may be invoked: the configured models by ARN, for each account in as few policies as they fit. */
import { Stack } from 'aws-cdk-lib'
import { Effect, ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { AnyModel } from '../lambda/core/model.ts'
import type { ModelRoute } from '../lambda/core/routes-config.ts'
import { anyModelById, everyModel } from '../lambda/models/index.ts'
import {
  profileRegions,
  profileScopes,
  targetId,
  withoutProfile,
} from '../lambda/models/profiles.ts'
import { isRoute } from './account-role.ts'
import { ConfigError, partitionOf, regionNames } from './gateway-config.ts'
import { mostPolicies, packed } from './policies.ts'
import { askedByTransforms } from './transform-form.ts'

/** Converse is InvokeModel to IAM; counting is an action of its own. */
export const bedrockActions = [
  'bedrock:InvokeModel',
  'bedrock:InvokeModelWithResponseStream',
  'bedrock:CountTokens',
]

/** Of the gateway's own account. */
const own = 'own'

/** Ten policies of its own, and one more within the role, whose own text IAM lets be 10,240 characters. */
const mostStatements = mostPolicies + 1

/** Lets a role invoke models. `guest`: the number of a further account, whose role it is. */
export function openModels(
  scope: Construct,
  role: Role,
  config: GatewayConfig,
  guest?: string,
): void {
  for (const [index, statement] of leaves(config, Stack.of(scope).account, guest).entries()) {
    if (index === mostPolicies) {
      role.addToPolicy(statement)
      continue
    }
    const policy = new ManagedPolicy(scope, `Bedrock${index + 1}`, {
      description: 'Which models the gateway may invoke, and where.',
      statements: [statement],
    })
    role.addManagedPolicy(policy)
  }
}

/** Each as long as a policy may be. */
function leaves(config: GatewayConfig, account: string, guest?: string): PolicyStatement[] {
  const asLong = (arn: string) => arn.replace(account, '0'.repeat(12))
  const policies = packed(invocableArns(config, account, guest), asLong)
  if (policies.length > mostStatements) {
    const counts = `${policies.length} IAM policies, and a role has ${mostStatements}`
    throw new ConfigError([`regions, models: so many need ${counts}; name fewer of either`])
  }
  return policies.map(
    (resources) =>
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: bedrockActions,
        resources: [...resources],
      }),
  )
}

/** Everything a caller's words can make the function invoke in an account, in a stable order. */
export function invocableArns(
  config: GatewayConfig,
  account: string,
  guest: string = own,
): readonly string[] {
  const arns = sent(config)
    .filter((each) => each.account === guest)
    .flatMap(({ id, region }) => arnsOf(id, region, account))
  return [...new Set(arns)].sort()
}

type Sent = { readonly id: string; readonly region: string; readonly account: string }

/** Ids that go to each region; an alias that names a profile opens that profile alone. */
function sent(config: GatewayConfig): readonly Sent[] {
  const teams = Object.values(config.teams)
  const everything = teams.some(({ models }) => models === '*')
  const byTransforms = askedByTransforms(config)
  const used = new Set([
    ...teams.flatMap(({ models }) => (models === '*' ? [] : models)),
    ...byTransforms,
  ])
  const ids = byTransforms.filter((name) => !Object.hasOwn(config.models, name))
  const rows = Object.entries(config.models)
    .filter(([alias]) => everything || used.has(alias))
    .flatMap(([, row]) => (isRoute(row) ? sentByRoute(config, row) : sentByRow(config, row)))
  return [
    ...rows,
    ...ids.flatMap((id) => sentByRow(config, id)),
    ...(everything ? everyModel.flatMap((model) => sentByRow(config, model)) : []),
  ]
}

const sentByRow = (config: GatewayConfig, row: string | AnyModel): readonly Sent[] =>
  regionNames(config).flatMap((region) =>
    idsOfRow(row, region).map((id) => ({ id, region, account: own })),
  )

/** A caller cannot ask for another profile than a target's, nor for it elsewhere. */
const sentByRoute = (config: GatewayConfig, { targets }: ModelRoute): readonly Sent[] =>
  targets.flatMap((target) => {
    if ('provider' in target) return []
    const { model, region: only, account = own } = target
    const regions = only === undefined ? regionNames(config) : [only]
    return regions.flatMap((region) =>
      idsOfTarget(model, region).map((id) => ({ id, region, account })),
    )
  })

function idsOfRow(row: string | AnyModel, region: string): readonly string[] {
  const model = catalogued(row)
  return model === undefined ? idsOfTarget(row, region) : idsOf(model, region)
}

/** The one id a row is sent by, where its region takes it. */
function idsOfTarget(row: string | AnyModel, region: string): readonly string[] {
  const model = catalogued(row)
  if (model !== undefined) return [targetId(model, region) ?? []].flat()
  const sendAs = typeof row === 'string' ? row : row.id
  const { id, scope } = withoutProfile(sendAs)
  if (scope !== undefined && !profileScopes(region).includes(scope)) return []
  if (typeof row !== 'string') return [sendAs]
  return scope === undefined ? [] : [`${scope}.${id}`]
}

/** A model of the catalogue that is named without a profile, or is the catalogue's own row. */
function catalogued(row: string | AnyModel): AnyModel | undefined {
  if (typeof row !== 'string') return anyModelById.get(row.id) === row ? row : undefined
  const { id, scope } = withoutProfile(row)
  return scope === undefined ? anyModelById.get(id) : undefined
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
