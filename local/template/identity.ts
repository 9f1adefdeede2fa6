/** What `Ref` and `Fn::GetAtt` give for each resource: ids as AWS would make them, always the same. */
import { createHash } from 'node:crypto'
import { textOf, type Values } from './values.ts'

export const account = '123456789012'

/** Of an API, to which stage, verb and path are added. */
export const executeArn = (api: { readonly id: string; readonly region: string }): string =>
  `arn:aws:execute-api:${api.region}:${account}:${api.id}`

export type Identity = {
  readonly id: string
  /** Attributes by name; `undefined` for one the type does not have. */
  readonly attribute: (name: string) => unknown
}

type Place = { readonly path: string; readonly region: string }
type Naming = (properties: Values, place: Place) => Identity

const short = (path: string) =>
  BigInt(`0x${hash(path)}`)
    .toString(36)
    .slice(0, 10)
const hash = (path: string) => createHash('sha256').update(path).digest('hex')

const withAttributes = (id: string, attributes: Readonly<Record<string, unknown>>): Identity => ({
  id,
  attribute: (name) => (Object.hasOwn(attributes, name) ? attributes[name] : undefined),
})

/** An id whose attribute of this name is the id again. */
const generated =
  (attribute: string): Naming =>
  (_, { path }) =>
    withAttributes(short(path), { [attribute]: short(path) })

const namings: Readonly<Record<string, Naming>> = {
  'AWS::ApiGateway::RestApi': (_, { path }) =>
    withAttributes(short(path), {
      RestApiId: short(path),
      RootResourceId: short(`${path}/root`),
    }),
  'AWS::ApiGateway::Resource': generated('ResourceId'),
  'AWS::ApiGateway::Method': generated('Id'),
  'AWS::ApiGateway::Deployment': generated('DeploymentId'),
  'AWS::ApiGateway::Stage': ({ StageName }) => withAttributes(String(StageName), {}),
  'AWS::ApiGateway::Authorizer': generated('AuthorizerId'),
  'AWS::ApiGateway::DomainName': ({ DomainName }, { path, region }) =>
    withAttributes(String(DomainName), {
      RegionalDomainName: `d-${short(path)}.execute-api.${region}.amazonaws.com`,
      RegionalHostedZoneId: `Z${short(path).toUpperCase()}`,
    }),
  'AWS::ApiGateway::GatewayResponse': generated('Id'),
  'AWS::ApiGateway::ApiKey': generated('APIKeyId'),
  'AWS::ApiGateway::UsagePlan': generated('Id'),
  'AWS::ApiGateway::UsagePlanKey': generated('Id'),
  'AWS::DynamoDB::Table': ({ TableName }, { path, region }) => {
    const name = textOf(TableName) ?? `${path.replaceAll('/', '-')}-${short(path)}`
    return withAttributes(name, { Arn: `arn:aws:dynamodb:${region}:${account}:table/${name}` })
  },
  'AWS::EC2::VPCEndpoint': ({ ServiceName }, { path, region }) => {
    const id = `vpce-${short(path)}`
    const service = textOf(ServiceName)?.split('.').at(-1)
    const name = `${id}.${service}.${region}.vpce.amazonaws.com`
    return withAttributes(id, { Id: id, DnsEntries: [`Z${short(path).toUpperCase()}:${name}`] })
  },
  'AWS::Lambda::Permission': generated('Id'),
  'AWS::Lambda::Function': ({ FunctionName }, { path, region }) => {
    const name = textOf(FunctionName) ?? `${path.replaceAll('/', '-')}-${short(path)}`.slice(-64)
    return withAttributes(name, { Arn: `arn:aws:lambda:${region}:${account}:function:${name}` })
  },
  'AWS::SecretsManager::Secret': ({ Name }, { path, region }) => {
    const name = textOf(Name) ?? short(path)
    const suffix = short(path).slice(0, 6)
    const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`
    return withAttributes(arn, { Id: arn })
  },
}

/** What has no part here still has a name and an ARN, for those that speak of it. */
const idle: Naming = (_, { path, region }) => ({
  id: `${path.replaceAll('/', '-')}-${short(path)}`,
  attribute: (name) => `arn:aws:local:${region}:${account}:${path}/${name}`,
})

export const identify = (type: string, properties: Values, place: Place): Identity =>
  (namings[type] ?? idle)(properties, place)
