/** Turns a reply into what leaves the gateway: one answer, or frames as they come. */
import type { Call, ReplyStream } from '../core/contracts.ts'
import { costNanoUsd } from '../core/cost.ts'
import type { AnswerFacts, HttpRequest } from '../core/dialect.ts'
import { collect, type Usage } from '../core/reply.ts'
import { termsOf } from '../core/terms.ts'
import { commonHeaders, type Exchange, finish, timesOf } from './exchange.ts'
import type { SpokenDialect } from './frames.ts'
import { streamOf } from './frames.ts'
import { nativeReply } from './native-reply.ts'

export type Answer = {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | NodeJS.ReadableStream
}

export type Ready = { readonly call: Call; readonly reply: ReplyStream; readonly http: HttpRequest }

export function answer(
  exchange: Exchange,
  dialect: SpokenDialect,
  ready: Ready,
): Promise<Answer> | Answer {
  const { stream } = ready.call.request
  if (stream && 'streamType' in dialect) {
    const headers = { 'content-type': dialect.streamType, ...headersOf(exchange) }
    const facts = answerFacts(exchange, ready)
    return { statusCode: 200, headers, body: streamOf(exchange, dialect, ready, facts) }
  }
  return wholeAnswer(exchange, dialect, ready)
}

async function wholeAnswer(
  exchange: Exchange,
  dialect: SpokenDialect,
  ready: Ready,
): Promise<Answer> {
  const facts = answerFacts(exchange, ready)
  const { contentType, body, headers, usage } =
    dialect.task === 'native'
      ? await nativeReply(ready.reply.events)
      : await formatted(dialect, ready, facts)
  const cost = facts.costUsd(usage)
  const all = {
    'content-type': contentType,
    ...headers,
    ...(cost !== null && { 'x-tollgate-cost-usd': decimal(cost) }),
    ...headersOf(exchange),
  }
  finish(exchange, 200)
  return { statusCode: 200, headers: all, body }
}

async function formatted(
  dialect: Exclude<SpokenDialect, { task: 'native' }>,
  { reply, http }: Ready,
  facts: AnswerFacts,
) {
  const whole = await collect(reply.events)
  return { headers: {}, ...dialect.format(whole, facts, http), usage: whole.usage }
}

/** A header is text: no `1e-7` there. */
const decimal = (usd: number): string => usd.toFixed(9).replace(/\.?0+$/, '')

function answerFacts({ requestId }: Exchange, { call, reply }: Ready): AnswerFacts {
  const now = Date.now()
  const { model, target } = reply.call
  return {
    asked: call.request.model,
    model,
    created: Math.floor(now / 1000),
    requestId,
    costUsd(usage: Usage) {
      if (reply.remembered) return 0
      const nano = costNanoUsd(usage, model, termsOf(reply.call, target), now)
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
