/** Reads the methods of a template: path, verb, who may call, and what answers. */
import type { Deployed } from '../template/deploy.ts'
import { isTrue, listOf, NotServed, numberOf, type Values, valuesOf } from '../template/values.ts'
import type { Find } from './api.ts'
import { type Mock, readMock } from './mock.ts'
import { readThrottle, type Throttle } from './token-bucket.ts'

export type Authorizer = {
  readonly id: string
  readonly functionArn: string
}

export type Route = {
  /** As the template has it: `/bedrock/{model}`. */
  readonly resourcePath: string
  readonly resourceId: string
  /** `ANY` for all. */
  readonly verb: string
  readonly keyRequired: boolean
  readonly authorizer: Authorizer | undefined
  /** Of the stage, for all callers together. */
  readonly throttle: Throttle | undefined
}

/** One that a function answers. */
export type Method = Route & {
  readonly functionArn: string
  readonly mode: 'STREAM' | 'BUFFERED'
  readonly timeoutMs: number
}

/** One that API Gateway answers by itself. */
export type MockMethod = Route & { readonly mock: Mock }

export type Methods = { readonly methods: readonly Method[]; readonly mocks: readonly MockMethod[] }

/** API Gateway's own, where the template is silent. */
const defaultTimeoutMs = 29_000

export function readMethods(find: Find, apiId: string, stage: Values): Methods {
  const paths = readPaths(find, apiId)
  const authorizers = new Map(find('AWS::ApiGateway::Authorizer').map(readAuthorizer))
  const throttles = readStageThrottles(stage)
  const methods: Method[] = []
  const mocks: MockMethod[] = []
  for (const method of find('AWS::ApiGateway::Method')) {
    const route = readRoute(method)
    const integration = valuesOf(method.properties.Integration)
    if (integration.Type === 'MOCK') mocks.push({ ...route, mock: readMock(method) })
    else methods.push({ ...route, ...readIntegration(method, integration) })
  }
  return { methods, mocks }

  function readRoute({ path, properties }: Deployed): Route {
    const { ResourceId, HttpMethod, ApiKeyRequired, AuthorizerId, AuthorizationType } = properties
    const resourceId = String(ResourceId)
    const resourcePath = paths.get(resourceId)
    if (resourcePath === undefined) throw new NotServed(`${path}: its resource is unknown.`)
    const verb = String(HttpMethod)
    const authorizer = authorizers.get(String(AuthorizerId))
    if (AuthorizationType === 'CUSTOM' && authorizer === undefined) {
      throw new NotServed(`${path}: its authorizer is not in the template.`)
    }
    return {
      resourcePath,
      resourceId,
      verb,
      keyRequired: isTrue(ApiKeyRequired),
      authorizer,
      throttle: throttles(resourcePath, verb),
    }
  }
}

const functionUri =
  /:lambda:path\/(2015-03-31|2021-11-15)\/functions\/(arn:[^/]+)\/(invocations|response-streaming-invocations)$/

function readIntegration({ path }: Deployed, integration: Values) {
  const mode = integration.ResponseTransferMode === 'STREAM' ? 'STREAM' : 'BUFFERED'
  const [, version, functionArn, action] = functionUri.exec(String(integration.Uri)) ?? []
  const expected =
    mode === 'STREAM'
      ? version === '2021-11-15' && action === 'response-streaming-invocations'
      : version === '2015-03-31' && action === 'invocations'
  if (functionArn === undefined || !expected) {
    throw new NotServed(`${path}: ${integration.Uri} is no address of a function for ${mode}.`)
  }
  const timeoutMs = numberOf(integration.TimeoutInMillis) ?? defaultTimeoutMs
  return { functionArn, mode, timeoutMs } as const
}

function readAuthorizer({ id, path, properties }: Deployed): [string, Authorizer] {
  const [, , functionArn] = functionUri.exec(String(properties.AuthorizerUri)) ?? []
  if (functionArn === undefined) {
    throw new NotServed(`${path}: ${properties.AuthorizerUri} is no address of a function.`)
  }
  /** Absent means that verdicts are kept for 300 seconds, which is not served. */
  if (properties.AuthorizerResultTtlInSeconds === undefined) {
    throw new NotServed(`${path}: AuthorizerResultTtlInSeconds must be 0, and is absent.`)
  }
  return [id, { id, functionArn }]
}

/** Every resource's whole path, by id. */
function readPaths(find: Find, apiId: string): ReadonlyMap<string, string> {
  const resources = new Map(find('AWS::ApiGateway::Resource').map((one) => [one.id, one]))
  const [api] = find('AWS::ApiGateway::RestApi').filter(({ id }) => id === apiId)
  function pathOf(id: string): string {
    const resource = resources.get(id)
    if (resource === undefined) return ''
    return `${pathOf(String(resource.properties.ParentId))}/${resource.properties.PathPart}`
  }
  const paths = new Map([...resources.keys()].map((id) => [id, pathOf(id)]))
  const root = api?.attribute('RootResourceId')
  return paths.set(String(root), '/')
}

/** The most particular setting that names a method: this path and verb, this path, all. */
function readStageThrottles({ MethodSettings }: Values) {
  const settings = listOf(MethodSettings).map(valuesOf)
  return function throttleOf(resourcePath: string, verb: string): Throttle | undefined {
    const encoded = `/${resourcePath.replaceAll('/', '~1')}`
    const wanted = [
      [encoded, verb],
      [encoded, '*'],
      ['/*', '*'],
    ]
    for (const [path, method] of wanted) {
      const found = settings.find(
        (setting) => setting.ResourcePath === path && setting.HttpMethod === method,
      )
      const throttle = found && readThrottle(found.ThrottlingRateLimit, found.ThrottlingBurstLimit)
      if (throttle !== undefined) return throttle
    }
    return undefined
  }
}
