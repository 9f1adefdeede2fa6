/** The function may invoke the configured models and nothing else, within IAM's sizes. */
import { describe, expect, it } from 'vitest'
import { openCatalogue } from '../lambda/catalogue.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { ProfileScope } from '../lambda/core/model.ts'
import { everyModel } from '../lambda/models/index.ts'
import { profileRegions } from '../lambda/models/profiles.ts'
import { regionNames } from '../lib/gateway-config.ts'
import config from '../tollgate.config.ts'
import { resolved, resourcesOf, synthesise, type Template } from './support/stack.ts'

const one = { plan: 'trial', models: ['titan', 'claude'] }
const twoRegions: GatewayConfig = {
  ...config,
  regions: ['us-east-1', 'ca-central-1'],
  models: {
    titan: 'amazon.titan-text-express-v1',
    claude: 'anthropic.claude-opus-4-1-20250805-v1:0',
    global: 'global.anthropic.claude-fable-5-2',
    unused: 'amazon.nova-pro-v1:0',
  },
  teams: { one, two: { plan: 'trial', models: ['global'] } },
}

type Statement = { Action: string[]; Effect: string; Resource: string[] }

function bedrockStatements(template: Template): readonly Statement[] {
  return resourcesOf(template, 'AWS::IAM::ManagedPolicy').flatMap(
    ({ Properties }) => resolved(Properties.PolicyDocument.Statement) as Statement[],
  )
}
const invocable = (template: Template): string[] =>
  bedrockStatements(template).flatMap(({ Resource }) => Resource)

describe('leave to invoke', () => {
  it('is for the models that teams use, in every region and by every profile they are sent by', () => {
    const opus = 'anthropic.claude-opus-4-1-20250805-v1:0'
    const fable = 'anthropic.claude-fable-5-2'
    expect(invocable(synthesise(twoRegions).root).sort()).toEqual(
      [
        'us-east-1::foundation-model/amazon.titan-text-express-v1',
        'ca-central-1::foundation-model/amazon.titan-text-express-v1',
        `us-east-1:123456789012:inference-profile/us.${opus}`,
        `ca-central-1:123456789012:inference-profile/us.${opus}`,
        `us-east-1::foundation-model/${opus}`,
        `us-east-2::foundation-model/${opus}`,
        `us-west-1::foundation-model/${opus}`,
        `us-west-2::foundation-model/${opus}`,
        `ca-central-1::foundation-model/${opus}`,
        `us-east-1:123456789012:inference-profile/global.${fable}`,
        `ca-central-1:123456789012:inference-profile/global.${fable}`,
        `us-east-1::foundation-model/${fable}`,
        `ca-central-1::foundation-model/${fable}`,
        `::foundation-model/${fable}`,
      ]
        .map((rest) => `arn:aws:bedrock:${rest}`)
        .sort(),
    )
  })

  it('covers the whole catalogue for a team that has it, and no other model', () => {
    const expected = regionNames(config).flatMap((home) =>
      everyModel.flatMap(({ id, profiles, onDemand }) => {
        const here: string[] = onDemand === 'everywhere' || onDemand.includes(home) ? [''] : []
        const scopes = profiles.filter((scope) => ['us', 'global'].includes(scope))
        const carried = scopes.flatMap((scope: ProfileScope) => [
          `arn:aws:bedrock:${home}:123456789012:inference-profile/${scope}.${id}`,
          ...[home, ...profileRegions[scope], ...(scope === 'global' ? [''] : [])].map(
            (region) => `arn:aws:bedrock:${region}::foundation-model/${id}`,
          ),
        ])
        return [...here.map(() => `arn:aws:bedrock:${home}::foundation-model/${id}`), ...carried]
      }),
    )
    expect(invocable(synthesise(config).root).sort()).toEqual([...new Set(expected)].sort())
  })

  it('covers whatever the catalogue can send', () => {
    const arns = invocable(synthesise(config).root)
    const catalogue = openCatalogue(config)
    const caller = { team: 'platform', keyId: '00000000' }
    const names = [...Object.keys(config.models), ...everyModel.map(({ id }) => id)]
    const sent = names.flatMap((name) =>
      catalogue.find(name, caller).targets.flatMap((target) => {
        return target.type === 'bedrock' ? [[target.region, target.modelId] as const] : []
      }),
    )
    expect(sent.length).toBeGreaterThan(names.length / 2)
    const open = ([region, id]: readonly [string, string]) =>
      arns.some((arn) => arn.includes(`:${region}:`) && arn.endsWith(`/${id}`))
    expect(sent.filter((each) => !open(each))).toEqual([])
  })

  it('opens only the profile an alias names', () => {
    const kept = {
      ...config,
      models: { claude: 'us.anthropic.claude-haiku-5-5' },
      teams: { demo: { plan: 'trial', models: ['claude'] } },
    }
    expect(invocable(synthesise(kept).root).join()).not.toMatch(/global|eu-|:::/)
  })

  const actions = [
    'bedrock:InvokeModel',
    'bedrock:InvokeModelWithResponseStream',
    'bedrock:CountTokens',
  ]

  it('is for three actions, by ARNs without a wildcard', () => {
    for (const { root } of [synthesise(config), synthesise(twoRegions)]) {
      for (const { Action, Effect, Resource } of bedrockStatements(root)) {
        expect(Effect).toBe('Allow')
        expect(Action).toEqual(actions)
        expect(Resource.filter((arn) => !/^arn:aws:bedrock:[^*?]+$/.test(arn))).toEqual([])
      }
    }
  })

  it('is the gateway function’s alone', () => {
    const { Resources } = synthesise(config).root
    const holders = Object.entries(Resources).filter(([, { Type, Properties }]) =>
      Type === 'AWS::IAM::Role' ? JSON.stringify(Properties).includes('GatewayBedrock') : false,
    )
    expect(holders.map(([id]) => id)).toEqual([expect.stringMatching(/^GatewayRole/)])
  })

  it('follows the partition of the regions', () => {
    const gov = {
      ...config,
      regions: ['us-gov-west-1'],
      models: {},
      teams: { gov: { plan: 'trial', models: '*' as const } },
    }
    expect(new Set(invocable(synthesise(gov).root).map((arn) => arn.split(':')[1]))).toEqual(
      new Set(['aws-us-gov']),
    )
  })
})
