/** The policies a call passes, outermost first: no route, stream or answer goes round them. */
import type { Chat, Policy } from '../core/contracts.ts'
import { type BudgetParts, budget } from './budget.ts'
import { meter } from './meter.ts'

/**
 * Meter is outermost, so that nothing is unseen, refusals included. Budget is outside of where the
 * call goes, so that one reservation covers all attempts.
 */
const policies = (parts: BudgetParts): readonly Policy[] => [meter, budget(parts)]

/** `innermost` picks a target and asks its provider. */
export const underPolicies = (innermost: Chat, parts: BudgetParts): Chat =>
  policies(parts).reduceRight((next, policy) => policy(next), innermost)
