/** A guardrail that cannot be meant is told before anything is deployed; leave to apply one is for it alone. */
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { checkConfig } from '../lib/gateway-config.ts'
import { resolved, resourcesOf, synthesise } from './support/stack.ts'

const base = {
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0', vectors: 'amazon.titan-embed-text-v2:0' },
  providers: { outside: { type: 'openai', url: 'https://models.example.com/v1' } },
  plans: { free: {} },
  teams: { demo: { plan: 'free', models: ['nova'] } },
}
const two = { regions: ['us-east-1', 'us-west-2'] }
const arn = (region: string) => `arn:aws:bedrock:${region}:123456789012:guardrail/abc`
const under = (guardrail: object) => ({ guardrail })
const team = (guardrail: object, models: readonly string[] = ['nova']) => ({
  teams: { demo: { plan: 'free', models, guardrail } },
})
const one = { id: 'abc', version: 1 }
const outside = { provider: 'outside', model: 'gpt-4o-mini' }
const route = (...targets: readonly object[]) => ({ targets })

function problemsOf(change: object): readonly string[] {
  try {
    checkConfig({ ...base, ...change })
    return []
  } catch (error) {
    return String((error as Error).message).split('\n')
  }
}

describe('what may be configured', () => {
  it.each<[string, object]>([
    ['an id, of everybody', under(one)],
    ['a draft', under({ ...one, version: 'DRAFT' })],
    ['an ARN', under({ ...one, id: arn('us-east-1'), trace: 'enabled_full' })],
    [
      'an id for each region',
      { ...two, ...under({ ...one, id: { 'us-east-1': 'abc', 'us-west-2': arn('us-west-2') } }) },
    ],
    ['an id for one of them', { ...two, ...under({ ...one, id: { 'us-west-2': 'abc' } }) }],
    ['of a team', team(one)],
    [
      'of an alias',
      { models: { nova: { ...route({ model: 'amazon.nova-lite-v1:0' }), ...under(one) } } },
    ],
    [
      'beside another provider',
      { ...under(one), models: { nova: route(outside, { model: 'amazon.nova-lite-v1:0' }) } },
    ],
    [
      'over vectors, which have none',
      { ...under(one), models: { ...base.models, away: route({ ...outside, dimensions: [8] }) } },
    ],
  ])('%s', (_, change) => {
    expect(problemsOf(change)).toEqual([])
  })

  it.each<[object, string]>([
    [under({ version: 1 }), 'guardrail.id: got nothing, needs a guardrail'],
    [under({ ...one, id: 'Abc' }), 'guardrail.id: got "Abc", needs a guardrail'],
    [under({ ...one, id: `${arn('us-east-1')}:1` }), 'guardrail.id: got "arn:'],
    [under({ ...one, id: {} }), 'guardrail.id: got {}, needs at least one'],
    [under({ ...one, version: 0 }), "guardrail.version: got 0, needs 'DRAFT' or a whole number"],
    [under({ ...one, version: '1' }), 'guardrail.version: got "1"'],
    [under({ ...one, version: 100_000_000 }), 'guardrail.version: got 100000000'],
    [under({ ...one, trace: 'ENABLED' }), 'guardrail.trace: got "ENABLED", needs one of "enabled"'],
    [
      under({ ...one, versoin: 1 }),
      "guardrail.versoin: is not known here; did you mean 'version'?",
    ],
    [team({ ...one, id: '' }), 'teams.demo.guardrail.id: got ""'],
    [
      { ...two, ...under(one) },
      "guardrail.id: got \"abc\", needs an id for each region, { 'us-east-1': '…', 'us-west-2': '…' }: a guardrail is of one region",
    ],
    [
      under({ ...one, id: { 'us-west-2': 'abc' } }),
      'guardrail.id.us-west-2: got "abc", needs the name of a configured region (us-east-1)',
    ],
    [
      under({ ...one, id: arn('us-west-2') }),
      'needs an ARN in us-east-1: a guardrail is of one region',
    ],
    [
      { ...two, ...under({ ...one, id: { 'us-east-1': arn('us-west-2') } }) },
      'guardrail.id.us-east-1: got "arn:aws:bedrock:us-west-2:123456789012:guardrail/abc", needs an ARN in us-east-1',
    ],
    [
      { ...under(one), models: { nova: route(outside) } },
      'models.nova: none of its targets can be asked under guardrail; needs one of Bedrock',
    ],
    [
      {
        models: {
          nova: {
            ...route({ model: 'amazon.nova-lite-v1:0', account: '222222222222' }),
            ...under(one),
          },
        },
      },
      'models.nova: none of its targets can be asked under models.nova.guardrail;',
    ],
    [
      {
        ...two,
        ...team({ ...one, id: { 'us-east-1': 'abc' } }),
        models: { nova: route({ model: 'amazon.nova-lite-v1:0', region: 'us-west-2' }) },
      },
      'models.nova: none of its targets can be asked under teams.demo.guardrail;',
    ],
  ])('not %j', (change, says) => {
    const problems = problemsOf(change)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(says)
  })

  it('lets a team that may not use an alias not stand in its way', () => {
    const models = { ...base.models, away: route(outside) }
    const teams = {
      demo: { plan: 'free', models: ['nova'], guardrail: one },
      far: { plan: 'free', models: ['away'] },
    }
    expect(problemsOf({ models, teams })).toEqual([])
  })
})

type Statement = { Action: string | string[]; Effect: string; Resource: string | string[] }

function applying(config: object): readonly Statement[] {
  const { root } = synthesise({ ...base, ...config } as unknown as GatewayConfig)
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    resourcesOf(root, type),
  )
  return policies
    .flatMap(({ Properties }) => resolved(Properties.PolicyDocument.Statement) as Statement[])
    .filter(({ Action }) => [Action].flat().some((action) => /guardrail/i.test(action)))
}

describe('leave to apply', () => {
  it('is for the configured guardrails, each once, by ARN', () => {
    const config = {
      ...two,
      ...under({ ...one, id: { 'us-east-1': 'abc', 'us-west-2': 'def' } }),
      ...team({ ...one, id: { 'us-east-1': 'abc', 'us-west-2': arn('us-west-2') } }),
    }
    const [found, ...others] = applying(config)
    expect(found).toMatchObject({ Action: 'bedrock:ApplyGuardrail', Effect: 'Allow' })
    expect([found?.Resource].flat().toSorted()).toEqual([
      arn('us-east-1'),
      arn('us-west-2'),
      arn('us-west-2').replace('abc', 'def'),
    ])
    expect(others).toEqual([])
  })

  it('is nobody’s where there is none', () => {
    expect(applying({})).toEqual([])
  })
})
