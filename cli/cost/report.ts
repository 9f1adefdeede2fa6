/** All that is told of a gateway's cost: three sums with their parts, and what was assumed. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { type IdleTemplate, idleParts, unpriced } from '../../lib/idle-price.ts'
import { priceDate, priceRegion, sumOf } from '../../lib/prices.ts'
import { countOf } from '../amounts.ts'
import type { Assumptions } from './assumptions.ts'
import { factsOf } from './facts.ts'
import { hasLimits, metricParts, trafficParts } from './traffic.ts'

export function costOf(
  templates: readonly IdleTemplate[],
  config: GatewayConfig,
  assumptions: Assumptions,
) {
  const facts = factsOf(templates)
  const summed = <Part extends { readonly usd: number }>(parts: readonly Part[]) => ({
    parts,
    usd: sumOf(parts.map(({ usd }) => usd)),
  })
  return {
    region: priceRegion,
    date: priceDate,
    idle: summed(idleParts(templates)),
    million: summed(trafficParts(config, facts, assumptions)),
    metrics: summed(metricParts(config, facts, assumptions)),
    unknown: unpriced(templates),
    notes: notesOf(config, assumptions),
  }
}

function notesOf(
  config: GatewayConfig,
  { seconds, kilobytes, rate, routes, models }: Assumptions,
): readonly string[] {
  const teams = Object.keys(config.teams).length
  return [
    `Assumed: ${seconds} s for an answer (--seconds), ${kilobytes} KB each way (--kilobytes), ${rate} requests a`,
    `second while in use (--rate)${hasLimits(config) ? ', each of a team with limits' : ''}. Metrics, at most: of`,
    `${countOf(routes, 'route')} (--routes), ${countOf(models, 'model')} (--models), ${countOf(teams, 'team')}, each in every hour. No free tier but`,
    'three dashboards; other regions differ. docs/watching.md.',
  ]
}
