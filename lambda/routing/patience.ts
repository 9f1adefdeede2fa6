/** How long an attempt may take, within what is left of the function's own time. */
import type { TargetedCall } from '../core/contracts.ts'
import type { Timeouts } from '../core/routes-config.ts'
import type { Patience } from './deadline.ts'

/** Kept back from the function's own time: what settles, and a second before the platform would cut. */
const keptBackMs = 2_500

/** API Gateway cuts a connection on which nothing was said for 300 seconds. */
const wholeAnswerMs = 290_000

/** Less than this is not worth another attempt. */
const leastMs = 100

/** Where another target is left to ask, the first is not waited for as long. */
const firstByteMs = { last: 60_000, another: 30_000 }
/** A whole answer says nothing until it is written. */
const wholeMs = { last: wholeAnswerMs, another: 120_000 }
const idleMs = 60_000

export type Attempting = {
  readonly call: TargetedCall
  readonly streams: boolean
  /** Since the call came, by now. */
  readonly passedMs: number
  readonly anotherLeft: boolean
}

/** `undefined` where no time is left for an attempt. */
export function patienceFor(
  { call, streams, passedMs, anotherLeft }: Attempting,
  timeouts: Timeouts = {},
): Patience | undefined {
  const left = call.remaining() - keptBackMs
  const totalMs = streams ? left : Math.min(left, wholeAnswerMs - passedMs)
  if (totalMs < leastMs) return undefined
  const which = anotherLeft ? 'another' : 'last'
  const usual = streams ? firstByte(which, timeouts) : wholeMs[which]
  return {
    firstByteMs: call.timeoutMs ?? usual,
    idleMs: timeouts.idleMs ?? idleMs,
    totalMs,
  }
}

/** What the operator allows holds for the last; it never makes who stands behind wait longer. */
function firstByte(which: 'last' | 'another', timeouts: Timeouts): number {
  const own = timeouts.firstByteMs ?? firstByteMs.last
  return which === 'last' ? own : Math.min(own, firstByteMs.another)
}

/** As the target is asked: a model may only answer whole, and count or embed always does. */
export const isStreamed = (call: TargetedCall): boolean =>
  call.task === 'chat' &&
  call.request.stream &&
  (call.model.accepts.streaming || call.native !== undefined)
