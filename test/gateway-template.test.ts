/** How the local gateway reads a template: values, custom resources, and where it stops. */
import { describe, expect, it } from 'vitest'
import { startLocal } from '../local/gateway/local.ts'
import { namesIn, noValue, resolve, type Scope } from '../local/template/intrinsics.ts'
import {
  answering,
  apiOf,
  functionOf,
  planOf,
  type Resources,
  startProject,
  temporaryFolder,
  writeAssembly,
} from './gateway-project.ts'

const scope: Scope = {
  ref: (name) => (name === 'AWS::NoValue' ? noValue : `<${name}>`),
  attribute: (name, attribute) => `<${name}.${attribute}>`,
  condition: (name) => name === 'Yes',
  mappings: { Map: { one: { two: 'found' } } },
}

describe('an intrinsic function has its value', () => {
  it.each([
    [{ Ref: 'A' }, '<A>'],
    [{ 'Fn::GetAtt': ['A', 'B.C'] }, '<A.B.C>'],
    [{ 'Fn::GetAtt': 'A.B' }, '<A.B>'],
    [{ 'Fn::Join': ['-', ['x', { Ref: 'A' }, 1]] }, 'x-<A>-1'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [':', 'a:b:c'] }] }, 'b'],
    [{ 'Fn::Sub': `a \${A} \${B.C} \${!kept}` }, `a <A> <B.C> \${kept}`],
    [{ 'Fn::Sub': [`\${x}/\${A}`, { x: { Ref: 'X' } }] }, '<X>/<A>'],
    [{ 'Fn::If': ['Yes', 1, 2] }, 1],
    [
      { a: { 'Fn::If': ['No', 1, { Ref: 'AWS::NoValue' }] }, b: [{ Ref: 'AWS::NoValue' }] },
      { b: [] },
    ],
    [{ 'Fn::FindInMap': ['Map', 'one', 'two'] }, 'found'],
    [{ 'Fn::Base64': 'text' }, 'dGV4dA=='],
    [{ 'Fn::Not': [{ 'Fn::Equals': ['a', 'a'] }] }, false],
    [{ 'Fn::And': [{ Condition: 'Yes' }, { 'Fn::Equals': ['a', 'a'] }] }, true],
    [{ 'Fn::Or': [{ Condition: 'No' }, { Condition: 'No' }] }, false],
    [
      { Ref: 'A', more: 1 },
      { Ref: 'A', more: 1 },
    ],
  ])('%j', (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected)
  })

  it('or stops where there is none', () => {
    expect(() => resolve({ 'Fn::ImportValue': 'x' }, scope)).toThrow('Fn::ImportValue is not known')
    expect(() => resolve('{{resolve:ssm:x}}', scope)).toThrow('no value on one machine')
  })

  it('and says whom it speaks of', () => {
    const value = [
      { Ref: 'A' },
      { x: { 'Fn::GetAtt': ['B', 'Arn'] } },
      { 'Fn::Sub': `\${C.Arn} \${!D}` },
    ]
    expect(namesIn(value)).toEqual(['A', 'B', 'C'])
  })
})

const base = (): Resources => ({ ...apiOf({ 'GET /x': {} }), ...functionOf('Answer') })
const functions = { Answer: answering('1') }

async function refusalOf(resources: Resources, template = {}): Promise<string> {
  const assembly = await writeAssembly({ functions, resources, template })
  const bedrock = { type: 'url', url: 'http://127.0.0.1:9' } as const
  return startLocal({ assembly, bedrock }).then(
    (local) => local.close().then(() => 'it was served'),
    (error: Error) => error.message,
  )
}

function changed(name: string, properties: object): Resources {
  const resources = base()
  const found = resources[name] as { Properties: object }
  return { ...resources, [name]: { ...found, Properties: { ...found.Properties, ...properties } } }
}

