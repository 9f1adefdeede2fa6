/** Turns a reply into what leaves the gateway: one answer, or frames as they come. */
import { Readable } from 'node:stream'
import type { AnswerFacts, Call, Dialect, HttpRequest, ReplyStream } from '../core/contracts.ts'
import { costNanoUsd } from '../core/cost.ts'
import { asTollgateError } from '../core/errors.ts'
import { collect, type ReplyEvent, type Usage } from '../core/reply.ts'
import { commonHeaders, type Exchange, finish, timesOf } from './exchange.ts'

export type Answer = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Readable
}

export type Ready = { readonly call: Call; readonly reply: ReplyStream; readonly http: HttpRequest }

export const answer = (
  exchange: Exchange,
  dialect: Dialect,
  ready: Ready,
): Promise<Answer> | Answer =>
  ready.call.request.stream
    ? streamedAnswer(exchange, dialect, ready)
    : wholeAnswer(exchange, dialect, ready)

async function wholeAnswer(exchange: Exchange, dialect: Dialect, ready: Ready): Promise<Answer> {
  const reply = await collect(ready.reply.events)
  const facts = answerFacts(exchange, ready)
  const { contentType, body } = dialect.format(reply, facts, ready.http)
  const cost = facts.costUsd(reply.usage)
  const headers = {
    'content-type': contentType,
    ...(cost !== null && { 'x-tollgate-cost-usd': decimal(cost) }),
    ...headersOf(exchange),
  }
  finish(exchange, 200)
  return { statusCode: 200, headers, body }
}

function streamedAnswer(exchange: Exchange, dialect: Dialect, ready: Ready): Answer {
  const headers = { 'content-type': dialect.streamType, ...headersOf(exchange) }
  const frames = framesOf(exchange, dialect, ready)
  return { statusCode: 200, headers, body: Readable.from(frames, { highWaterMark: 1 }) }
}

/** Ends with the dialect's own last frame, whatever happens; the log line is written last of all. */
async function* framesOf(
  exchange: Exchange,
  dialect: Dialect,
  ready: Ready,
): AsyncGenerator<string> {
  const frame = dialect.openFrames(answerFacts(exchange, ready))
  try {
    for await (const event of ready.reply.events) {
      const text = frame(event)
      if (text !== '') yield text
    }
  } catch (thrown) {
    const event: ReplyEvent = { type: 'reply-error', error: asTollgateError(thrown) }
    yield frame(event)
  } finally {
    finish(exchange, 200)
  }
}

/** A header is text: no `1e-7` there. */
const decimal = (usd: number): string => usd.toFixed(9).replace(/\.?0+$/, '')

function answerFacts({ requestId }: Exchange, { call, reply }: Ready): AnswerFacts {
  const now = Date.now()
  return {
    asked: call.request.model,
    model: call.model,
    created: Math.floor(now / 1000),
    requestId,
    costUsd(usage: Usage) {
      const nano = costNanoUsd(usage, call.model, reply.target, now)
      return nano === undefined ? null : nano / 1e9
    },
  }
}

function headersOf(exchange: Exchange): Record<string, string> {
  const { passed, upstream, overhead } = timesOf(exchange)
  exchange.record.measure({ FirstByteMs: passed, OverheadMs: overhead })
  return {
    ...commonHeaders(exchange),
    'x-tollgate-upstream-ms': upstream.toFixed(1),
    'x-tollgate-overhead-ms': overhead.toFixed(1),
  }
}
