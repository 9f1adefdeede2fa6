/** The policies a call passes, outermost first: no route, stream or answer goes round them. */
import { openCache } from '../cache/store.ts'
import type { Chat, Policy } from '../core/contracts.ts'
import type { CacheConfig } from '../core/rules-config.ts'
import type { OfOperator } from '../transform/model-call.ts'
import { type BudgetParts, budget } from './budget.ts'
import { cache } from './cache.ts'
import { decorate } from './decorate.ts'
import { guard } from './guard.ts'
import { guardrail } from './guardrail.ts'
import { meter } from './meter.ts'
import { template } from './template.ts'
import { transform } from './transform.ts'

/** Without `cache`, nothing is remembered. `ofOperator`: where the models of transformers are asked. */
export type PolicyParts = BudgetParts & {
  readonly cache?: CacheConfig | undefined
  readonly ofOperator: OfOperator
}

/**
 * Meter is outermost, so that nothing is unseen, refusals included. Transformers see what a caller
 * wrote before all others, and an answer after all others. What an operator adds comes
 * before the guard, which sees what the model will see; the guard before the cache, so that a rule
 * tightened today covers what was remembered yesterday; the cache before the budget, since what is
 * remembered costs nothing. Budget is outside of where the call goes, so that one reservation covers
 * all attempts.
 */
const outer = (parts: PolicyParts, chat: Chat): readonly Policy[] => [
  meter,
  transform({ ...parts, chat }),
  template,
  guardrail,
  decorate,
]

const inner = (parts: PolicyParts): readonly Policy[] => [
  guard,
  ...remembering(parts),
  budget(parts),
]

function remembering(parts: PolicyParts): readonly Policy[] {
  const opened = openCache(parts.cache)
  return opened === undefined ? [] : [cache({ ...parts, cache: opened })]
}

/** `innermost` picks a target and asks its provider. What a transformer asks is guarded and paid as well. */
export function underPolicies(innermost: Chat, parts: PolicyParts): Chat {
  const chat = within(inner(parts), innermost)
  return within(outer(parts, chat), chat)
}

const within = (policies: readonly Policy[], innermost: Chat): Chat =>
  policies.reduceRight((next, policy) => policy(next), innermost)
