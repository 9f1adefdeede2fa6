/** Bedrock's quotas of the configured models, beside what all plans allow together. */
import type { GatewayConfig, Throttle } from '../../lambda/core/config.ts'
import type { BedrockTarget } from '../../lambda/core/contracts.ts'
import { withoutProfile } from '../../lambda/models/profiles.ts'
import { homeRegion } from '../../lib/gateway-config.ts'
import { grouped } from '../amounts.ts'
import type { Ask } from './ask.ts'
import { type Check, type Finding, note, ok, toldBy } from './finding.ts'
import { waysOf } from './ways.ts'

type QuotaRow = { readonly QuotaName?: string; readonly Value?: number }

/** Bedrock has some thousand; a page has a hundred. */
const mostPages = 40

async function quotasIn(ask: Ask, region: string): Promise<readonly QuotaRow[]> {
  const rows: QuotaRow[] = []
  let NextToken: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const body = { ServiceCode: 'bedrock', MaxResults: 100, ...(NextToken && { NextToken }) }
    const json = { target: 'ServiceQuotasV20190624.ListServiceQuotas', body }
    const answer = JSON.parse(await ask({ service: 'servicequotas', region, json }))
    rows.push(...(answer.Quotas ?? []))
    NextToken = answer.NextToken
    if (NextToken === undefined) break
  }
  return rows
}

/** What API Gateway lets all callers together send where the configuration says nothing. */
const wholeThrottle: Throttle = { rate: 500, burst: 1000 }

/** Requests a minute that all teams together may send. */
export function allowedTogether({ plans, teams, throttle = wholeThrottle }: GatewayConfig): number {
  const rates = Object.values(teams).map(({ plan }) => plans[plan]?.throttle?.rate ?? throttle.rate)
  return Math.round(
    60 *
      Math.min(
        throttle.rate,
        rates.reduce((sum, rate) => sum + rate, 0),
      ),
  )
}

/** `Cross-Region InvokeModel requests per minute for Anthropic Claude Haiku 4.5`. */
const quotaName = /^(.*)\b(requests|tokens) per minute for (.+)$/i

const bare = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^(anthropic|amazon|meta|mistral ai|mistral|openai|cohere|deepseek|qwen) /, '')
    .replace(/ (instruct|v\d+(:\d+)?)\b/g, '')
    .replace(/[^a-z0-9]/g, '')

function kindOf(modelId: string): RegExp {
  const { scope } = withoutProfile(modelId)
  if (scope === undefined) return /^on-demand/i
  return scope === 'global' ? /^global cross-region/i : /^cross-region/i
}

export function quotaOf(
  rows: readonly QuotaRow[],
  { modelId, model }: BedrockTarget,
  measure: 'requests' | 'tokens',
): number | undefined {
  const [row] = rows.filter(({ QuotaName = '' }) => {
    const [, kind = '', counted = '', name = ''] = quotaName.exec(QuotaName) ?? []
    return counted === measure && kindOf(modelId).test(kind) && bare(name) === bare(model.name)
  })
  return row?.Value
}

export const quotas: Check = {
  name: 'quotas',
  async run({ config, ask }) {
    const ways = waysOf(config)
    const regions = [...new Set(ways.map(({ target }) => target.region))]
    const allowed = allowedTogether(config)
    let byRegion: ReadonlyMap<string, readonly QuotaRow[]>
    try {
      const rows = regions.map(async (name) => [name, await quotasIn(ask, name)] as const)
      byRegion = new Map(await Promise.all(rows))
    } catch (thrown) {
      const right = 'let these credentials call servicequotas:ListServiceQuotas'
      return [note(`not looked at: ${toldBy(thrown)}`, right)]
    }
    const findings = ways.flatMap(({ alias, target }): readonly Finding[] => {
      const rows = byRegion.get(target.region) ?? []
      const requests = quotaOf(rows, target, 'requests')
      const tokens = quotaOf(rows, target, 'tokens')
      const parts = [
        requests === undefined ? [] : `${grouped(requests)} requests`,
        tokens === undefined ? [] : `${grouped(tokens)} tokens`,
      ].flat()
      if (parts.length === 0) return []
      const says = `${alias} in ${target.region}: ${parts.join(' and ')} a minute; plans allow ${grouped(allowed)} requests`
      if (requests === undefined || requests >= allowed) return [ok(says)]
      return [note(says, 'more are throttled and tried elsewhere; Service Quotas may raise it')]
    })
    if (findings.length > 0) return findings
    return [note(`Service Quotas in ${homeRegion(config)} names none of these models`)]
  },
}
