/** The policies a call passes, outermost first: no route, stream or answer goes round them. */
import { openCache } from '../cache/store.ts'
import type { Chat, Policy } from '../core/contracts.ts'
import type { CacheConfig } from '../core/rules-config.ts'
import { type BudgetParts, budget } from './budget.ts'
import { cache } from './cache.ts'
import { decorate } from './decorate.ts'
import { guard } from './guard.ts'
import { meter } from './meter.ts'
import { template } from './template.ts'

/** Without `cache`, nothing is remembered. */
export type PolicyParts = BudgetParts & { readonly cache?: CacheConfig | undefined }

/**
 * Meter is outermost, so that nothing is unseen, refusals included. What an operator adds comes
 * before the guard, which sees what the model will see; the guard before the cache, so that a rule
 * tightened today covers what was remembered yesterday; the cache before the budget, since what is
 * remembered costs nothing. Budget is outside of where the call goes, so that one reservation covers
 * all attempts.
 */
const policies = (parts: PolicyParts): readonly Policy[] => [
  meter,
  template,
  decorate,
  guard,
  ...remembering(parts),
  budget(parts),
]

function remembering(parts: PolicyParts): readonly Policy[] {
  const opened = openCache(parts.cache)
  return opened === undefined ? [] : [cache({ ...parts, cache: opened })]
}

/** `innermost` picks a target and asks its provider. */
export const underPolicies = (innermost: Chat, parts: PolicyParts): Chat =>
  policies(parts).reduceRight((next, policy) => policy(next), innermost)
