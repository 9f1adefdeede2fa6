/** The form of rules; each kind has its own file, and all of them hold for everybody, a team or an alias. */
import { cacheFields } from './cache-form.ts'
import type { Check } from './checks.ts'
import { guardFields } from './guard-form.ts'
import { guardrailFields } from './guardrail-form.ts'
import { decorateFields, templateFields } from './template-form.ts'
import { transformFields } from './transform-form.ts'

/** Fields of the gateway, of a team, and of an alias with targets. */
export const rulesFields: Readonly<Record<string, Check>> = {
  ...guardFields,
  ...decorateFields,
  ...transformFields,
  ...guardrailFields,
}

/** Fields of the gateway alone. */
export const gatewayRulesFields: Readonly<Record<string, Check>> = {
  ...cacheFields,
  ...templateFields,
}
