/** What a stack costs while nobody asks: each type of resource is priced, or free for a reason. */
import { freeDashboards, monthHours, type PriceName, prices, sumOf, toCents } from './prices.ts'

export type IdleResource = {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
}
export type IdleTemplate = { readonly Resources?: Readonly<Record<string, IdleResource>> }

export type IdlePart = {
  readonly price: IdlePrice
  /** As many as there are: `alarm metrics`. */
  readonly part: string
  /** Of what is counted: resources, metrics of alarms, endpoints times zones. */
  readonly count: number
  /** US dollars a month for one; of dashboards after the free ones. */
  readonly each: number
  /** US dollars a month, to the cent. */
  readonly usd: number
}

/** What is counted, one of it and several. */
const nouns = {
  alarm: ['alarm metric', 'alarm metrics'],
  alarmFast: ['alarm metric by the second', 'alarm metrics by the second'],
  alarmComposite: ['composite alarm', 'composite alarms'],
  dashboard: ['dashboard', 'dashboards'],
  addressHour: ['public address', 'public addresses'],
  natHour: ['NAT gateway', 'NAT gateways'],
  endpointHour: ['VPC endpoint in a zone', 'VPC endpoints in a zone'],
  key: ['KMS key', 'KMS keys'],
  zone: ['hosted zone', 'hosted zones'],
  secret: ['secret', 'secrets'],
  wafAcl: ['web ACL', 'web ACLs'],
  wafRule: ['rule of a web ACL', 'rules of a web ACL'],
} as const satisfies Partial<Record<PriceName, readonly [string, string]>>

export type IdlePrice = keyof typeof nouns

export const nounOf = (price: IdlePrice, count: number): string => {
  const [one, several] = nouns[price]
  return count === 1 ? one : several
}

type Item = { readonly price: IdlePrice; readonly count: number }
type Pricing = (properties: Readonly<Record<string, unknown>>) => readonly Item[]

const monthly: Readonly<Partial<Record<PriceName, number>>> = {
  endpointHour: monthHours,
  natHour: monthHours,
  addressHour: monthHours,
}

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0)

type AlarmMetric = {
  readonly Expression?: unknown
  readonly MetricStat?: { readonly Period?: unknown }
}

const alarmMetrics = ({ Metrics }: Readonly<Record<string, unknown>>): readonly AlarmMetric[] =>
  Array.isArray(Metrics) ? Metrics : []

/** It asks Metrics Insights, and is billed for what is found: for nothing while nothing is written. */
export const isQuery = ({ Expression }: AlarmMetric): boolean =>
  /^\s*SELECT\b/i.test(String(Expression ?? ''))

export const asksQuery = (properties: Readonly<Record<string, unknown>>): boolean =>
  alarmMetrics(properties).some(isQuery)

/** Metrics an alarm looks at: those of an expression each, and three for a band of what is usual. */
function alarm(properties: Readonly<Record<string, unknown>>): readonly Item[] {
  const list = alarmMetrics(properties)
  const band = list.some(({ Expression }) => /ANOMALY_DETECTION_BAND/.test(String(Expression)))
  const own = list.filter(({ MetricStat }) => MetricStat !== undefined)
  if (own.length === 0 && list.some(isQuery)) return []
  const count = Math.max(1, own.length) * (band ? 3 : 1)
  const periods = [properties.Period, ...own.map(({ MetricStat }) => MetricStat?.Period)]
  const fast = periods.some((period) => typeof period === 'number' && period < 60)
  return [{ price: fast ? 'alarmFast' : 'alarm', count }]
}

const one =
  (price: IdlePrice): Pricing =>
  () => [{ price, count: 1 }]

/** Zones of a VPC whose subnets the template does not name. */
const usualZones = 2

export const pricedTypes: Readonly<Record<string, Pricing>> = {
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::CompositeAlarm': one('alarmComposite'),
  'AWS::CloudWatch::Dashboard': one('dashboard'),
  'AWS::EC2::EIP': one('addressHour'),
  'AWS::EC2::NatGateway': one('natHour'),
  'AWS::EC2::VPCEndpoint': ({ VpcEndpointType, SubnetIds }) =>
    VpcEndpointType === 'Interface'
      ? [{ price: 'endpointHour', count: lengthOf(SubnetIds) || usualZones }]
      : [],
  'AWS::KMS::Key': one('key'),
  'AWS::Route53::HostedZone': one('zone'),
  'AWS::SecretsManager::Secret': one('secret'),
  'AWS::WAFv2::WebACL': ({ Rules }) => [
    { price: 'wafAcl', count: 1 },
    { price: 'wafRule', count: lengthOf(Rules) },
  ],
}

