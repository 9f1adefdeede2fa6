/** Further accounts: each gives a role for its models to the gateway's function, and to nobody else. */
import { describe, expect, it } from 'vitest'
import { openCatalogue } from '../lambda/catalogue.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { gatewayRoleName, modelsRoleArn, modelsRoleName } from '../lib/account-role.ts'
import { invocableArns } from '../lib/bedrock-access.ts'
import config from '../tollgate.config.ts'
import { appOf, only, resourcesOf, synthesise, type Template } from './support/stack.ts'

const [own, second, third] = ['111111111111', '222222222222', '333333333333'] as const
const haiku = 'anthropic.claude-haiku-4-5-20251001-v1:0'
const nova = 'amazon.nova-lite-v1:0'
const titan = 'amazon.titan-text-express-v1'

const routed: GatewayConfig = {
  ...config,
  regions: ['us-east-1', 'us-west-2'],
  models: {
    claude: { targets: [{ model: haiku }, { model: haiku, account: second }] },
    nova: {
      targets: [
        { model: `us.${nova}`, region: 'us-west-2', account: third },
        { model: titan, account: second, region: 'us-east-1' },
        { provider: 'openai', model: 'gpt-5', like: nova },
      ],
    },
    idle: { targets: [{ model: 'amazon.nova-pro-v1:0', account: second }] },
  },
  providers: { openai: { type: 'openai', url: 'https://api.openai.com/v1' } },
  teams: { demo: { plan: 'trial', models: ['claude', 'nova'] } },
}
const { root, stacks } = synthesise(routed, { account: own })
const stack = (name: string): Template => stacks.get(name) ?? expect.fail(`There is no ${name}.`)

const roleOf = (account: string) =>
  only(resourcesOf(stack(`Tollgate-Models-${account}`), 'AWS::IAM::Role')).Properties

type Statement = { Action: string | string[]; Resource: string | string[]; Effect: string }

const statementsOf = (template: Template, type: string): readonly Statement[] =>
  resourcesOf(template, type).flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement as Statement[],
  )

describe('each further account', () => {
  it('has a stack of one role and its policies', () => {
    expect([...stacks.keys()].sort()).toEqual([
      'Tollgate',
      `Tollgate-Models-${second}`,
      `Tollgate-Models-${third}`,
    ])
    for (const account of [second, third]) {
      const { Resources } = stack(`Tollgate-Models-${account}`)
      const types = Object.values(Resources).map(({ Type }) => Type)
      expect(types).toEqual(['AWS::IAM::Role', 'AWS::IAM::ManagedPolicy'])
    }
  })

  it('trusts the gateway function’s role alone', () => {
    const name = gatewayRoleName('Tollgate', 'us-east-1')
    for (const account of [second, third]) {
      const { AssumeRolePolicyDocument, RoleName } = roleOf(account)
      expect(RoleName).toBe(modelsRoleName('Tollgate', 'us-east-1'))
      expect(AssumeRolePolicyDocument.Statement).toEqual([
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { AWS: `arn:aws:iam::${own}:root` },
          Condition: { ArnEquals: { 'aws:PrincipalArn': `arn:aws:iam::${own}:role/${name}` } },
        },
      ])
    }
    const gateway = resourcesOf(root, 'AWS::IAM::Role').filter(
      ({ Properties }) => Properties.RoleName === name,
    )
    expect(only(gateway).Properties.Description).toMatch(/^What Gateway may do/)
  })

  it('opens the models of its targets, by exact ARNs', () => {
    const of = (account: string) =>
      only(statementsOf(stack(`Tollgate-Models-${account}`), 'AWS::IAM::ManagedPolicy'))
    const foundation = (id: string, ...regions: string[]) =>
      regions.map((region) => `arn:aws:bedrock:${region}::foundation-model/${id}`)
    const us = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2']
    const actions = [
      'bedrock:InvokeModel',
      'bedrock:InvokeModelWithResponseStream',
      'bedrock:CountTokens',
    ]
    expect(of(second)).toEqual({
      Effect: 'Allow',
      Action: actions,
      Resource: [
        ...foundation(titan, 'us-east-1'),
        ...foundation(haiku, ...us),
        ...['us-east-1', 'us-west-2'].map(
          (region) => `arn:aws:bedrock:${region}:${second}:inference-profile/us.${haiku}`,
        ),
      ].sort(),
    })
    expect(of(third)).toEqual({
      Effect: 'Allow',
      Action: actions,
      Resource: [
        ...foundation(nova, ...us),
        `arn:aws:bedrock:us-west-2:${third}:inference-profile/us.${nova}`,
      ].sort(),
    })
  })
})

