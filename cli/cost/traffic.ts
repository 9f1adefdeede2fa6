/** What a million requests cost, part by part, and what metrics cost while there are any. */
import type { GatewayConfig, Plan } from '../../lambda/core/config.ts'
import { writesPerRequest } from '../../lambda/history/history.ts'
import { type PriceName, prices, toCents } from '../../lib/prices.ts'
import type { Assumptions } from './assumptions.ts'
import type { Facts, FunctionFacts } from './facts.ts'
import { accessLineBytes, lineBytes, platformBytes } from './log-bytes.ts'
import { methodMetrics, ownSeries, teamsWithMetrics } from './metric-series.ts'

export type Part = {
  readonly part: string
  /** Of what is billed. */
  readonly units: number
  readonly unit: string
  /** US dollars, to the cent. */
  readonly usd: number
}

const million = 1_000_000
const gigabyte = 1024 ** 3

/** A key is looked up in the environment's own memory, or asked of API Gateway. Seconds. */
export const authorizerSeconds = 0.02

/**
 * Write units of a call: two writes to an item of two kilobytes; two more with limits of all teams.
 * docs/budgets.md has what was measured.
 */
export const ledgerUnits = 4

/** A look for a remembered answer is an eventually consistent read of up to 4 KB; a new one is written. */
const cacheReadUnits = 0.5

/** Lines of JSON are about so much smaller by gzip. */
const packing = 8

const limited = ({ limits = [], quota, maxParallel }: Plan): boolean =>
  limits.length > 0 || quota !== undefined || maxParallel !== undefined

/** Whether a team's calls are held in the ledger. */
export const hasLimits = ({ plans, teams, organisation }: GatewayConfig): boolean =>
  organisation !== undefined || Object.values(teams).some(({ plan }) => limited(plans[plan] ?? {}))

/** X-Ray takes the first request of each second and one in twenty of the others. AWS, "Configuring sampling rules". */
export const tracedShare = (rate: number): number =>
  rate <= 1 ? 1 : (1 + 0.05 * (rate - 1)) / rate

export function trafficParts(
  config: GatewayConfig,
  facts: Facts,
  { seconds, kilobytes, rate }: Assumptions,
): readonly Part[] {
  const { gateway, authorizer } = facts
  const carried = (kilobytes * 1024 * million) / gigabyte
  const bytes = lineBytes(config) + accessLineBytes() + platformBytes * (authorizer ? 2 : 1)
  const logged = (bytes * million) / gigabyte
  const archived = (lineBytes(config) * million) / gigabyte
  const parts: readonly (Part | undefined)[] = [
    part('API Gateway: requests', 'request', million),
    part('Gateway function: invocations', 'invocation', million),
    time('Gateway function: time', gateway, seconds),
    authorizer && part('Authorizer function: invocations', 'invocation', million),
    authorizer && time('Authorizer function: time', authorizer, authorizerSeconds),
    when(hasLimits(config), () =>
      part('Ledger: writes for a team', 'write', ledgerUnits * million),
    ),
    when(config.organisation !== undefined, () =>
      part('Ledger: writes for all teams', 'write', ledgerUnits * million),
    ),
    when(config.monitoring?.history !== false, () =>
      part('History: writes', 'write', writesPerRequest * million),
    ),
    when(config.cache !== undefined, () => part('Cache: reads', 'read', cacheReadUnits * million)),
    when(config.cache !== undefined, () =>
      part('Cache: writes', 'write', Math.max(1, Math.ceil(kilobytes)) * million),
    ),
    part('Logs', 'logs', logged),
    when(facts.archived, () => part('Archive: lines brought there', 'firehose', archived)),
    when(facts.archived, () => part('Archive: kept for a month', 'storage', archived / packing)),
    when(facts.traced, () => part('Traces', 'trace', tracedShare(rate) * million)),
    when(facts.webAcl, () => part('Web ACL', 'wafRequest', million)),
    when(facts.endpoints, () => part('VPC endpoints: data', 'endpointData', 2 * carried)),
    when(facts.nat, () => part('NAT gateway: data', 'natData', 2 * carried)),
    when(!facts.isPrivate, () => part('Answers to the internet', 'dataOut', carried)),
  ]
  return parts.filter((each) => each !== undefined)
}

/** A month's, however many requests there are. */
export function metricParts(
  config: GatewayConfig,
  facts: Facts,
  assumptions: Assumptions,
): readonly Part[] {
  return [
    part('Tollgate’s metrics', 'metric', ownSeries(config, assumptions)),
    ...(facts.methodMetrics
      ? [part('API Gateway’s, by method', 'metric', methodMetrics * assumptions.routes)]
      : []),
    ...(facts.queryAlarms > 0
      ? [
          part(
            'Alarms that look at each team',
            'alarm',
            facts.queryAlarms * teamsWithMetrics(config),
          ),
        ]
      : []),
  ]
}

const when = <Value>(is: boolean, make: () => Value): Value | undefined => (is ? make() : undefined)

/** How much there is of it, in words of a table. */
const units: Readonly<Partial<Record<PriceName, string>>> = {
  request: '',
  invocation: '',
  wafRequest: '',
  armSecond: 'GB-seconds',
  x86Second: 'GB-seconds',
  write: 'write units',
  read: 'read units',
  trace: 'traces',
  metric: '',
  alarm: '',
}

const part = (name: string, price: PriceName, count: number): Part => ({
  part: name,
  units: count,
  unit: units[price] ?? 'GB',
  usd: toCents(count * prices[price].usd),
})

const time = (name: string, { memory, arm }: FunctionFacts, seconds: number): Part =>
  part(name, arm ? 'armSecond' : 'x86Second', memory * seconds * million)