const settings = 'a setting, which nobody is billed for'
const byUse = 'billed by use alone'

/** What costs nothing while nobody asks, and why. Custom resources are what their functions make. */
export const freeTypes: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Account': settings,
  'AWS::ApiGateway::ApiKey': settings,
  'AWS::ApiGateway::Authorizer': settings,
  'AWS::ApiGateway::BasePathMapping': settings,
  'AWS::ApiGateway::Deployment': settings,
  'AWS::ApiGateway::DomainName': 'a name and its certificate cost nothing',
  'AWS::ApiGateway::GatewayResponse': settings,
  'AWS::ApiGateway::Method': settings,
  'AWS::ApiGateway::Resource': settings,
  'AWS::ApiGateway::RestApi': byUse,
  'AWS::ApiGateway::Stage': 'it has no cache',
  'AWS::ApiGateway::UsagePlan': settings,
  'AWS::ApiGateway::UsagePlanKey': settings,
  'AWS::CDK::Metadata': settings,
  'AWS::CertificateManager::Certificate': 'public certificates cost nothing',
  'AWS::CloudFormation::Stack': settings,
  'AWS::DynamoDB::Table': 'on demand, and its copies are billed by the GB, of which it has none',
  'AWS::EC2::FlowLog': byUse,
  'AWS::EC2::InternetGateway': byUse,
  'AWS::EC2::Route': settings,
  'AWS::EC2::RouteTable': settings,
  'AWS::EC2::SecurityGroup': settings,
  'AWS::EC2::SecurityGroupEgress': settings,
  'AWS::EC2::SecurityGroupIngress': settings,
  'AWS::EC2::Subnet': settings,
  'AWS::EC2::SubnetRouteTableAssociation': settings,
  'AWS::EC2::VPC': settings,
  'AWS::EC2::VPCGatewayAttachment': settings,
  'AWS::EC2::VPCPeeringConnection': byUse,
  'AWS::Events::Rule': byUse,
  'AWS::IAM::ManagedPolicy': settings,
  'AWS::IAM::Policy': settings,
  'AWS::IAM::Role': settings,
  'AWS::KinesisFirehose::DeliveryStream': byUse,
  'AWS::Lambda::Function': byUse,
  'AWS::Lambda::Permission': settings,
  'AWS::Logs::LogGroup': byUse,
  'AWS::Logs::LogStream': byUse,
  'AWS::Logs::MetricFilter': 'its metric is billed when it is written',
  'AWS::Logs::QueryDefinition': settings,
  'AWS::Logs::ResourcePolicy': settings,
  'AWS::Logs::SubscriptionFilter': settings,
  'AWS::Route53::RecordSet': 'an alias of AWS’s own costs nothing',
  'AWS::S3::Bucket': byUse,
  'AWS::S3::BucketPolicy': settings,
  'AWS::SNS::Subscription': byUse,
  'AWS::SNS::Topic': byUse,
  'AWS::SNS::TopicPolicy': settings,
  'AWS::WAFv2::LoggingConfiguration': byUse,
  'AWS::WAFv2::WebACLAssociation': settings,
  'AWS::XRay::Group': byUse,
  'AWS::XRay::SamplingRule': settings,
}

const isCustom = (type: string): boolean =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource'

/** Types of which it is not known what they cost. */
export const unpriced = (templates: readonly IdleTemplate[]): readonly string[] =>
  [...new Set(resourcesIn(templates).map(({ Type }) => Type))].filter(
    (type) =>
      !isCustom(type) && !Object.hasOwn(pricedTypes, type) && !Object.hasOwn(freeTypes, type),
  )

const resourcesIn = (templates: readonly IdleTemplate[]): readonly IdleResource[] =>
  templates.flatMap(({ Resources = {} }) => Object.values(Resources))

/** Dearest first. */
export function idleParts(templates: readonly IdleTemplate[]): readonly IdlePart[] {
  const items = resourcesIn(templates).flatMap(
    ({ Type, Properties = {} }) => pricedTypes[Type]?.(Properties) ?? [],
  )
  const groups = Map.groupBy(items, ({ price }) => price)
  return [...groups]
    .map(([price, group]): IdlePart => {
      const count = group.reduce((sum, item) => sum + item.count, 0)
      const each = prices[price].usd * (monthly[price] ?? 1)
      const billed = price === 'dashboard' ? Math.max(0, count - freeDashboards) : count
      const part = nounOf(price, count)
      return { price, part, count, each: toCents(each), usd: toCents(billed * each) }
    })
    .toSorted((one, other) => other.usd - one.usd || one.part.localeCompare(other.part))
}

export const idleUsd = (parts: readonly IdlePart[]): number => sumOf(parts.map(({ usd }) => usd))
