/** Sees every call and what comes of it; outermost, so that nothing goes unseen. */
import type { Call, Policy, ReplyStream } from '../core/contracts.ts'
import { costNanoUsd } from '../core/cost.ts'
import { asTollgateError, type TollgateError } from '../core/errors.ts'
import type { ReplyEvent } from '../core/reply.ts'
import { termsOf } from '../core/terms.ts'

export const meter: Policy = (next) =>
  async function meter(call) {
    const { record, model, request } = call
    record.set({ model: model.id, stream: request.stream, task: call.task })
    const reply = await next(call)
    return { ...reply, events: watched(reply, call) }
  }

async function* watched(reply: ReplyStream, call: Call): AsyncGenerator<ReplyEvent> {
  let ended = false
  /** What was given up because the caller has gone failed nobody. */
  const failed = (error: TollgateError) =>
    call.signal.aborted ? call.record.set({ outcome: 'abandoned' }) : call.record.fail(error)
  try {
    for await (const event of reply.events) {
      if (event.type === 'reply-end') {
        ended = true
        recordReply(event, reply)
      } else if (event.type === 'reply-error') {
        ended = true
        failed(event.error)
      }
      yield event
    }
  } catch (thrown) {
    ended = true
    failed(asTollgateError(thrown))
    throw thrown
  } finally {
    if (!ended) call.record.set({ outcome: 'abandoned' })
  }
}

function recordReply(
  { stop, usage }: Extract<ReplyEvent, { type: 'reply-end' }>,
  { call, remembered }: ReplyStream,
): void {
  const { record, model, target } = call
  if (remembered) {
    record.set({ outcome: 'ok', stop: stop.reason })
    record.measure({ CostMicroUsd: 0 })
    return
  }
  const cost =
    call.task === 'count' ? 0 : costNanoUsd(usage, model, termsOf(call, target), Date.now())
  record.set({ outcome: 'ok', stop: stop.reason })
  record.measure({
    InputTokens: usage.input,
    OutputTokens: usage.output,
    CacheReadTokens: usage.cacheRead,
    CacheWriteTokens: usage.cacheWrite5m + usage.cacheWrite1h,
    ...(cost !== undefined && { CostMicroUsd: cost / 1_000 }),
  })
}