describe('the gateway’s function', () => {
  const environment = resourcesOf(root, 'AWS::Lambda::Function').map(
    ({ Properties }) => Properties.Environment?.Variables ?? {},
  )

  it('is told each role by the number of its account', () => {
    expect(environment).toContainEqual(
      expect.objectContaining({
        [`TOLLGATE_ROLE_${second}`]: modelsRoleArn(second, 'Tollgate', 'us-east-1'),
        [`TOLLGATE_ROLE_${third}`]: modelsRoleArn(third, 'Tollgate', 'us-east-1'),
      }),
    )
  })

  it('may take on these roles and no other', () => {
    const assuming = statementsOf(root, 'AWS::IAM::Policy').filter(({ Action }) =>
      [Action].flat().some((action) => action.startsWith('sts:')),
    )
    expect(only(assuming)).toEqual({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: [second, third].map((each) => modelsRoleArn(each, 'Tollgate', 'us-east-1')),
    })
  })

  it('may call its own account’s models as before, and the others’ not with its own rights', () => {
    const own = only(statementsOf(root, 'AWS::IAM::ManagedPolicy')).Resource
    expect([own].flat().filter((arn) => !arn.includes(haiku))).toEqual([])
    expect([own].flat().join()).not.toMatch(/222222222222|333333333333/)
  })

  it('has neither a fixed name nor roles to take on where no target has an account', () => {
    const plain = synthesise(config, { account: own })
    expect([...plain.stacks.keys()]).toEqual(['Tollgate'])
    expect(JSON.stringify(plain.root)).not.toMatch(
      /TOLLGATE_ROLE_|RoleName":"|"sts:AssumeRole","Effect":"Allow","Resource/,
    )
  })
})

describe('what may be invoked through a list of targets', () => {
  it('is whatever the function sends there, with the rights of that account', () => {
    const catalogue = openCatalogue(routed)
    const targets = ['claude', 'nova']
      .flatMap((name) => catalogue.find(name, { team: 'demo', keyId: '00000000' }).targets)
      .flatMap((target) => (target.type === 'bedrock' ? [target] : []))
    expect(targets).toHaveLength(6)
    for (const { region, modelId, place } of targets) {
      const guest = place.split('/')[1]
      const open = invocableArns(routed, guest ?? own, guest)
      expect(open.filter((arn) => arn.includes(`:${region}:`)).join()).toContain(`/${modelId}`)
    }
  })

  const arns = (models: GatewayConfig['models'], guest?: string) =>
    invocableArns(
      { ...routed, models, teams: { demo: { plan: 'trial', models: Object.keys(models) } } },
      own,
      guest,
    )

  it('is the model in every region that can call it, where the target names none', () => {
    const plain = arns({ claude: { targets: [{ model: titan }] } })
    expect(plain).toEqual([
      `arn:aws:bedrock:us-east-1::foundation-model/${titan}`,
      `arn:aws:bedrock:us-west-2::foundation-model/${titan}`,
    ])
  })

  it('is nothing for another provider, and for another account’s nothing here', () => {
    expect(
      arns({ gpt: { targets: [{ provider: 'openai', model: 'gpt-5', like: nova }] } }),
    ).toEqual([])
    expect(arns({ claude: { targets: [{ model: haiku, account: second }] } })).toEqual([])
    expect(arns({ claude: { targets: [{ model: haiku, account: second }] } }, third)).toEqual([])
  })

  it('leaves out a region whose profiles are others', () => {
    const europe = invocableArns(
      {
        ...routed,
        regions: ['us-east-1', 'eu-west-1'],
        models: { claude: { targets: [{ model: `us.${haiku}` }] } },
        teams: { demo: { plan: 'trial', models: ['claude'] } },
      },
      own,
    )
    expect(europe.join()).not.toContain('eu-west-1')
  })
})

describe('accounts that cannot be used', () => {
  it('are refused where synth does not know the gateway’s own', () => {
    expect(() => appOf(routed)).toThrow(
      /^models: targets with an account \(222222222222, 333333333333\).*CDK_DEFAULT_ACCOUNT/,
    )
  })

  it('are refused where one is the gateway’s own', () => {
    expect(() => appOf(routed, { account: second })).toThrow(/222222222222 is the gateway’s own/)
  })
})

it('names of roles are as long as IAM takes them, and differ by region', () => {
  const long = 'Gateway'.repeat(18)
  for (const name of [modelsRoleName, gatewayRoleName]) {
    expect(name(long, 'ap-southeast-2')).toHaveLength(64)
    expect(name(long, 'ap-southeast-2')).not.toBe(name(long, 'us-east-1'))
  }
})
