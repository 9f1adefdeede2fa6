/** One attempt at a provider: how it is sent, and what its failure means. */
import type { TargetedCall } from '../core/contracts.ts'
import type { TollgateError } from '../core/errors.ts'
import type { ReplyEvent } from '../core/reply.ts'
import { fromBedrock } from './bedrock-errors.ts'
import type { Deadline } from './deadline.ts'

/** Resolves once the answer, or the first event of a stream, is in hand. */
export type Send = (deadline: Deadline) => Promise<AsyncIterable<ReplyEvent>>

/** What a deadline cut off looks like a broken connection, and is not. */
export function failure(thrown: unknown, call: TargetedCall, deadline: Deadline): TollgateError {
  if (!deadline.passed()) return fromBedrock(thrown, call)
  const late = Object.assign(new Error('The deadline passed.'), { name: 'TimeoutError' })
  return fromBedrock(late, call)
}
