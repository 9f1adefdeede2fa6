/** The policies a call passes, outermost first: no route, stream or answer goes round them. */
import type { Chat, Policy } from '../core/contracts.ts'
import { meter } from './meter.ts'

/** Meter is outermost, so that nothing is unseen, refusals included. */
const policies: readonly Policy[] = [meter]

/** `innermost` picks a target and asks its provider. */
export const underPolicies = (innermost: Chat): Chat =>
  policies.reduceRight((next, policy) => policy(next), innermost)
