/** Asks Bedrock for the answer to a conversation, whole or as a stream. */

import type { BedrockTarget, Deadline, TargetedChat } from '../core/contracts.ts'
import { withPrompt } from '../core/estimate.ts'
import { type ReplyEvent, replay } from '../core/reply.ts'
import { bytesOf } from '../net/post.ts'
import { failure, type Send } from './attempt.ts'
import { ask, type Operation } from './bedrock-endpoint.ts'
import { bedrockEvents } from './bedrock-stream.ts'
import { nativeHeaders, parsedAnswer, refuseText, reportedUsage } from './whole-answer.ts'

const operations = {
  invoke: { whole: 'invoke', stream: 'invoke-with-response-stream' },
  converse: { whole: 'converse', stream: 'converse-stream' },
} as const satisfies Record<string, Record<'whole' | 'stream', Operation>>

/** The caller's own bytes on a native route, else what the body builds. */
function sentBy(call: TargetedChat<BedrockTarget>, how: 'whole' | 'stream') {
  const { native, body, request, model, notice } = call
  const via = native?.operation ?? body.via ?? 'invoke'
  const json = native?.body ?? JSON.stringify(body.build(request, model, notice))
  return {
    operation: operations[via][how],
    body: Buffer.from(json),
    headers: native?.headers ?? tierHeader(call),
  }
}

/** Converse takes the tier in its body, InvokeModel in a header. */
const tierHeader = ({ request, body }: TargetedChat): Record<string, string> =>
  request.serviceTier === undefined || body.via === 'converse'
    ? {}
    : { 'x-amzn-bedrock-service-tier': request.serviceTier }

export function wholeChat(call: TargetedChat<BedrockTarget>): Send {
  const sent = sentBy(call, 'whole')
  return async (deadline) => {
    const answer = await ask(call, { ...sent, deadline })
    const bytes = await bytesOf(answer)
    deadline.done()
    const reply = call.body.read(parsedAnswer(bytes, answer.headers), reportedUsage(answer.headers))
    const counted = { ...reply, usage: withPrompt(reply.usage, sent.body.length) }
    if (call.native === undefined) return replay(counted)
    const native = { type: 'native', payload: bytes, headers: nativeHeaders(answer) } as const
    return after(native, replay(counted))
  }
}

async function* after(
  first: ReplyEvent,
  rest: AsyncIterable<ReplyEvent>,
): AsyncGenerator<ReplyEvent> {
  yield first
  yield* rest
}

/** Nothing has reached the caller until the first event, so till then another target could answer. */
export function streamedChat(call: TargetedChat<BedrockTarget>): Send {
  const sent = sentBy(call, 'stream')
  return async (deadline) => {
    const answer = await ask(call, { ...sent, deadline })
    refuseText(answer.headers)
    const batches = bedrockEvents(answer, {
      reader: call.body.openStream(),
      native: call.native !== undefined,
      heard: deadline.heard,
    })
    const first = await batches.next()
    const told: readonly ReplyEvent[] = first.value ?? []
    const opening = told.find(({ type }) => type !== 'native')
    if (opening?.type === 'reply-error') throw opening.error
    return flow(call, deadline, sent.body.length, told, batches)
  }
}

/** Whatever breaks now is told in the stream. */
async function* flow(
  call: TargetedChat<BedrockTarget>,
  deadline: Deadline,
  sentBytes: number,
  first: readonly ReplyEvent[],
  batches: AsyncIterable<readonly ReplyEvent[]>,
): AsyncGenerator<ReplyEvent> {
  let drained = false
  try {
    for (const event of first) yield counted(event, sentBytes)
    for await (const events of batches) {
      for (const event of events) {
        yield counted(event, sentBytes)
        if (event.type === 'reply-error') return
      }
    }
    drained = true
  } catch (thrown) {
    yield { type: 'reply-error', error: failure(thrown, call, deadline) }
  } finally {
    if (drained) deadline.done()
    else deadline.abandon()
  }
}

const counted = (event: ReplyEvent, sentBytes: number): ReplyEvent =>
  event.type === 'reply-end' ? { ...event, usage: withPrompt(event.usage, sentBytes) } : event
