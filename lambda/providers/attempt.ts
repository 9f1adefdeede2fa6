/** One attempt at a provider: how it is sent, and what its failure means. */
import type { BedrockTarget, Deadline, TargetedCall } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import type { ReplyEvent } from '../core/reply.ts'
import { BedrockException } from './bedrock-endpoint.ts'
import { fromBedrock } from './bedrock-errors.ts'

/** Resolves once the answer, or the first event of a stream, is in hand. */
export type Send = (deadline: Deadline) => Promise<AsyncIterable<ReplyEvent>>

/** What a deadline cut off looks like a broken connection, and is not. */
export function failure(
  thrown: unknown,
  call: TargetedCall<BedrockTarget>,
  deadline: Deadline,
): TollgateError {
  if (thrown instanceof TollgateError) return thrown
  if (!deadline.passed()) return fromBedrock(thrown, call)
  const late = Object.assign(new Error('The deadline passed.'), { name: 'TimeoutError' })
  return fromBedrock(late, call)
}

/** Bedrock said no, or was never reached; what we gave up ourselves may be billed. */
export const isUnbilled = (thrown: unknown, { signal }: Deadline): boolean =>
  thrown instanceof BedrockException ||
  (thrown instanceof Error && 'unanswered' in thrown && !signal.aborted)
