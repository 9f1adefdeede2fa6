/** Small projects for tests of the local gateway: functions and a template in a folder of their own. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Local, type LocalOptions, startLocal } from '../local/gateway/local.ts'

export type Resources = Record<string, object>

type MethodOptions = {
  readonly keyed?: boolean
  readonly authorized?: boolean
  readonly mode?: 'STREAM' | 'BUFFERED'
  readonly timeoutMs?: number
  readonly calls?: string
}

const arnOf = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] })

const uriOf = (name: string, mode: 'STREAM' | 'BUFFERED') => {
  const [version, action] =
    mode === 'STREAM'
      ? ['2021-11-15', 'response-streaming-invocations']
      : ['2015-03-31', 'invocations']
  const start = `arn:aws:apigateway:us-east-1:lambda:path/${version}/functions/`
  return { 'Fn::Join': ['', [start, arnOf(name), `/${action}`]] }
}

/** A REST API with one stage; methods are named as `POST /bedrock/{model}`. */
export function apiOf(
  methods: Readonly<Record<string, MethodOptions>>,
  { keySource = 'HEADER', settings = [] as object[] } = {},
): Resources {
  const resources: Resources = {
    Api: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: { Name: 'Test', ApiKeySourceType: keySource, BinaryMediaTypes: ['*/*'] },
    },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1', MethodSettings: settings },
    },
  }
  for (const [route, options] of Object.entries(methods)) {
    const { keyed = false, authorized = false, mode = 'STREAM', timeoutMs = 900_000 } = options
    const [verb = '', path = ''] = route.split(' ')
    resources[`Method${Object.keys(resources).length}`] = {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        ApiKeyRequired: keyed,
        HttpMethod: verb,
        ResourceId: resourceAt(path, resources),
        RestApiId: { Ref: 'Api' },
        AuthorizationType: authorized ? 'CUSTOM' : 'NONE',
        ...(authorized && { AuthorizerId: { Ref: 'Authorizer' } }),
        Integration: {
          Type: 'AWS_PROXY',
          IntegrationHttpMethod: 'POST',
          ResponseTransferMode: mode,
          TimeoutInMillis: timeoutMs,
          Uri: uriOf(options.calls ?? 'Answer', mode),
        },
      },
    }
  }
  if (Object.values(methods).some(({ authorized }) => authorized)) {
    resources.Authorizer = {
      Type: 'AWS::ApiGateway::Authorizer',
      Properties: {
        AuthorizerResultTtlInSeconds: 0,
        AuthorizerUri: uriOf('Authorize', 'BUFFERED'),
        IdentitySource: 'context.requestId',
        RestApiId: { Ref: 'Api' },
        Type: 'REQUEST',
      },
    }
  }
  return resources
}

function resourceAt(path: string, resources: Resources): object {
  if (path === '/') return { 'Fn::GetAtt': ['Api', 'RootResourceId'] }
  const parts = path.slice(1).split('/')
  const name = `At${Buffer.from(path).toString('hex')}`
  resources[name] ??= {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      ParentId: resourceAt(`/${parts.slice(0, -1).join('/')}`, resources),
      PathPart: parts.at(-1),
      RestApiId: { Ref: 'Api' },
    },
  }
  return { Ref: name }
}

export const functionOf = (name: string, properties: object = {}): Resources => ({
  [name]: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: `${name}.zip` },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Timeout: 10,
      Role: 'arn:aws:iam::123456789012:role/any',
      ...properties,
    },
    Metadata: { 'aws:asset:path': name },
  },
  [`${name}Permission`]: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: arnOf(name),
      Principal: 'apigateway.amazonaws.com',
    },
  },
})

type PlanProperties = { readonly Quota?: object; readonly Throttle?: object }

