/** The REST API: every route of every dialect needs a key and streams from the one function; the console needs none. */
import { Duration, Stack, Validations } from 'aws-cdk-lib'
import {
  ApiKeySourceType,
  EndpointType,
  type IResource,
  LambdaIntegration,
  MethodLoggingLevel,
  type MethodOptions,
  Resource,
  ResponseTransferMode,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import type { IInterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { dialects } from '../lambda/dialects/index.ts'
import { accessLog } from './access-log.ts'
import { AccountLogRole } from './account-log-role.ts'
import { ApiDomain } from './api-domain.ts'
import { apiExceptions } from './api-exceptions.ts'
import { consoleFunction } from './console.ts'
import { addPreflight } from './cors.ts'
import type { CheckedConfig } from './gateway-config.ts'
import { addGatewayResponses } from './gateway-responses.ts'
import { authorizerFunction, keyAuthorizer } from './key-authorizer.ts'
import type { NodeFunction } from './node-function.ts'
import { privateTo } from './private-api.ts'
import { WebAcl } from './web-acl.ts'

/** What all callers together may send where the configuration says nothing. */
const defaultThrottle = { rate: 500, burst: 1000 }

/** What a GET answers without a key. */
export const openRoutes = ['/health', '/openapi.json']

/** A page, and no route of the API. */
const consoleRoute = '/console'

/** Where the API lies: without an endpoint of a VPC, in the open. */
export type ApiNetwork = { readonly apiEndpoint?: IInterfaceVpcEndpoint }

/** An edge-optimised API ends a silent stream after 30 seconds, these two after 5 minutes. */
const lyingIn = ({ apiEndpoint }: ApiNetwork) =>
  apiEndpoint === undefined ? { endpointTypes: [EndpointType.REGIONAL] } : privateTo(apiEndpoint)

export class GatewayApi extends RestApi {
  readonly stageUrl: string
  /** None where API Gateway itself reads the one header. */
  readonly authorizer: NodeFunction | undefined

  constructor(
    scope: Construct,
    id: string,
    checked: CheckedConfig,
    handler: IFunction,
    network: ApiNetwork = {},
  ) {
    const { config } = checked
    const whole = config.throttle ?? defaultThrottle
    const anyHeader = config.auth !== 'x-api-key'
    const stageName = config.stage ?? 'v1'
    super(scope, id, {
      restApiName: Stack.of(scope).stackName,
      description: 'Quota-limited gateway to Amazon Bedrock.',
      ...lyingIn(network),
      apiKeySourceType: anyHeader ? ApiKeySourceType.AUTHORIZER : ApiKeySourceType.HEADER,
      /** A body's bytes arrive as they were sent, base64 in the event. */
      binaryMediaTypes: ['*/*'],
      cloudWatchRole: false,
      deployOptions: {
        ...accessLog(scope, config),
        stageName,
        throttlingRateLimit: whole.rate,
        throttlingBurstLimit: whole.burst,
        tracingEnabled: true,
        metricsEnabled: false,
        dataTraceEnabled: false,
        loggingLevel: MethodLoggingLevel.OFF,
      },
    })
    this.node.tryRemoveChild('Endpoint')
    this.stageUrl = urlOf(this, stageName, config)
    if (config.logs?.accountRole !== false) {
      this.deploymentStage.node.addDependency(new AccountLogRole(scope, 'AccountLogRole'))
    }
    this.authorizer = anyHeader ? authorizerFunction(scope, checked) : undefined
    this.addRoutes(handler, config, {
      apiKeyRequired: true,
      ...(this.authorizer && { authorizer: keyAuthorizer(scope, this.authorizer) }),
    })
    this.addPage(scope, config)
    addGatewayResponses(this, config)
    if (config.domain !== undefined) new ApiDomain(scope, 'Domain', config.domain, this)
    if (config.waf === true) {
      new WebAcl(scope, 'Waf', config, whole).guard(this.deploymentStage.stageArn)
    }
    Validations.of(this).acknowledge(...apiExceptions(config))
  }

  private addRoutes(handler: IFunction, { cors }: GatewayConfig, withKey: MethodOptions): void {
    const integration = new LambdaIntegration(handler, {
      responseTransferMode: ResponseTransferMode.STREAM,
      timeout: Duration.minutes(15),
      /** One permission for the API: one a method would outgrow the function's resource policy. */
      scopePermissionToMethod: false,
    })
    for (const { method, path } of dialects.flatMap(({ routes }) => routes)) {
      this.root.resourceForPath(path).addMethod(method, integration, withKey)
    }
    for (const path of openRoutes) this.root.resourceForPath(path).addMethod('GET', integration)
    for (const path of [consoleRoute, '/{proxy+}']) this.root.resourceForPath(path)
    for (const resource of this.everyResource()) {
      /** A wrong path or verb gets the function's JSON 404, whatever `Authorization` it came with. */
      resource.addMethod('ANY', integration)
      if (cors !== undefined) addPreflight(resource, cors)
    }
  }

  /** Whole and by a function of its own: the gateway's starts no slower for it. */
  private addPage(scope: Construct, config: GatewayConfig): void {
    const page = new LambdaIntegration(consoleFunction(scope, config), { allowTestInvoke: false })
    this.root.resourceForPath(consoleRoute).addMethod('GET', page)
  }

  private everyResource(): readonly IResource[] {
    const isResource = (each: unknown): each is Resource => each instanceof Resource
    return [this.root, ...this.root.node.findAll().filter(isResource)]
  }
}

function urlOf(api: RestApi, stageName: string, { domain }: GatewayConfig): string {
  if (domain !== undefined) return `https://${domain.name}`
  const { region, urlSuffix } = Stack.of(api)
  return `https://${api.restApiId}.execute-api.${region}.${urlSuffix}/${stageName}`
}
