/** What the stack promises about its API, stage, plans and logs. */
import { describe, expect, it } from 'vitest'
import { dialects } from '../lambda/dialects/index.ts'
import config from '../tollgate.config.ts'
import { only, type Resource, resourcesOf, synthesise, type Template } from './support/stack.ts'

const { root, nested } = synthesise(config)
const headerMode = synthesise({ ...config, auth: 'x-api-key', stage: 'prod' }).root

/** `POST /bedrock/{model}` of each method, with what it is. */
function methodsOf(template: Template): ReadonlyMap<string, Resource> {
  const { Resources } = template
  const pathOf = (id: string | undefined): string => {
    const { ParentId, PathPart } = Resources[id ?? '']?.Properties ?? {}
    return PathPart === undefined ? '' : `${pathOf(ParentId.Ref)}/${PathPart}`
  }
  return new Map(
    resourcesOf(template, 'AWS::ApiGateway::Method').map((method) => {
      const { HttpMethod, ResourceId } = method.Properties
      return [`${HttpMethod} ${pathOf(ResourceId.Ref) || '/'}`, method]
    }),
  )
}

const withKey = dialects.flatMap(({ routes }) =>
  routes.map((route) => `${route.method} ${route.path}`),
)
/** Every path and the paths above it, so that a wrong verb or a wrong end is told as JSON. */
const above = (path: string): string[] =>
  path === '/' ? ['/'] : [path, ...above(path.slice(0, path.lastIndexOf('/')) || '/')]
const paths = dialects.flatMap(({ routes }) => routes.flatMap(({ path }) => above(path)))
const others = ['/', '/health', '/openapi.json', '/console', '/{proxy+}']
const caught = [...new Set([...paths, ...others])].map((path) => `ANY ${path}`)
const open = ['GET /health', 'GET /openapi.json', ...caught]
const page = 'GET /console'

describe('the API', () => {
  it('has the routes of the dialects, those without a key, catch-alls, and no others', () => {
    expect([...methodsOf(root).keys()].sort()).toEqual([...withKey, ...open, page].sort())
  })

  it.each(withKey)('%s needs a key', (route) => {
    expect(methodsOf(root).get(route)?.Properties).toMatchObject({
      ApiKeyRequired: true,
      AuthorizationType: 'CUSTOM',
    })
    expect(methodsOf(headerMode).get(route)?.Properties).toMatchObject({
      ApiKeyRequired: true,
      AuthorizationType: 'NONE',
    })
  })

  it.each([...open, page])('%s needs no key', (route) => {
    const { ApiKeyRequired, AuthorizationType } = methodsOf(root).get(route)?.Properties ?? {}
    expect([ApiKeyRequired ?? false, AuthorizationType]).toEqual([false, 'NONE'])
  })

  it.each([...withKey, ...open])('%s streams for up to fifteen minutes', (route) => {
    const { Integration } = methodsOf(root).get(route)?.Properties ?? {}
    expect(Integration).toMatchObject({
      Type: 'AWS_PROXY',
      ResponseTransferMode: 'STREAM',
      TimeoutInMillis: 900_000,
    })
    expect(JSON.stringify(Integration.Uri)).toContain('/response-streaming-invocations')
  })

  it('answers with the page of the console whole, by a function of its own', () => {
    const { Integration } = methodsOf(root).get(page)?.Properties ?? {}
    expect(Integration.Type).toBe('AWS_PROXY')
    expect(Integration.ResponseTransferMode).toBeUndefined()
    expect(JSON.stringify(Integration.Uri)).toMatch(/ConsoleFunction.*\/invocations/)
  })

  it('is regional and takes a body as its bytes', () => {
    expect(only(resourcesOf(root, 'AWS::ApiGateway::RestApi')).Properties).toMatchObject({
      EndpointConfiguration: { Types: ['REGIONAL'] },
      ApiKeySourceType: 'AUTHORIZER',
      BinaryMediaTypes: ['*/*'],
    })
  })

  it('asks its authorizer for every request, and remembers no verdict', () => {
    expect(only(resourcesOf(root, 'AWS::ApiGateway::Authorizer')).Properties).toMatchObject({
      Type: 'REQUEST',
      IdentitySource: 'context.requestId',
      AuthorizerResultTtlInSeconds: 0,
    })
  })

  it('reads x-api-key alone, without an authorizer, where the operator chose so', () => {
    expect(resourcesOf(headerMode, 'AWS::ApiGateway::Authorizer')).toEqual([])
    expect(resourcesOf(headerMode, 'AWS::Lambda::Function')).toHaveLength(3)
    const api = only(resourcesOf(headerMode, 'AWS::ApiGateway::RestApi'))
    expect(api.Properties.ApiKeySourceType).toBe('HEADER')
  })
})