describe('the local gateway stops at what it does not know', () => {
  it('serves the template as it is', async () => {
    expect(await refusalOf(base())).toBe('it was served')
  })

  it('a type of resource', async () => {
    const message = await refusalOf({ ...base(), Queue: { Type: 'AWS::SQS::Queue' } })
    expect(message).toContain('Test/Queue (AWS::SQS::Queue): the local gateway does not know')
    expect(message).toContain('AWS::ApiGateway::RestApi')
  })

  it('a property', async () => {
    expect(await refusalOf(changed('Answer', { Layers: ['arn'] }))).toMatch(
      /^Test\/Answer \(AWS::Lambda::Function\): .* the property Layers; it knows .*Timeout/,
    )
  })

  it('a property within a property', async () => {
    const settings = [{ HttpMethod: '*', ResourcePath: '/*', CacheTtlInSeconds: 1 }]
    expect(await refusalOf(changed('Stage', { MethodSettings: settings }))).toContain(
      'the property MethodSettings[0].CacheTtlInSeconds',
    )
  })

  it('a value', async () => {
    expect(await refusalOf(changed('Answer', { Runtime: 'python3.13' }))).toContain(
      'Runtime is "python3.13"; the local gateway serves "nodejs24.x"',
    )
  })

  it('a part of the template', async () => {
    expect(await refusalOf(base(), { Transform: 'AWS::Serverless-2016-10-31' })).toContain(
      'the part Transform',
    )
  })

  it('a variable of a gateway response', async () => {
    const response = {
      Type: 'AWS::ApiGateway::GatewayResponse',
      Properties: {
        ResponseType: 'THROTTLED',
        RestApiId: { Ref: 'Api' },
        ResponseTemplates: { 'application/json': '{"x": $context.waf.status}' },
      },
    }
    expect(await refusalOf({ ...base(), Response: response })).toContain('$context.waf.status')
  })

  it('a function that API Gateway may not call', async () => {
    const { AnswerPermission: _, ...others } = base()
    expect(await refusalOf(others)).toContain('no AWS::Lambda::Permission lets API Gateway call')
    const other = { SourceArn: 'arn:aws:execute-api:us-east-1:123456789012:other/*/*/*' }
    expect(await refusalOf(changed('AnswerPermission', other))).toContain('for arn:aws:execute-api')
  })

  it('a name that is not there', async () => {
    expect(await refusalOf(changed('Answer', { Description: { Ref: 'Missing' } }))).toContain(
      'there is no Missing',
    )
  })
})

const maker = `
  import { request } from 'node:http'
  export const handler = (event) => new Promise((resolve, reject) => {
    const { StackId, RequestId, LogicalResourceId, RequestType, ResourceProperties } = event
    const Data = { Secret: RequestType + ResourceProperties.Team + RequestId.replaceAll('-', '') }
    const Status = ResourceProperties.Team === 'wrong' ? 'FAILED' : 'SUCCESS'
    const about = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: 'made', Status }
    const put = request(event.ResponseURL, { method: 'PUT' }, (response) => {
      response.resume().on('end', resolve)
    })
    put.on('error', reject).end(JSON.stringify({ ...about, Reason: 'so it is', Data }))
  })`

/** A team's key in a nested stack, its secret made by a function of the root. */
function teamProject(team: string) {
  const { teamKey, teamLink } = planOf('Plan', {}, { team: '' })
  return {
    functions: { ...functions, Maker: maker },
    resources: {
      ...apiOf({ 'GET /x': { keyed: true } }),
      ...functionOf('Answer'),
      ...functionOf('Maker'),
      ...planOf('Plan', { Quota: { Limit: 2, Period: 'MONTH' } }, {}),
      Teams: {
        Type: 'AWS::CloudFormation::Stack',
        Properties: {
          TemplateURL: 'https://s3/assets/teams.json',
          Parameters: {
            maker: { 'Fn::GetAtt': ['Maker', 'Arn'] },
            Plan: { Ref: 'Plan' },
          },
        },
        Metadata: { 'aws:asset:path': 'teams.json' },
      },
    },
    nested: {
      'teams.json': {
        Parameters: { maker: { Type: 'String' }, Plan: { Type: 'String' } },
        Resources: {
          teamLink,
          teamKey: {
            ...teamKey,
            Properties: {
              Enabled: true,
              Name: team,
              Value: { 'Fn::Join': ['', [team, { 'Fn::GetAtt': ['Secret', 'Secret'] }]] },
            },
          },
          Secret: {
            Type: 'Custom::TollgateTeamKey',
            Properties: { ServiceToken: { Ref: 'maker' }, Team: team },
          },
        },
      },
    },
  }
}

describe('a custom resource', () => {
  it('is made by its function, in a nested stack', async () => {
    const { url, keys } = await startProject(teamProject('data'))
    expect(keys).toEqual({ data: expect.stringMatching(/^dataCreatedata[0-9a-f]{32}$/) })
    const answer = await fetch(`${url}/x`, { headers: { 'x-api-key': keys.data ?? '' } })
    expect(answer.status).toBe(200)
  })

  it('stops the start when its function says so', async () => {
    await expect(startProject(teamProject('wrong'))).rejects.toThrow(
      'Test/Teams/Secret (Custom::TollgateTeamKey) was not made: so it is',
    )
  })

  it('keeps its answer from run to run with the state, and so do counts', async () => {
    const state = await temporaryFolder()
    const first = await startProject(teamProject('data'), { state })
    const headers = { 'x-api-key': first.keys.data ?? '' }
    expect((await fetch(`${first.url}/x`, { headers })).status).toBe(200)
    await first.close()
    const second = await startProject(teamProject('data'), { state })
    expect(second.keys).toEqual(first.keys)
    const statuses = [
      await fetch(`${second.url}/x`, { headers }),
      await fetch(`${second.url}/x`, { headers }),
    ]
    expect(statuses.map(({ status }) => status)).toEqual([200, 429])
  })

  it('is asked to update when its properties change', async () => {
    const state = await temporaryFolder()
    await (await startProject(teamProject('data'), { state })).close()
    const { keys } = await startProject(teamProject('other'), { state })
    expect(keys).toEqual({ other: expect.stringMatching(/^otherUpdateother/) })
  })
})
