/** Reads the methods of a template: path, verb, who may call, and which function answers. */
import type { Deployed } from '../template/deploy.ts'
import { isTrue, listOf, NotServed, numberOf, type Values, valuesOf } from '../template/values.ts'
import type { Find } from './api.ts'
import { readThrottle, type Throttle } from './token-bucket.ts'

export type Authorizer = {
  readonly id: string
  readonly functionArn: string
}

export type Method = {
  /** As the template has it: `/bedrock/{model}`. */
  readonly resourcePath: string
  readonly resourceId: string
  /** `ANY` for all. */
  readonly verb: string
  readonly keyRequired: boolean
  readonly authorizer: Authorizer | undefined
  readonly functionArn: string
  readonly mode: 'STREAM' | 'BUFFERED'
  readonly timeoutMs: number
  /** Of the stage, for all callers together. */
  readonly throttle: Throttle | undefined
}

/** API Gateway's own, where the template is silent. */
const defaultTimeoutMs = 29_000

export function readMethods(find: Find, apiId: string, stage: Values): readonly Method[] {
  const paths = readPaths(find, apiId)
  const authorizers = new Map(find('AWS::ApiGateway::Authorizer').map(readAuthorizer))
  const throttles = readStageThrottles(stage)
  return find('AWS::ApiGateway::Method').map(function readMethod(method) {
    const { ResourceId, HttpMethod, ApiKeyRequired, AuthorizerId, Integration } = method.properties
    const resourceId = String(ResourceId)
    const resourcePath = paths.get(resourceId)
    if (resourcePath === undefined) throw new NotServed(`${method.path}: its resource is unknown.`)
    const verb = String(HttpMethod)
    const authorizer = authorizers.get(String(AuthorizerId))
    if (method.properties.AuthorizationType === 'CUSTOM' && authorizer === undefined) {
      throw new NotServed(`${method.path}: its authorizer is not in the template.`)
    }
    return {
      resourcePath,
      resourceId,
      verb,
      keyRequired: isTrue(ApiKeyRequired),
      authorizer,
      throttle: throttles(resourcePath, verb),
      ...readIntegration(method, valuesOf(Integration)),
    }
  })
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
