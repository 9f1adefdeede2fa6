/** Where callers sign in, each team's key is kept in a secret that the authorizer alone may read. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { ConfigError } from '../lib/gateway-config.ts'
import config from '../tollgate.config.ts'
import {
  appOf,
  only,
  type Resource,
  resourcesOf,
  synthesise,
  synthesiseChecked,
} from './support/stack.ts'

const jwt = { issuer: 'https://id.example.com', audience: 'gateway', teamClaim: 'team' }
const signIn: GatewayConfig = { ...config, auth: { jwt } }
const { root, nested } = synthesise(signIn)

const teamsUpTo = (count: number, prefix = 'team') =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${prefix}${index}`,
      { plan: 'trial', models: ['nova'] },
    ]),
  )

const secretsIn = (stacks: typeof nested) =>
  stacks.flatMap((stack) => resourcesOf(stack, 'AWS::SecretsManager::Secret'))

const isAuthorizer = ({ Properties }: Resource) =>
  Properties.Description === 'finds the key of a request'

describe('with tokens', () => {
  it('each team’s key is kept in a secret beside it, by the name of the team', () => {
    const names = secretsIn(nested).map(({ Properties }) => Properties.Name)
    expect(names.sort()).toEqual([
      'Tollgate/key/data',
      'Tollgate/key/demo',
      'Tollgate/key/platform',
    ])
    for (const stack of nested) {
      const keys = resourcesOf(stack, 'AWS::ApiGateway::ApiKey')
      const kept = resourcesOf(stack, 'AWS::SecretsManager::Secret')
      expect(kept.map(({ Properties }) => Properties.SecretString)).toEqual(
        keys.map(({ Properties }) => Properties.Value),
      )
    }
  })

  it('the stacks of keys tell where the secrets are, and no secret', () => {
    for (const stack of nested) {
      for (const { Value } of Object.values(stack.Outputs ?? {})) {
        expect(stack.Resources[(Value as { Ref: string }).Ref]?.Type).toBe(
          'AWS::SecretsManager::Secret',
        )
      }
    }
  })

  it('the authorizer may read exactly these', () => {
    const policies = resourcesOf(root, 'AWS::IAM::ManagedPolicy').filter((policy) =>
      JSON.stringify(policy).includes('secretsmanager'),
    )
    const { Roles, PolicyDocument } = only(policies).Properties
    const role = only(resourcesOf(root, 'AWS::Lambda::Function').filter(isAuthorizer)).Properties
      .Role['Fn::GetAtt'][0]
    expect(Roles).toEqual([{ Ref: role }])
    const { Effect, Action, Resource } = only(PolicyDocument.Statement as Resource[]) as never as {
      Effect: string
      Action: string
      Resource: { 'Fn::GetAtt': [string, string] }[]
    }
    expect([Effect, Action]).toEqual(['Allow', 'secretsmanager:GetSecretValue'])
    const told = nested.flatMap((stack) => Object.keys(stack.Outputs ?? {}))
    expect(Resource.map((each) => each['Fn::GetAtt'][1]).sort()).toEqual(
      told.map((output) => `Outputs.${output}`).sort(),
    )
    expect(told).toHaveLength(3)
    expect(JSON.stringify([root, ...nested])).not.toContain('secretsmanager:*')
  })

  it('the authorizer finds a secret by its name, and nobody else knows of it', () => {
    const functions = resourcesOf(root, 'AWS::Lambda::Function')
    const told = functions.filter((each) => JSON.stringify(each).includes('Tollgate/key/'))
    expect(only(told)).toSatisfy(isAuthorizer)
    expect(only(told).Properties.Environment.Variables).toEqual({
      TOLLGATE_KEY_SECRETS: 'Tollgate/key/',
    })
  })

  it('the authorizer is asked for every request', () => {
    const authorizer = only(resourcesOf(root, 'AWS::ApiGateway::Authorizer')).Properties
    expect(authorizer.AuthorizerResultTtlInSeconds).toBe(0)
    expect(only(resourcesOf(root, 'AWS::ApiGateway::RestApi')).Properties.ApiKeySourceType).toBe(
      'AUTHORIZER',
    )
  })

  it('a refusal asks for either', () => {
    const [refusal] = resourcesOf(root, 'AWS::ApiGateway::GatewayResponse').filter(
      ({ Properties }) => Properties.ResponseType === 'ACCESS_DENIED',
    )
    expect(JSON.stringify(refusal)).toContain('a valid token')
  })

  it('a team whose key is made by command has no secret', () => {
    const later = { plan: 'trial', models: ['nova'], key: 'command-line' } as const
    const teams = { ...config.teams, later }
    expect(secretsIn(synthesise({ ...signIn, teams }).nested)).toHaveLength(3)
    const none = synthesise({ ...signIn, teams: { later } })
    expect(JSON.stringify(none.root)).not.toContain('secretsmanager')
  })

  it('cdk-nag has nothing against it', () => {
    expect(() => synthesiseChecked(appOf(signIn))).not.toThrow()
  })
})

it('without tokens there is no secret, and nobody to read one', () => {
  for (const auth of ['any', 'x-api-key'] as const) {
    const without = synthesise({ ...config, auth })
    const text = JSON.stringify([without.root, ...without.nested])
    expect(text).not.toMatch(/secretsmanager|SecretsManager|TOLLGATE_KEY_SECRETS/)
  }
})

describe('five hundred teams', () => {
  const many = synthesise({ ...signIn, teams: teamsUpTo(500) })

  it('stay within what CloudFormation and IAM take', () => {
    for (const { Resources, Outputs } of [many.root, ...many.nested]) {
      expect(Object.keys(Resources).length).toBeLessThan(500)
      expect(Object.keys(Outputs ?? {}).length).toBeLessThanOrEqual(200)
    }
    const file = join(many.directory, 'Tollgate.template.json')
    expect(statSync(file).size).toBeLessThan(1_000_000)
    const policies = resourcesOf(many.root, 'AWS::IAM::ManagedPolicy').filter((policy) =>
      JSON.stringify(policy).includes('secretsmanager'),
    )
    expect(policies.length).toBeLessThanOrEqual(10)
    for (const { Properties } of policies) {
      const [statement] = Properties.PolicyDocument.Statement
      const arn = `arn:aws:secretsmanager:us-east-1:123456789012:secret:Tollgate/key/team499-AbCdEf`
      const document = { ...statement, Resource: statement.Resource.map(() => arn) }
      expect(JSON.stringify({ Version: '2012-10-17', Statement: [document] }).length).toBeLessThan(
        6_144,
      )
    }
  })

  it('keep the stacks they have without tokens', () => {
    const before = synthesise({ ...config, teams: teamsUpTo(500) })
    const keysOf = (stacks: typeof nested) =>
      stacks.map((stack) =>
        Object.entries(stack.Resources)
          .filter(([, { Type }]) => Type !== 'AWS::SecretsManager::Secret')
          .map(([id, resource]) => [id, resource.Properties]),
      )
    expect(keysOf(many.nested)).toEqual(keysOf(before.nested))
  })

  it('that are more than a role has policies for are refused before anything is deployed', () => {
    const teams = teamsUpTo(600, 'a'.repeat(30))
    const why = expect.stringMatching(/^auth\.jwt: the keys of so many teams need/)
    const refusal = expect.objectContaining({ constructor: ConfigError, message: why })
    expect(() => appOf({ ...signIn, teams })).toThrow(refusal)
  })
})

describe('the authorizer’s bundle', () => {
  const bundleOf = (each: GatewayConfig): string => {
    const { directory } = synthesise(each, { bundled: true })
    const texts = globSync(join(directory, 'asset.*/index.mjs')).map((file) =>
      readFileSync(file, 'utf8'),
    )
    return only(texts.filter((text) => text.includes('execute-api:Invoke')))
  }

  it('has a verifier where tokens are taken, and no AWS SDK', () => {
    const bundle = bundleOf(signIn)
    expect(bundle).toContain('JWKS')
    expect(bundle).not.toMatch(/aws-sdk|smithy/i)
    expect(bundle.length).toBeLessThan(60_000)
  })

  it('has neither verifier nor configuration where they are not', () => {
    const bundle = bundleOf(config)
    expect(bundle).not.toMatch(/JWKS|JWT|jwks|secretsmanager|meta\.llama/)
    expect(bundle.length).toBeLessThan(5_000)
  })
})
