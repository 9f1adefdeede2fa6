/** Everything of CloudFormation the local gateway serves, property by property. */

export type Known =
  | { readonly kind: 'served' }
  /** Read over: it changes nothing on one machine, for this reason. */
  | { readonly kind: 'idle'; readonly because: string }
  | { readonly kind: 'one-of'; readonly values: readonly unknown[] }
  | { readonly kind: 'fields'; readonly fields: Fields }
  | { readonly kind: 'list'; readonly of: Known }

export type Fields = Readonly<Record<string, Known>>

const served = { kind: 'served' } as const
const idle = (because: string): Known => ({ kind: 'idle', because })
const oneOf = (...values: readonly unknown[]): Known => ({ kind: 'one-of', values })
const fields = (known: Fields): Known => ({ kind: 'fields', fields: known })
const list = (of: Known): Known => ({ kind: 'list', of })

const tags = idle('tags are for bills and searches')
const words = idle('words for the console')
const tracing = idle('there is no X-Ray on one machine')
const logs = idle('logs go to a file instead of CloudWatch')
const address = idle('the server listens on 127.0.0.1')
/** With it, bytes that are text are read as text: the only ones a mock has. */
const texts = oneOf('CONVERT_TO_TEXT')
const permission = idle('functions run with the rights of this process')

/** A property that is missing here stops the server. */
export const servedTypes: Readonly<Record<string, Fields>> = {
  'AWS::ApiGateway::RestApi': {
    ApiKeySourceType: oneOf('HEADER', 'AUTHORIZER'),
    BinaryMediaTypes: oneOf(['*/*']),
    Description: words,
    EndpointConfiguration: fields({
      Types: oneOf(['REGIONAL'], ['EDGE'], ['PRIVATE']),
      IpAddressType: address,
      VpcEndpointIds: address,
    }),
    FailOnWarnings: idle('about importing an API description'),
    Name: words,
    Policy: idle('nobody comes through an endpoint of a VPC on one machine'),
    SecurityPolicy: idle('there is no TLS on one machine'),
    EndpointAccessMode: idle('there is no TLS on one machine'),
    Tags: tags,
  },
  'AWS::ApiGateway::Resource': { ParentId: served, PathPart: served, RestApiId: served },
  'AWS::ApiGateway::Method': {
    ApiKeyRequired: served,
    AuthorizationType: oneOf('NONE', 'CUSTOM'),
    AuthorizerId: served,
    HttpMethod: served,
    Integration: fields({
      ContentHandling: texts,
      IntegrationHttpMethod: oneOf('POST'),
      IntegrationResponses: list(
        fields({
          ContentHandling: texts,
          ResponseParameters: served,
          ResponseTemplates: fields({ 'application/json': served }),
          StatusCode: served,
        }),
      ),
      PassthroughBehavior: oneOf('NEVER'),
      RequestTemplates: fields({ 'application/json': served }),
      ResponseTransferMode: oneOf('STREAM', 'BUFFERED'),
      TimeoutInMillis: served,
      Type: oneOf('AWS_PROXY', 'MOCK'),
      Uri: served,
    }),
    MethodResponses: list(fields({ ResponseParameters: served, StatusCode: served })),
    OperationName: words,
    ResourceId: served,
    RestApiId: served,
  },
  'AWS::ApiGateway::Deployment': { Description: words, RestApiId: served },
  'AWS::ApiGateway::Stage': {
    AccessLogSetting: logs,
    DeploymentId: served,
    Description: words,
    MethodSettings: list(
      fields({
        CachingEnabled: oneOf(false),
        DataTraceEnabled: logs,
        HttpMethod: served,
        LoggingLevel: logs,
        MetricsEnabled: idle('there is no CloudWatch on one machine'),
        ResourcePath: served,
        ThrottlingBurstLimit: served,
        ThrottlingRateLimit: served,
      }),
    ),
    RestApiId: served,
    StageName: served,
    Tags: tags,
    TracingEnabled: tracing,
    Variables: served,
  },
  'AWS::ApiGateway::Authorizer': {
    AuthorizerResultTtlInSeconds: oneOf(0, '0'),
    AuthorizerUri: served,
    IdentitySource: idle('it is the key of a cache, and nothing is kept'),
    Name: words,
    RestApiId: served,
    Type: oneOf('REQUEST'),
  },
  'AWS::ApiGateway::GatewayResponse': {
    ResponseParameters: served,
    ResponseTemplates: served,
    ResponseType: served,
    RestApiId: served,
    StatusCode: served,
  },
  'AWS::ApiGateway::ApiKey': {
    Description: words,
    Enabled: served,
    Name: served,
    Tags: tags,
    Value: served,
  },
  'AWS::ApiGateway::UsagePlan': {
    ApiStages: list(fields({ ApiId: served, Stage: served, Throttle: oneOf({}) })),
    Description: words,
    Quota: fields({ Limit: served, Offset: served, Period: oneOf('DAY', 'WEEK', 'MONTH') }),
    Tags: tags,
    Throttle: fields({ BurstLimit: served, RateLimit: served }),
    UsagePlanName: served,
  },
  'AWS::ApiGateway::UsagePlanKey': {
    KeyId: served,
    KeyType: oneOf('API_KEY'),
    UsagePlanId: served,
  },
  'AWS::DynamoDB::Table': {
    AttributeDefinitions: served,
    BillingMode: oneOf('PAY_PER_REQUEST'),
    DeletionProtectionEnabled: idle('nothing here deletes a table'),
    KeySchema: served,
    PointInTimeRecoverySpecification: idle('there are no backups on one machine'),
    SSESpecification: idle('what is kept is as safe as the folder it is in'),
    TableName: served,
    Tags: tags,
    TimeToLiveSpecification: fields({ AttributeName: served, Enabled: served }),
  },
  'AWS::Lambda::Function': {
    Architectures: idle('the bundle is JavaScript'),
    Code: fields({ S3Bucket: served, S3Key: served }),
    Description: words,
    Environment: fields({ Variables: served }),
    FunctionName: served,
    Handler: served,
    LoggingConfig: fields({
      ApplicationLogLevel: logs,
      LogFormat: oneOf('JSON', 'Text'),
      LogGroup: logs,
      SystemLogLevel: logs,
    }),
    MemorySize: served,
    PackageType: oneOf('Zip'),
    RecursiveLoop: idle('nothing here calls a function again'),
    ReservedConcurrentExecutions: served,
    Role: permission,
    Runtime: oneOf('nodejs24.x'),
    Tags: tags,
    Timeout: served,
    TracingConfig: tracing,
    VpcConfig: idle('functions call from this machine’s own network'),
  },
  'AWS::Lambda::Permission': {
    Action: oneOf('lambda:InvokeFunction'),
    FunctionName: served,
    Principal: served,
    SourceAccount: idle('there is one account'),
    SourceArn: served,
  },
  'AWS::SecretsManager::Secret': {
    Description: words,
    Name: served,
    SecretString: served,
    Tags: tags,
  },
  'AWS::CloudFormation::Stack': {
    NotificationARNs: idle('nobody is told of deployments'),
    Parameters: served,
    Tags: tags,
    TemplateURL: served,
    TimeoutInMinutes: idle('nothing is waited for'),
  },
}

/** Custom resources are run, whatever their properties. */
export const isCustom = (type: string): boolean =>
  type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::')
