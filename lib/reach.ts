/** Whom the functions call: services of AWS by their endpoints, and who is outside of AWS. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { EndpointName } from '../lambda/core/network-config.ts'
import type { RegionConfig } from '../lambda/core/routes-config.ts'
import { jwtOf } from '../lambda/sign-in/jwt-config.ts'
import { accountsOf } from './account-role.ts'
import { secretsOf } from './gateway-config.ts'

export type Reach = {
  readonly services: readonly EndpointName[]
  /** Somebody has a public address, so the way out leads through NAT. */
  readonly outside: boolean
  /** TCP ports, 443 first. */
  readonly ports: readonly number[]
}

export function reachOf(config: GatewayConfig): Reach {
  const urls = addresses(config).flatMap((text) => URL.parse(text) ?? [])
  return {
    services: services(config),
    outside: urls.some(({ hostname }) => !isInside(hostname)),
    ports: [...new Set([443, ...urls.map(portOf)])],
  }
}

export const regionEntries = ({ regions }: GatewayConfig): readonly RegionConfig[] =>
  regions.map((each) => (typeof each === 'string' ? { region: each } : each))

/** The operator says himself where this region's Bedrock answers. */
export const hasAddress = ({ endpoint, vpcEndpoint }: RegionConfig): boolean =>
  endpoint !== undefined || vpcEndpoint !== undefined

/** Further regions, for which a VPC with an endpoint is made and peered. */
export const peeredRegions = (config: GatewayConfig): readonly string[] =>
  config.network?.vpc === 'new'
    ? regionEntries(config)
        .slice(1)
        .filter((each) => !hasAddress(each))
        .map(({ region }) => region)
    : []

function services(config: GatewayConfig): readonly EndpointName[] {
  const [home] = regionEntries(config)
  const used: Readonly<Record<EndpointName, boolean>> = {
    'bedrock-runtime': home !== undefined && !hasAddress(home),
    dynamodb: true,
    events: true,
    /** AWS does not say whether Lambda sends a function's traces by its VPC; if so, they need a way. */
    xray: true,
    sts: accountsOf(config).length > 0,
    secretsmanager: secretsOf(config).length > 0 || jwtOf(config) !== undefined,
    'execute-api': config.network?.privateApi === true,
  }
  return (Object.keys(used) as EndpointName[]).filter((name) => used[name])
}

const ownAddress: Readonly<Record<string, string>> = {
  anthropic: 'https://api.anthropic.com',
  cohere: 'https://api.cohere.com',
}

/** Of all who are called by another address than AWS's own of a service. */
function addresses(config: GatewayConfig): readonly string[] {
  const providers = Object.values(config.providers ?? {})
  const issuer = jwtOf(config)?.issuer
  return [
    ...providers.map(({ type, url }) => url ?? ownAddress[type] ?? ''),
    ...(config.cloudflare === undefined ? [] : ['https://gateway.ai.cloudflare.com']),
    ...(issuer === undefined ? [] : [issuer]),
    ...regionEntries(config).flatMap(({ endpoint }) => endpoint ?? []),
  ]
}

/** RFC 1918 and loopback, and names that lead nowhere else. */
const inside =
  /^(10|127|192\.168|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$|^localhost$|\.internal$|\.vpce\.amazonaws\.com$|^internal-.*\.elb\.amazonaws\.com$/

const isInside = (hostname: string): boolean => inside.test(hostname)

const portOf = ({ port, protocol }: URL): number =>
  port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port)
