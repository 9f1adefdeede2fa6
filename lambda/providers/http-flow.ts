/** One call to a server outside of Bedrock: a whole answer or a stream of events, as reply events. */
import type { IncomingMessage } from 'node:http'
import type { Deadline, OutsideTarget, TargetedCall, TargetedChat } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import { withPrompt } from '../core/estimate.ts'
import { type ReplyEvent, replay } from '../core/reply.ts'
import { bytesOf, postOnce } from '../net/post.ts'
import { failureIn, failureOf, fromOutside, OutsideFailure } from './outside-errors.ts'
import { forgetKey } from './provider-key.ts'
import { type ServerEvent, sseEvents } from './sse.ts'
import { parsedAnswer } from './whole-answer.ts'

/** What is sent where. */
export type Sent = {
  readonly url: URL
  /** Besides those of any JSON request: the key, and versions. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: JsonObject
  /** The key, which no message may repeat. */
  readonly key?: string
}

export type SentChat = Sent & {
  readonly call: TargetedChat<OutsideTarget>
  readonly deadline: Deadline
  /** Whether the body asks for a stream: `request.stream`, where the model can stream. */
  readonly streamed: boolean
  /**
   * What `call.body`'s stream reader is given for one event; `undefined` for one that says nothing.
   * Default `chunkOf`: the event's data as JSON, `[DONE]` left out. Wrap it where a server's stream
   * needs more, such as the event's name.
   */
  readonly chunk?: (event: ServerEvent) => unknown
}

/**
 * Asks for one answer and tells it by `call.body.read`, or by its `openStream()`. Keeps the promise
 * of `Provider`: rejects with a TollgateError, `billed` set, before the first event; later failures
 * are events; tells the deadline what it hears, and that it is over.
 */
export function carried(sent: SentChat): Promise<AsyncIterable<ReplyEvent>> {
  const { call, deadline, streamed } = sent
  return attempted({ ...sent, call, deadline }, streamed ? streamedReply(sent) : wholeReply(sent))
}

/** Whether to ask for a stream; a model that only answers whole is told of. */
export function asksForStream({ request, model, notice }: TargetedChat): boolean {
  if (request.stream && !model.accepts.streaming) {
    notice(`stream: ${model.name} answers whole; its answer is sent as one piece`)
  }
  return request.stream && model.accepts.streaming
}

/** What became of an attempt so far. */
type Progress = { answered: boolean }

type Attempted = Sent & { readonly call: TargetedCall<OutsideTarget>; readonly deadline: Deadline }

/**
 * Runs one attempt's work, and makes a TollgateError of what it throws. A server that refused or
 * was never reached bills nothing; what was given up, or answered and is of no use, it may.
 */
export async function attempted<T>(
  { call, deadline, key }: Attempted,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = { answered: false }
  try {
    return await work(progress)
  } catch (thrown) {
    const unanswered = !progress.answered && !deadline.signal.aborted
    const error = fromOutside(thrown, call, deadline, key)
    const { key: secret } = call.target.server
    if (secret !== undefined && isWrongKey(thrown)) forgetKey(secret)
    if (!(thrown instanceof OutsideFailure) && !unanswered) error.billed ??= 'unknown'
    deadline.abandon()
    throw error
  }
}

const isWrongKey = (thrown: unknown): boolean =>
  thrown instanceof OutsideFailure && thrown.status === 401

/** The parsed JSON of a whole answer; what is not 200 is thrown as OutsideFailure. */
export async function jsonAnswer(
  sent: Attempted,
  progress: Progress,
): Promise<{ readonly said: unknown; readonly sentBytes: number }> {
  const { answer, sentBytes } = await answered(sent, 'application/json', progress)
  return { said: parsedAnswer(await bytesOf(answer)), sentBytes }
}

/** Resolves with the answer's status and headers; its body is still to come. */
async function answered(sent: Attempted, accept: string, progress: Progress) {
  const { url, headers, deadline } = sent
  const body = Buffer.from(JSON.stringify(sent.body))
  const all = { 'content-type': 'application/json', accept, 'user-agent': 'tollgate', ...headers }
  const { signal, fresh } = deadline
  const answer = await postOnce({ url, headers: all, body, signal, fresh })
  const status = answer.statusCode ?? 0
  if (status !== 200) {
    const text = await bytesOf(answer).catch(() => '')
    throw failureOf(status, answer.headers, text.toString())
  }
  progress.answered = true
  return { answer, sentBytes: body.length }
}

const wholeReply = (sent: SentChat) => async (progress: Progress) => {
  const { said, sentBytes } = await jsonAnswer(sent, progress)
  const reply = sent.call.body.read(said, {})
  sent.deadline.done()
  return replay({ ...reply, usage: withPrompt(reply.usage, sentBytes) })
}

/** Nothing has reached the caller until the first event, so till then another target could answer. */
const streamedReply = (sent: SentChat) => async (progress: Progress) => {
  const { answer, sentBytes } = await answered(sent, 'text/event-stream', progress)
  const batches = replyEvents(answer, sent)
  const { value: first = [] } = await batches.next()
  const opening = first[0]
  if (opening?.type === 'reply-error') throw opening.error
  return flow(sent, sentBytes, first, batches)
}

/** Most servers' events: data that is JSON, until OpenAI's mark of the end. */
export const chunkOf = ({ data }: ServerEvent): unknown =>
  data === '[DONE]' ? undefined : JSON.parse(data)

/** What arrived together is told together, and never nothing; what breaks it is thrown. */
async function* replyEvents(
  answer: IncomingMessage,
  { call, deadline, chunk = chunkOf }: SentChat,
): AsyncGenerator<readonly ReplyEvent[]> {
  const reader = call.body.openStream()
  for await (const batch of sseEvents(answer, deadline.heard)) {
    const events: ReplyEvent[] = []
    try {
      for (const event of batch) {
        const said = chunk(event)
        const failed = failureIn(said)
        if (failed !== undefined) throw failed
        if (said !== undefined) events.push(...reader.read(said))
      }
    } finally {
      /** What came before the event that broke it was told, and is told on. */
      if (events.length > 0) yield events
    }
  }
  const last = reader.end()
  if (last.length > 0) yield last
}

/** Milliseconds: a server that has said everything and does not hang up is not waited for. */
const farewell = 250

/** Whatever breaks now is told in the stream; once the answer is whole, nothing can break it. */
async function* flow(
  { call, deadline, key }: SentChat,
  sentBytes: number,
  first: readonly ReplyEvent[],
  batches: AsyncGenerator<readonly ReplyEvent[]>,
): AsyncGenerator<ReplyEvent> {
  let whole = false
  let drained = false
  try {
    for (let events: readonly ReplyEvent[] | undefined = first; events !== undefined; ) {
      for (const event of events) {
        if (event.type === 'reply-end') {
          whole = true
          yield { ...event, usage: withPrompt(event.usage, sentBytes) }
        } else {
          yield event
          if (event.type === 'reply-error') return
        }
      }
      const next: IteratorResult<readonly ReplyEvent[]> | undefined = whole
        ? await soon(batches.next())
        : await batches.next()
      if (next === undefined) return
      drained = next.done === true
      events = next.done ? undefined : next.value
    }
  } catch (thrown) {
    if (!whole) yield { type: 'reply-error', error: fromOutside(thrown, call, deadline, key) }
  } finally {
    if (drained) deadline.done()
    else deadline.abandon()
  }
}

/** `undefined` where it takes longer than a farewell may. */
async function soon<T>(work: Promise<T>): Promise<T | undefined> {
  work.catch(() => {})
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), farewell)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