describe('the stage', () => {
  const stage = only(resourcesOf(root, 'AWS::ApiGateway::Stage')).Properties
  const [settings] = stage.MethodSettings

  it('has the configured name, v1 by default', () => {
    expect(stage.StageName).toBe('v1')
    expect(only(resourcesOf(headerMode, 'AWS::ApiGateway::Stage')).Properties.StageName).toBe(
      'prod',
    )
  })

  it('holds what has no key by a throttle of its own', () => {
    expect(settings).toMatchObject({ ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 })
    const other = synthesise({ ...config, throttle: { rate: 0.5, burst: 3 } }).root
    const [chosen] = only(resourcesOf(other, 'AWS::ApiGateway::Stage')).Properties.MethodSettings
    expect(chosen).toMatchObject({ ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 3 })
  })

  it('is traced, has no metrics of its own by method, and logs no body and no header', () => {
    expect(stage.TracingEnabled).toBe(true)
    expect(settings).toMatchObject({
      MetricsEnabled: false,
      DataTraceEnabled: false,
      LoggingLevel: 'OFF',
    })
  })

  it('logs who asked and how long it took, never the key', () => {
    const fields = Object.values(JSON.parse(stage.AccessLogSetting.Format))
    expect(fields).toEqual(
      expect.arrayContaining([
        '$context.requestId',
        '$context.identity.apiKeyId',
        '$context.authorizer.team',
        '$context.status',
        '$context.responseLatency',
        '$context.integration.latency',
        '$context.error.responseType',
        '$context.integration.responseTransferMode',
        '$context.integration.timeToAllHeaders',
        '$context.integration.timeToFirstContent',
      ]),
    )
    expect(fields).not.toContain('$context.identity.apiKey')
    expect(JSON.stringify(fields)).not.toMatch(/method\.request|usageIdentifierKey|userAgent/)
  })
})

describe('plans and keys', () => {
  it('is one usage plan for each configured one, with its limits and nothing more', () => {
    const plans = resourcesOf(root, 'AWS::ApiGateway::UsagePlan').map(({ Properties }) => {
      const { UsagePlanName, Quota, Throttle } = Properties
      return { UsagePlanName, ...(Quota && { Quota }), ...(Throttle && { Throttle }) }
    })
    expect(plans).toEqual([
      {
        UsagePlanName: 'Tollgate-trial',
        Quota: { Limit: 100, Period: 'MONTH' },
        Throttle: { RateLimit: 100, BurstLimit: 200 },
      },
      {
        UsagePlanName: 'Tollgate-standard',
        Quota: { Limit: 20_000, Period: 'DAY' },
        Throttle: { RateLimit: 20, BurstLimit: 40 },
      },
      { UsagePlanName: 'Tollgate-unmetered', Throttle: { RateLimit: 200, BurstLimit: 400 } },
    ])
  })

  it('hands AWS the offset of a quota as it is configured', () => {
    const plans = { trial: { quota: { limit: 9, period: 'WEEK', offset: 2 } } } as const
    const teams = { demo: { plan: 'trial', models: ['nova'] } }
    const [plan] = resourcesOf(
      synthesise({ ...config, plans, teams }).root,
      'AWS::ApiGateway::UsagePlan',
    )
    expect(plan?.Properties.Quota).toEqual({ Limit: 9, Period: 'WEEK', Offset: 2 })
    expect(plan?.Properties.Throttle).toBeUndefined()
  })

  it('gives every team one key, and the key its plan', () => {
    const keys = nested.flatMap((stack) => resourcesOf(stack, 'AWS::ApiGateway::ApiKey'))
    const names = keys.map(({ Properties }) => Properties.Name).sort()
    expect(names).toEqual(['Tollgate-data', 'Tollgate-demo', 'Tollgate-platform'])
    expect(keys.every(({ Properties }) => Properties.Enabled)).toBe(true)
    expect(
      nested.flatMap((stack) => resourcesOf(stack, 'AWS::ApiGateway::UsagePlanKey')),
    ).toHaveLength(3)
  })

  it('leaves a key to the command line where the configuration says so', () => {
    const later = { plan: 'trial', models: ['nova'], key: 'command-line' } as const
    const none = synthesise({ ...config, teams: { later } })
    expect(none.nested).toEqual([])
    expect(resourcesOf(none.root, 'AWS::Lambda::Function')).toHaveLength(3)
  })

  it('tells how to find a key, and no key', () => {
    expect(root.Outputs.KeyOfTeam?.Value).toBe(
      'aws apigateway get-api-keys --name-query Tollgate-TEAM --include-values' +
        ' --query "items[?name==\'Tollgate-TEAM\'].value" --output text --region us-east-1',
    )
    expect(Object.keys(root.Outputs)).toEqual(['Url', 'KeyOfTeam', 'Table', 'RestApiId'])
  })
})

describe('functions and logs', () => {
  const functions = resourcesOf(root, 'AWS::Lambda::Function').map(({ Properties }) => Properties)

  it('runs on the same Node everywhere, on arm64, with JSON logs', () => {
    expect(functions).toHaveLength(4)
    for (const each of functions) {
      expect(each).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        LoggingConfig: { LogFormat: 'JSON' },
      })
    }
  })

  it('lets the gateway run as long as a stream may last, and traces it', () => {
    const gateway = functions.find(({ Timeout }) => Timeout === 900)
    expect(gateway).toMatchObject({ TracingConfig: { Mode: 'Active' }, MemorySize: 512 })
  })

  it('keeps every log as long as configured, and what was used beyond the stack', () => {
    const logs = { retentionDays: 7, accountRole: false }
    const groups = resourcesOf(synthesise({ ...config, logs }).root, 'AWS::Logs::LogGroup')
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual([7, 7, 7, 7, 7])
    const kept = Object.entries(root.Resources).filter(
      ([, each]) => each.DeletionPolicy === 'Retain',
    )
    expect(kept.map(([id]) => id.slice(0, -8)).sort()).toEqual([
      'AccessLogs',
      'AccountLogRole',
      'AccountLogRoleAccount',
      'GatewayLogs',
      'Ledger',
    ])
  })

  it('leaves the account’s log role alone where the operator has one', () => {
    const other = synthesise({ ...config, logs: { accountRole: false } }).root
    expect(resourcesOf(other, 'AWS::ApiGateway::Account')).toEqual([])
    expect(resourcesOf(root, 'AWS::ApiGateway::Account')).toHaveLength(1)
  })
})