/** A usage plan and the keys on it, by name and value. */
export function planOf(
  name: string,
  plan: PlanProperties,
  keys: Readonly<Record<string, string>>,
): Resources {
  const resources: Resources = {
    [name]: {
      Type: 'AWS::ApiGateway::UsagePlan',
      Properties: { ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' } }], ...plan },
    },
  }
  for (const [key, value] of Object.entries(keys)) {
    resources[`${key}Key`] = {
      Type: 'AWS::ApiGateway::ApiKey',
      Properties: { Enabled: true, Name: key, Value: value },
    }
    resources[`${key}Link`] = {
      Type: 'AWS::ApiGateway::UsagePlanKey',
      Properties: { KeyId: { Ref: `${key}Key` }, KeyType: 'API_KEY', UsagePlanId: { Ref: name } },
    }
  }
  return resources
}

export const gatewayResponse = (type: string, properties: object): Resources => ({
  [`Response${type.replaceAll('_', '')}`]: {
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: { ResponseType: type, RestApiId: { Ref: 'Api' }, ...properties },
  },
})

export type Project = {
  /** Sources by name, each an ES module with a `handler`. */
  readonly functions: Readonly<Record<string, string>>
  readonly resources: Resources
  readonly template?: object
  /** Templates of nested stacks by file name. */
  readonly nested?: Readonly<Record<string, object>>
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-test-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function writeAssembly(project: Project): Promise<string> {
  const folder = await temporaryFolder()
  const manifest = {
    version: '55.0.0',
    artifacts: {
      Test: {
        type: 'aws:cloudformation:stack',
        environment: 'aws://unknown-account/us-east-1',
        properties: { templateFile: 'Test.template.json' },
      },
    },
  }
  const template = { Resources: project.resources, ...project.template }
  const files = {
    'manifest.json': manifest,
    'Test.template.json': template,
    ...project.nested,
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), JSON.stringify(content))
  }
  for (const [name, source] of Object.entries(project.functions)) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'index.mjs'), source)
  }
  return folder
}

export async function startProject(project: Project, options: LocalOptions = {}): Promise<Local> {
  const assembly = await writeAssembly(project)
  const bedrock = { type: 'url', url: 'http://127.0.0.1:9' } as const
  const local = await startLocal({ assembly, bedrock, ...options })
  onTestFinished(() => local.close())
  return local
}

/** A function that streams a JSON answer made from its event by `expression`. */
export const answering = (expression: string): string => `
  export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
    const headers = { 'content-type': 'application/json' }
    const response = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers })
    response.write(JSON.stringify(${expression}))
    response.end()
  })`

/** Where functions of a test wait: a request to it is answered when the test says so. */
export async function openGate() {
  const waiting = new Map<string, ServerResponse[]>()
  const wanted = new Map<string, { count: number; resolve: () => void }>()
  const server = createServer((request, response) => {
    const name = (request.url ?? '').slice(1)
    waiting.set(name, [...(waiting.get(name) ?? []), response])
    const want = wanted.get(name)
    if (want !== undefined && arrived(name) >= want.count) want.resolve()
  })
  const arrived = (name: string) => waiting.get(name)?.length ?? 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Resolves when so many wait there. */
    reached: (name: string, count = 1) =>
      new Promise<void>((resolve) => {
        if (arrived(name) >= count) resolve()
        else wanted.set(name, { count, resolve })
      }),
    open(name: string) {
      for (const response of waiting.get(name) ?? []) response.end()
      waiting.delete(name)
    },
  }
}

/** A streaming handler; `head()` opens a 200 of plain text, `gate(name)` waits there. */
export const streaming = (body: string, top = '') => `
  import { request } from 'node:http'
  ${top}
  const gate = (name) => new Promise((resolve) => {
    request(process.env.GATE + '/' + name, (answer) => answer.resume().on('end', resolve)).end()
  })
  const flushed = (stream, text) => new Promise((resolve) => stream.write(text, resolve))
  export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
    const head = (statusCode = 200, headers = {}) =>
      awslambda.HttpResponseStream.from(stream, { statusCode, headers })
    ${body}
  })`

type Settings = {
  readonly gate?: string
  readonly properties?: object
  readonly api?: Resources
  readonly options?: LocalOptions
}

export function serve(
  source: string,
  { gate = '', properties = {}, api, options = {} }: Settings = {},
) {
  const Environment = { Variables: { GATE: gate } }
  const resources = {
    ...(api ?? apiOf({ 'GET /x': {} })),
    ...functionOf('Answer', { Environment, ...properties }),
  }
  return startProject({ functions: { Answer: source }, resources }, options)
}
