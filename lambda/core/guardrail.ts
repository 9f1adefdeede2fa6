/** Which guardrail of Amazon Bedrock's holds for a call, and what it is called where the call is asked. */
import type { Call, Target } from './contracts.ts'
import type { GuardrailConfig, Rules } from './rules-config.ts'

/** As one region knows it. */
export type RegionalGuardrail = {
  /** An id or an ARN. */
  readonly id: string
  readonly version: string
  readonly trace: NonNullable<GuardrailConfig['trace']>
}

/** Rules are everybody's, a team's, an alias's, in this order. */
export const guardrailOf = (rules: readonly Rules[]): GuardrailConfig | undefined =>
  rules.findLast(({ guardrail }) => guardrail !== undefined)?.guardrail

/**
 * What a call may not be asked without. CountTokens takes no guardrail, and generates nothing; models
 * that make vectors have none (AWS, "Supported Regions and models for Amazon Bedrock Guardrails").
 */
export const guardrailFor = ({ task, rules }: Pick<Call, 'task' | 'rules'>) =>
  task === 'chat' ? guardrailOf(rules) : undefined

/** `undefined` where it cannot be asked for: at another provider, in another account or region. */
export function guardrailAt(
  { id, version, trace = 'disabled' }: GuardrailConfig,
  target: Target,
): RegionalGuardrail | undefined {
  if (target.type !== 'bedrock' || target.role !== undefined) return undefined
  const there = idIn(id, target.region)
  return there === undefined ? undefined : { id: there, version: String(version), trace }
}

function idIn(id: GuardrailConfig['id'], region: string): string | undefined {
  const there = typeof id === 'string' ? id : Object.hasOwn(id, region) ? id[region] : undefined
  const where = there?.startsWith('arn:') ? there.split(':')[3] : region
  return where === region ? there : undefined
}
