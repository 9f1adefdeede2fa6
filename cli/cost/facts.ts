/** What of a synthesised template decides what a request costs. */
import { asksQuery, type IdleResource, type IdleTemplate } from '../../lib/idle-price.ts'

export type FunctionFacts = {
  /** Gigabytes. */
  readonly memory: number
  readonly arm: boolean
}

export type Facts = {
  readonly gateway: FunctionFacts
  /** Where API Gateway asks a function whose key it is; it remembers no answer. */
  readonly authorizer?: FunctionFacts
  readonly traced: boolean
  readonly methodMetrics: boolean
  readonly isPrivate: boolean
  readonly webAcl: boolean
  readonly endpoints: boolean
  readonly nat: boolean
  readonly archived: boolean
  /** Alarms that look at each team’s metric there is. */
  readonly queryAlarms: number
}

type Named = { readonly id: string; readonly Type: string; readonly properties: Properties }
// biome-ignore lint/suspicious/noExplicitAny: a template is JSON of CloudFormation's making
type Properties = Readonly<Record<string, any>>

export function factsOf(templates: readonly IdleTemplate[]): Facts {
  const all = templates.flatMap(({ Resources = {} }) => Object.entries(Resources).map(named))
  const of = (type: string): readonly Named[] => all.filter(({ Type }) => Type === type)
  const functionsAt = (texts: readonly unknown[]): readonly FunctionFacts[] => {
    const ids = texts.flatMap((text) =>
      [...JSON.stringify(text ?? '').matchAll(/"Fn::GetAtt":\["(\w+)","Arn"\]/g)].map(
        ([, id]) => id,
      ),
    )
    const uses = Map.groupBy(ids, (id) => id)
    return of('AWS::Lambda::Function')
      .filter(({ id }) => uses.has(id))
      .toSorted((one, other) => (uses.get(other.id)?.length ?? 0) - (uses.get(one.id)?.length ?? 0))
      .map(functionFacts)
  }
  /** Most methods are the gateway's. */
  const [gateway] = functionsAt(
    of('AWS::ApiGateway::Method').map(({ properties }) => properties.Integration?.Uri),
  )
  const [authorizer] = functionsAt(
    of('AWS::ApiGateway::Authorizer').map(({ properties }) => properties.AuthorizerUri),
  )
  const [stage] = of('AWS::ApiGateway::Stage')
  const [api] = of('AWS::ApiGateway::RestApi')
  const settings: readonly Properties[] = stage?.properties.MethodSettings ?? []
  return {
    gateway: gateway ?? { memory: 0, arm: true },
    ...(authorizer !== undefined && { authorizer }),
    traced: stage?.properties.TracingEnabled === true,
    methodMetrics: settings.some(({ MetricsEnabled }) => MetricsEnabled === true),
    isPrivate: api?.properties.EndpointConfiguration?.Types?.includes('PRIVATE') === true,
    webAcl: of('AWS::WAFv2::WebACL').length > 0,
    endpoints: of('AWS::EC2::VPCEndpoint').some(
      ({ properties }) => properties.VpcEndpointType === 'Interface',
    ),
    nat: of('AWS::EC2::NatGateway').length > 0,
    archived: of('AWS::KinesisFirehose::DeliveryStream').length > 0,
    queryAlarms: of('AWS::CloudWatch::Alarm').filter(({ properties }) => asksQuery(properties))
      .length,
  }
}

const named = ([id, { Type, Properties = {} }]: [string, IdleResource]): Named => ({
  id,
  Type,
  properties: Properties,
})

const functionFacts = ({ properties }: Named): FunctionFacts => ({
  memory: (properties.MemorySize ?? 128) / 1024,
  arm: properties.Architectures?.[0] === 'arm64',
})
