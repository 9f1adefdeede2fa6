/** What AWS asks for what the gateway is made of: a dated table, in US dollars, of one region. */

/** The prices of this region; others ask up to half as much again. */
export const priceRegion = 'us-east-1'

/** When the table was last compared with its sources. */
export const priceDate = '2026-11-21'

/** Hours by which AWS reckons a month. */
export const monthHours = 730

export type Price = {
  readonly usd: number
  /** For which `usd` is asked. */
  readonly unit: string
  /** Where the number was read. */
  readonly source: string
  /** Absent: AWS itself says so. `secondary`: it was read elsewhere. `unread`: on no page that could be read. */
  readonly basis?: 'secondary' | 'unread'
}

const cloudWatch =
  'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/'
const lambda = 'https://cloudchipr.com/blog/aws-lambda-pricing'
const dynamodb = 'https://airbyte.com/data-engineering-resources/dynamodb-pricing'
const waf = 'https://c3x.dev/blog/aws-waf-cost-explained/'
const apiGateway =
  'https://docs.aws.amazon.com/whitepapers/latest/best-practices-api-gateway-private-apis-integration/cost-optimization.html'

/** First tiers; free tiers of an account are not taken off, but for the three dashboards. */
export const prices = {
  alarm: { usd: 0.1, unit: 'metric of an alarm, month', source: cloudWatch, basis: 'secondary' },
  alarmFast: {
    usd: 0.3,
    unit: 'metric of an alarm of less than a minute, month',
    source: cloudWatch,
    basis: 'secondary',
  },
  alarmComposite: {
    usd: 0.5,
    unit: 'composite alarm, month',
    source: 'https://aws.amazon.com/cloudwatch/pricing/',
    basis: 'unread',
  },
  dashboard: {
    usd: 3,
    unit: 'dashboard after three, month',
    source: cloudWatch,
    basis: 'secondary',
  },
  metric: { usd: 0.3, unit: 'custom metric, month', source: cloudWatch, basis: 'secondary' },
  logs: { usd: 0.5, unit: 'GB of logs taken in', source: cloudWatch, basis: 'secondary' },
  trace: {
    usd: 0.000_005,
    unit: 'trace recorded',
    source: 'https://aws.amazon.com/xray/pricing/',
  },
  request: { usd: 0.000_003_5, unit: 'request to a REST API', source: apiGateway },
  invocation: {
    usd: 0.000_000_2,
    unit: 'invocation of a function',
    source: lambda,
    basis: 'secondary',
  },
  armSecond: {
    usd: 0.000_013_333_4,
    unit: 'GB-second of a function on ARM',
    source: lambda,
    basis: 'secondary',
  },
  x86Second: {
    usd: 0.000_016_666_7,
    unit: 'GB-second of a function on x86',
    source: lambda,
    basis: 'secondary',
  },
  write: {
    usd: 0.000_000_625,
    unit: 'write unit of DynamoDB, on demand',
    source: dynamodb,
    basis: 'secondary',
  },
  read: {
    usd: 0.000_000_125,
    unit: 'read unit of DynamoDB, on demand',
    source: dynamodb,
    basis: 'secondary',
  },
  dataOut: {
    usd: 0.09,
    unit: 'GB sent to the internet',
    source: 'https://awsforengineers.com/blog/aws-api-gateway-pricing-explained',
    basis: 'secondary',
  },
  wafAcl: { usd: 5, unit: 'web ACL, month', source: waf, basis: 'secondary' },
  wafRule: { usd: 1, unit: 'rule of a web ACL, month', source: waf, basis: 'secondary' },
  wafRequest: {
    usd: 0.000_000_6,
    unit: 'request looked at by a web ACL',
    source: waf,
    basis: 'secondary',
  },
  endpointHour: {
    usd: 0.01,
    unit: 'interface endpoint, zone and hour',
    source: 'https://cloudcostkit.com/calculators/aws-vpc-interface-endpoint-cost-calculator',
    basis: 'secondary',
  },
  endpointData: {
    usd: 0.01,
    unit: 'GB through an interface endpoint',
    source: 'https://aws.amazon.com/privatelink/pricing/',
  },
  natHour: {
    usd: 0.045,
    unit: 'NAT gateway, hour',
    source: 'https://riseofcloud.com/?p=2794',
    basis: 'secondary',
  },
  natData: {
    usd: 0.045,
    unit: 'GB through a NAT gateway',
    source: 'https://riseofcloud.com/?p=2794',
    basis: 'secondary',
  },
  addressHour: {
    usd: 0.005,
    unit: 'public IPv4 address, hour',
    source: 'https://www.doit.com/aws-public-ipv4-price-increase-the-complete-guide/',
    basis: 'secondary',
  },
  secret: {
    usd: 0.4,
    unit: 'secret, month',
    source:
      'https://hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms',
    basis: 'secondary',
  },
  zone: {
    usd: 0.5,
    unit: 'hosted zone, month',
    source: 'https://aws.amazon.com/route53/pricing/',
    basis: 'unread',
  },
  firehose: {
    usd: 0.029,
    unit: 'GB through Firehose',
    source: 'https://aws.amazon.com/firehose/pricing/',
    basis: 'unread',
  },
  storage: {
    usd: 0.023,
    unit: 'GB-month in S3',
    source: 'https://aws.amazon.com/s3/pricing/',
    basis: 'unread',
  },
  key: {
    usd: 1,
    unit: 'KMS key of one’s own, month',
    source: 'https://aws.amazon.com/kms/pricing/',
    basis: 'unread',
  },
} as const satisfies Record<string, Price>

export type PriceName = keyof typeof prices

export const freeDashboards = 3

/** US dollars to the cent; parts are rounded before they are added, so that what is shown adds up. */
export const toCents = (usd: number): number => Math.round(usd * 100) / 100

/** A sum of cents, without what floating point adds of its own. */
export const sumOf = (amounts: readonly number[]): number =>
  amounts.reduce((cents, usd) => cents + Math.round(usd * 100), 0) / 100
