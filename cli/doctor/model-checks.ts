/** Checks of Bedrock: access to each model in each region, guardrails, quotas. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { GuardrailConfig } from '../../lambda/core/rules-config.ts'
import { openGate } from '../../lambda/ledger/gate.ts'
import { withoutProfile } from '../../lambda/models/profiles.ts'
import { regionNames } from '../../lib/gateway-config.ts'
import { countOf } from '../amounts.ts'
import type { Ask } from './ask.ts'
import { type Check, type Finding, ok, skipped, toldBy, wrong } from './finding.ts'
import { quotas } from './quotas.ts'
import { type Way, waysOf } from './ways.ts'

/** Asked of AWS at once. */
const mostAtOnce = 8

type Availability = {
  readonly agreementAvailability?: { readonly status?: string }
  readonly authorizationStatus?: string
  readonly entitlementAvailability?: string
  readonly regionAvailability?: string
}

const access: Check = {
  name: 'model access',
  async run({ config, ask }) {
    const ways = waysOf(config)
    if (ways.length === 0) return [skipped('no alias leads to Bedrock in this account')]
    const inTurn = openGate(mostAtOnce)
    const found = await Promise.all(ways.map((way) => inTurn(() => lackOf(way, ask))))
    const lacks = found.filter((finding) => finding !== undefined)
    if (lacks.length > 0) return lacks
    const models = new Set(ways.map(({ target }) => target.model.id)).size
    const regions = [...new Set(ways.map(({ target }) => target.region))]
    return [ok(`${countOf(models, 'model')}, in ${regions.join(' and ')}`)]
  },
}

/** AWS, GetFoundationModelAvailability: four answers, the first of which that says no is told. */
async function lackOf({ alias, target }: Way, ask: Ask): Promise<Finding | undefined> {
  const { region, model, modelId } = target
  const { id } = withoutProfile(modelId)
  const who = `${alias} in ${region}: ${model.name}`
  const path = `/foundation-model-availability/${encodeURIComponent(id)}`
  const page = `the model catalogue of the Bedrock console in ${region}`
  let answer: Availability
  try {
    answer = JSON.parse(await ask({ service: 'bedrock', region, path }))
  } catch (thrown) {
    if ((thrown as Error).name === 'ResourceNotFoundException') return unknownThere(who)
    return wrong(
      `${who}: ${toldBy(thrown)}`,
      'let these credentials call bedrock:GetFoundationModelAvailability',
    )
  }
  const { regionAvailability, entitlementAvailability, authorizationStatus } = answer
  const agreement = answer.agreementAvailability?.status
  if (regionAvailability === 'NOT_AVAILABLE') return unknownThere(who)
  if (agreement !== undefined && agreement !== 'AVAILABLE') {
    const create = `aws bedrock create-foundation-model-agreement --model-id ${id} --region ${region}`
    return wrong(
      `${who}: its agreement is ${agreement === 'PENDING' ? 'still pending' : 'not accepted'}`,
      agreement === 'PENDING' ? 'wait a few minutes' : `open it in ${page}, or ${create}`,
    )
  }
  if (entitlementAvailability === 'NOT_AVAILABLE') {
    const useCase = 'Anthropic’s models ask once for a use case'
    return wrong(`${who}: the account has no access`, `open it in ${page}; ${useCase}`)
  }
  if (authorizationStatus === 'NOT_AUTHORIZED') {
    const policies = 'look for a policy of the organisation that denies bedrock:InvokeModel'
    return wrong(`${who}: the account may not invoke it`, policies)
  }
  return undefined
}

const unknownThere = (who: string): Finding =>
  wrong(
    `${who} is not offered there`,
    'take the region out of regions, or give the alias targets with a region each',
  )

type Named = { readonly path: string; readonly guardrail: GuardrailConfig }

function guardrailsOf({ guardrail, teams, models }: GatewayConfig): readonly Named[] {
  const rows = Object.entries(models).flatMap(([alias, row]) =>
    typeof row === 'object' && 'targets' in row ? [[`models.${alias}`, row] as const] : [],
  )
  const all = [
    ['', { guardrail }] as const,
    ...Object.entries(teams).map(([name, team]) => [`teams.${name}`, team] as const),
    ...rows,
  ]
  return all.flatMap(([owner, rules]) =>
    rules.guardrail === undefined
      ? []
      : [{ path: owner === '' ? 'guardrail' : `${owner}.guardrail`, guardrail: rules.guardrail }],
  )
}

const guardrails: Check = {
  name: 'guardrails',
  async run({ config, ask }) {
    const named = guardrailsOf(config).flatMap(({ path, guardrail: { id, version } }) =>
      typeof id === 'string'
        ? regionNames(config).map((region) => ({ path, id, version, region }))
        : Object.entries(id).map(([region, each]) => ({ path, id: each, version, region })),
    )
    if (named.length === 0) return [skipped('none is configured')]
    const found = await Promise.all(
      named.map(async ({ path, id, version, region }): Promise<Finding | undefined> => {
        const what = `${path}: ${id}, version ${version}, in ${region}`
        const asked = {
          path: `/guardrails/${encodeURIComponent(id)}`,
          query: { guardrailVersion: String(version) },
        }
        try {
          const { status } = JSON.parse(await ask({ service: 'bedrock', region, ...asked }))
          return status === 'READY'
            ? undefined
            : wrong(`${what} is ${status}`, 'wait, or look at it in the Bedrock console')
        } catch (thrown) {
          const missing = (thrown as Error).name === 'ResourceNotFoundException'
          return missing
            ? wrong(`${what} is not there`, `aws bedrock list-guardrails --region ${region}`)
            : wrong(`${what}: ${toldBy(thrown)}`, 'let these credentials call bedrock:GetGuardrail')
        }
      }),
    )
    const amiss = found.filter((finding) => finding !== undefined)
    return amiss.length > 0 ? amiss : [ok(`${countOf(named.length, 'guardrail')} ready`)]
  },
}

export const modelChecks: readonly Check[] = [access, guardrails, quotas]
