/** Sees every call and what comes of it; outermost, so that nothing goes unseen. */
import type { Call, Policy, ReplyStream } from '../core/contracts.ts'
import { costNanoUsd } from '../core/cost.ts'
import { asTollgateError, type TollgateError } from '../core/errors.ts'
import { inputsText, openAnswerText, promptText } from '../core/log-texts.ts'
import type { ReplyEvent } from '../core/reply.ts'
import { termsOf } from '../core/terms.ts'
import { askedOf, toldOf } from './gen-ai.ts'
import { openPace } from './pace.ts'

export const meter: Policy = (next) =>
  async function meter(call) {
    const { record, model, request } = call
    record.set({
      ...{ model: model.id, stream: request.stream, task: call.task },
      ...askedOf(call),
    })
    const coming = next(call)
    if (record.content === 'full') record.set({ prompt: promptOf(call) })
    const reply = await coming
    return { ...reply, events: watched(reply, call) }
  }

const promptOf = (call: Call): string =>
  call.task === 'embed' ? inputsText(call.request.inputs) : promptText(call.request.messages)

async function* watched(reply: ReplyStream, call: Call): AsyncGenerator<ReplyEvent> {
  const { record } = call
  const { arrived } = record
  const pace = call.request.stream && arrived !== undefined ? openPace(arrived) : undefined
  const answer = record.content === 'full' && call.task === 'chat' ? openAnswerText() : undefined
  let ended = false
  /** What was given up because the caller has gone failed nobody. */
  const failed = (error: TollgateError) =>
    call.signal.aborted ? record.set({ outcome: 'abandoned' }) : record.fail(error)
  try {
    for await (const event of reply.events) {
      pace?.see(event)
      answer?.see(event)
      if (event.type === 'reply-end') {
        ended = true
        recordReply(event, reply)
        if (pace !== undefined) record.measure(pace.measured(reply, event.usage))
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
    if (!ended) record.set({ outcome: 'abandoned' })
    if (pace !== undefined) record.measure(pace.begun())
    if (answer !== undefined) record.set({ answer: answer.text() })
  }
}

function recordReply(
  { stop, usage }: Extract<ReplyEvent, { type: 'reply-end' }>,
  { call, remembered }: ReplyStream,
): void {
  const { record, model, target } = call
  record.set({ outcome: 'ok', stop: stop.reason, ...toldOf(call, stop, usage) })
  if (remembered) {
    record.measure({ CostMicroUsd: 0 })
    return
  }
  const cost =
    call.task === 'count' ? 0 : costNanoUsd(usage, model, termsOf(call, target), Date.now())
  record.measure({
    InputTokens: usage.input,
    OutputTokens: usage.output,
    CacheReadTokens: usage.cacheRead,
    CacheWriteTokens: usage.cacheWrite5m + usage.cacheWrite1h,
    ...(cost !== undefined && { CostMicroUsd: cost / 1_000 }),
  })
}
