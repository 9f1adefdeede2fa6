/** Carries a call to Amazon Bedrock and its answer back: one attempt, with its own deadline. */
import type { Provider, TargetedCall } from '../core/contracts.ts'
import { failure, isUnbilled, type Send } from './attempt.ts'
import { streamedChat, wholeChat } from './bedrock-chat.ts'
import { tokenCount } from './bedrock-count.ts'
import { embeddings } from './bedrock-embeddings.ts'
import { upstreamName } from './bedrock-errors.ts'
import { openDeadline } from './deadline.ts'

type Prepared = { readonly send: Send; readonly streams: boolean }

/** Headers of a stream come once the prompt is read; those of a whole answer once it is written. */
const firstByteMs = { stream: 60_000, whole: 290_000 }
const idleMs = 60_000
/** Kept back from the function's own time, to end the answer properly. */
const settleMs = 1_500

export const bedrock: Provider = async (call) => {
  const { target, remaining, attempted } = call
  const { send, streams } = prepared(call)
  const totalMs = remaining() - settleMs
  const patience = { firstByteMs: firstByteMs[streams ? 'stream' : 'whole'], idleMs, totalMs }
  const deadline = openDeadline(patience, call.signal)
  const started = performance.now()
  const tell = (outcome: string) =>
    attempted({ region: target.region, outcome, ms: performance.now() - started })
  try {
    const events = await send(deadline)
    tell('ok')
    return { target, events }
  } catch (thrown) {
    const billed = isUnbilled(thrown, deadline) ? undefined : 'unknown'
    deadline.abandon()
    const error = failure(thrown, call, deadline)
    error.billed ??= billed
    tell(upstreamName(error))
    throw error
  }
}

/** A body is built anew for each attempt, before its clock starts: what is wrong with it is no attempt. */
function prepared(call: TargetedCall): Prepared {
  if (call.task === 'embed') return { send: embeddings(call), streams: false }
  if (call.task === 'count') return { send: tokenCount(call), streams: false }
  const { model, request, native } = call
  if (request.stream && (model.accepts.streaming || native !== undefined)) {
    return { send: streamedChat(call), streams: true }
  }
  if (request.stream) {
    call.notice(`stream: ${model.name} answers whole; its answer is sent as one piece`)
  }
  return { send: wholeChat(call), streams: false }
}
