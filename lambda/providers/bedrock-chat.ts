/** Asks Bedrock for the answer to a conversation, whole or as a stream. */

import type { BedrockTarget, Deadline, TargetedChat } from '../core/contracts.ts'
import { type ReplyEvent, replay } from '../core/reply.ts'
import { bytesOf } from '../net/post.ts'
import { failure, type Send } from './attempt.ts'
import { ask, type Operation } from './bedrock-endpoint.ts'
import { billed, type JudgedReader, judgedReader, readAnswer } from './bedrock-intervention.ts'
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
    const said = parsedAnswer(bytes, answer.headers)
    const reply = readAnswer(call, said, reportedUsage(answer.headers), sent.body.length)
    if (call.native === undefined) return replay(reply)
    const native = { type: 'native', payload: bytes, headers: nativeHeaders(answer) } as const
    return after(native, replay(reply))
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
    const reader = judgedReader(call)
    const batches = bedrockEvents(answer, {
      reader,
      native: call.native !== undefined,
      heard: deadline.heard,
    })
    const first = await batches.next()
    const told: readonly ReplyEvent[] = first.value ?? []
    const opening = told.find(({ type }) => type !== 'native')
    if (opening?.type === 'reply-error') throw opening.error
    return flow(call, deadline, counting(reader, sent.body.length), told, batches)
  }
}

/** Whatever breaks now is told in the stream. */
async function* flow(
  call: TargetedChat<BedrockTarget>,
  deadline: Deadline,
  counted: (event: ReplyEvent) => ReplyEvent,
  first: readonly ReplyEvent[],
  batches: AsyncIterable<readonly ReplyEvent[]>,
): AsyncGenerator<ReplyEvent> {
  let drained = false
  try {
    for (const event of first) yield counted(event)
    for await (const events of batches) {
      for (const event of events) {
        yield counted(event)
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

const counting =
  ({ judged }: JudgedReader, sentBytes: number) =>
  (event: ReplyEvent): ReplyEvent =>
    event.type === 'reply-end'
      ? { ...event, usage: billed(event.usage, sentBytes, judged()) }
      : event
