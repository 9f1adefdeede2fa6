/** Turns one invocation into the answer Bedrock would give, as bytes that are ready to be sent. */
import type { Model } from '../../lambda/core/model.ts'
import { type Told, tell } from './answer.ts'
import { type Delivery, plainly } from './delivery.ts'
import { chunkFrame, eventStreamType } from './event-stream.ts'
import { invalid } from './exceptions.ts'
import { familyOf } from './families.ts'
import { checkBody, type Family } from './family.ts'
import {
  besideAnswer,
  type Judge,
  type Judged,
  judgedText,
  underJudge,
  withoutTags,
} from './guardrails.ts'

export type Answered = Judged & { readonly delivery: Delivery }

/** Throws what Bedrock refuses. */
export function invoke(
  operation: 'InvokeModel' | 'InvokeModelWithResponseStream',
  model: Model,
  sent: unknown,
  remembered: ReadonlySet<string>,
  judge?: Judge,
): Answered {
  const family = familyOf(model.body.id)
  if (family === undefined) throw invalid(unspoken(model))
  const isStream = operation === 'InvokeModelWithResponseStream'
  if (isStream && !model.accepts.streaming) throw invalid('The model is unsupported for streaming.')
  const { body, suffix } = withoutTags(sent)
  checkBody(body, model, family, { streams: isStream })
  const asked = family.read(body as never, model)
  const length = asked.parts.reduce((sum, { tokens }) => sum + tokens, 0)
  if (length > model.limits.context) throw invalid(family.tooLong(length, model.limits.context))
  const told = () => tell(asked, model, family.endings, remembered)
  const { system, turns } = asked
  const text = judgedText([system, ...turns.map((turn) => turn.text)].join('\n'), suffix)
  const about = { model, stopWord: family.endings.end ?? 'end' }
  const judged: Judged =
    judge === undefined ? { told: told() } : underJudge(judge, text, told, about)
  const beside = judge === undefined ? {} : besideAnswer(judge, judged.verdict)
  const deliver = isStream ? streamed : whole
  return { ...judged, delivery: deliver(judged.told, family, beside) }
}

const unspoken = ({ id, body }: Model): string =>
  body.via === 'converse' || body.id === 'converse'
    ? `The model ${id} is answered by the operations converse and converse-stream only.`
    : `The simulator does not speak '${body.id}', the body of ${id}.`

/** A model that needs a tenth of a second to begin, and a hundredth for each token. */
export const latency = ({ usage }: Told) => 100 + 10 * usage.output

function whole(told: Told, family: Family, beside: object): Delivery {
  const { usage } = told
  const headers = {
    'content-type': 'application/json',
    'x-amzn-bedrock-invocation-latency': `${latency(told)}`,
    ...(!family.uncounted && {
      'x-amzn-bedrock-input-token-count': `${usage.input}`,
      'x-amzn-bedrock-output-token-count': `${usage.output}`,
    }),
    ...(told.model.accepts.cachePoints && {
      'x-amzn-bedrock-cache-read-input-token-count': `${usage.cacheRead}`,
      'x-amzn-bedrock-cache-write-input-token-count': `${usage.cacheWrite5m + usage.cacheWrite1h}`,
    }),
  }
  const bytes = Buffer.from(JSON.stringify({ ...family.whole(told), ...beside }))
  const pieces = [{ bytes, tokens: usage.output }]
  return { ...plainly, isAnswer: true, status: 200, headers, pieces }
}

function streamed(told: Told, family: Family, beside: object): Delivery {
  const chunks = family.stream(told)
  const pieces = chunks.map(function piece({ json, tokens = 0 }, index) {
    const isLast = index === chunks.length - 1
    return { bytes: chunkFrame(isLast ? { ...json, ...metrics(told), ...beside } : json), tokens }
  })
  const headers = {
    'content-type': eventStreamType,
    'x-amzn-bedrock-content-type': 'application/json',
  }
  return { ...plainly, isStream: true, isAnswer: true, status: 200, headers, pieces }
}

function metrics(told: Told) {
  const { usage, model } = told
  const counts = {
    inputTokenCount: usage.input,
    outputTokenCount: usage.output,
    invocationLatency: latency(told),
    firstByteLatency: 100,
    ...(model.accepts.cachePoints && {
      cacheReadInputTokenCount: usage.cacheRead,
      cacheWriteInputTokenCount: usage.cacheWrite5m + usage.cacheWrite1h,
    }),
  }
  return { 'amazon-bedrock-invocationMetrics': counts }
}
