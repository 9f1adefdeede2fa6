/** What networks and names of a right form may still have wrong: what is missing, or excludes another. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import { addressRange } from './address-ranges.ts'
import { problem } from './checks.ts'
import { hasAddress, regionEntries } from './reach.ts'

export const networkProblems = (config: GatewayConfig): readonly string[] => [
  ...furtherRegionProblems(config),
  ...rangeProblems(config),
  ...endpointProblems(config),
  ...domainProblems(config),
  ...originProblems(config),
]

/** The way from a VPC of the operator's to another region is the operator's too. */
function furtherRegionProblems(config: GatewayConfig): readonly string[] {
  const { network } = config
  if (network === undefined || network.vpc === 'new') return []
  return regionEntries(config).flatMap((entry, index) => {
    if (index === 0 || hasAddress(entry)) return []
    const needs = `needs the name of an endpoint for bedrock-runtime in ${entry.region} that ${network.vpc} reaches; vpc: 'new' makes and joins one`
    return [problem(`regions[${index}].vpcEndpoint`, entry.vpcEndpoint, needs)]
  })
}

function rangeProblems(config: GatewayConfig): readonly string[] {
  if (config.network?.vpc !== 'new') return []
  return regionEntries(config).flatMap((entry, index) => {
    const made = index === 0 || !hasAddress(entry)
    if (!made || addressRange(entry.region) !== undefined) return []
    const needs =
      index === 0 ? 'needs a VPC of your own in network.vpc' : 'needs vpcEndpoint beside it'
    return [problem(`regions[${index}]`, entry.region, `where no VPC can be made; ${needs}`)]
  })
}

function endpointProblems({ network }: GatewayConfig): readonly string[] {
  if (network?.vpc !== 'new' || network.endpoints === undefined) return []
  const needs = 'needs to be left out: a new VPC has no endpoints yet'
  return [problem('network.endpoints', network.endpoints, needs)]
}

function domainProblems(config: GatewayConfig): readonly string[] {
  const { domain, network } = config
  if (domain === undefined) return []
  const home = regionEntries(config)[0]?.region
  const { certificateArn } = domain
  const elsewhere = certificateArn.split(':')[3] !== home
  const needsHome = `needs a certificate in ${home}, where the gateway is`
  const needsPublic = 'needs a public API: API Gateway gives no such name to a private one'
  return [
    ...(elsewhere ? [problem('domain.certificateArn', certificateArn, needsHome)] : []),
    ...(network?.privateApi === true ? [problem('domain.name', domain.name, needsPublic)] : []),
  ]
}

function originProblems({ cors }: GatewayConfig): readonly string[] {
  const origins = cors?.origins ?? []
  if (!origins.includes('*') || origins.length === 1) return []
  return [problem('cors.origins', origins, "needs '*' alone, or the origins that are meant")]
}
