/** The form of networks and names: `network`, `waf`, `domain` and `cors`. */
import type { EndpointName } from '../lambda/core/network-config.ts'
import { type Check, fields, flag, list, matching, such } from './checks.ts'

const vpc = matching(
  /^(new|vpc-[0-9a-f]{8,17})$/,
  'new, or the id of a VPC, such as vpc-0123456789abcdef0',
)

const endpointId = matching(
  /^vpce-[0-9a-f]{8,17}$/,
  'the id of an endpoint, such as vpce-0123456789abcdef0',
)

const endpoints: Readonly<Record<EndpointName, Check>> = {
  'bedrock-runtime': endpointId,
  dynamodb: endpointId,
  events: endpointId,
  'execute-api': endpointId,
  secretsmanager: endpointId,
  sts: endpointId,
  xray: endpointId,
}

const domainName = matching(
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
  'a domain name in small letters, such as models.example.com',
)

const certificateArn = matching(
  /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/,
  'the ARN of a certificate, such as arn:aws:acm:us-east-1:123456789012:certificate/ID',
)

/** As browsers send it: small letters, no path, no port that is the scheme's own. */
const origin = such(
  "'*', or an origin without a path, such as https://chat.example.com",
  (value) => value === '*' || (typeof value === 'string' && isOrigin(value)),
)

function isOrigin(text: string): boolean {
  if (!/^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+(:\d{1,5})?$/.test(text)) return false
  const url = URL.parse(text)
  return url !== null && (url.origin === 'null' || url.origin === text)
}

export const networkFields: Readonly<Record<string, Check>> = {
  network: fields({ vpc }, { privateApi: flag, endpoints: fields({}, endpoints) }),
  waf: flag,
  domain: fields({ name: domainName, certificateArn }),
  cors: fields({ origins: list(origin, 1) }),
}
