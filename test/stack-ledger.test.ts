/** What the stack promises about the ledger: who may do what with it, what outlives it, who is warned. */
import { describe, expect, it } from 'vitest'
import config from '../tollgate.config.ts'
import {
  appOf,
  only,
  resolved,
  resourcesOf,
  synthesise,
  synthesiseChecked,
  type Template,
} from './support/stack.ts'

const { root } = synthesise(config)
const topic = 'arn:aws:sns:us-east-1:123456789012:budgets'
const warned = { ...config, alerts: { topic } }

type Statement = { Action: string | string[]; Resource: unknown }

const statementsOf = (template: Template): readonly Statement[] =>
  resourcesOf(template, 'AWS::IAM::Policy').flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement as Statement[],
  )
const about = (template: Template, service: string) =>
  statementsOf(template).filter(({ Action }) =>
    [Action].flat().some((action) => action.startsWith(`${service}:`)),
  )

const tables = Object.entries(root.Resources).filter(([, { Type }]) => /DynamoDB/.test(Type))
const [id, table] = only(tables)

describe('the table', () => {
  it('has a key of two parts, is paid for by use, encrypted, and can be restored', () => {
    expect(table.Properties).toEqual({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      DeletionProtectionEnabled: true,
    })
  })

  it('outlives the stack, and an update that would replace it', () => {
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
  })

  it('is told to the gateway function alone, and to operators', () => {
    const functions = resourcesOf(root, 'AWS::Lambda::Function').map(({ Properties }) => Properties)
    const told = functions.filter(({ Environment }) => Environment !== undefined)
    expect(told.map(({ Timeout, Environment }) => [Timeout, Environment.Variables])).toEqual([
      [900, { TOLLGATE_TABLE: { Ref: id } }],
    ])
    expect(root.Outputs.Table?.Value).toEqual({ Ref: id })
  })
})

describe('leave to keep the ledger', () => {
  it('is for six actions on this one table, and never to read all of it', () => {
    expect(only(about(root, 'dynamodb'))).toEqual({
      Effect: 'Allow',
      Action: ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'BatchWriteItem'].map(
        (action) => `dynamodb:${action}`,
      ),
      Resource: { 'Fn::GetAtt': [id, 'Arn'] },
    })
  })

  it('is for putting events on the default bus of this region', () => {
    const { Action, Resource } = only(about(root, 'events'))
    expect([Action, resolved(Resource)]).toEqual([
      'events:PutEvents',
      'arn:aws:events:us-east-1:123456789012:event-bus/default',
    ])
  })

  it('is the gateway function’s', () => {
    const policies = resourcesOf(root, 'AWS::IAM::Policy').filter(({ Properties }) =>
      JSON.stringify(Properties).includes('dynamodb:'),
    )
    expect(only(policies).Properties.Roles).toEqual([
      { Ref: expect.stringMatching(/^GatewayRole/) },
    ])
  })
})

describe('warnings', () => {
  const { root: told } = synthesise(warned)

  it('go nowhere where no topic is named', () => {
    expect(resourcesOf(root, 'AWS::Events::Rule')).toEqual([])
  })

  it('go to the topic by a role that may publish to it, and do nothing else', () => {
    const rule = only(resourcesOf(told, 'AWS::Events::Rule')).Properties
    expect(rule.EventPattern).toEqual({ source: ['tollgate'] })
    const [role] = only<{ Arn: string; RoleArn: { 'Fn::GetAtt': string[] } }>(rule.Targets).RoleArn[
      'Fn::GetAtt'
    ]
    expect(rule.Targets[0].Arn).toBe(topic)
    const publishing = only(about(told, 'sns'))
    expect([publishing.Action, publishing.Resource]).toEqual(['sns:Publish', topic])
    const policies = resourcesOf(told, 'AWS::IAM::Policy').filter(
      ({ Properties }) => Properties.Roles[0].Ref === role,
    )
    expect(only(policies).Properties.PolicyDocument.Statement).toEqual([publishing])
    expect(told.Resources[role ?? '']?.Properties.AssumeRolePolicyDocument.Statement).toEqual([
      expect.objectContaining({ Principal: { Service: 'events.amazonaws.com' } }),
    ])
  })

  it('are as AWS’s reviewers want them', () => {
    expect(() => synthesiseChecked(appOf(warned))).not.toThrow()
  })
})
