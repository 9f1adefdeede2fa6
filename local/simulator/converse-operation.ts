/** Turns one Converse or ConverseStream into the answer Bedrock would give. */
import type { Model } from '../../lambda/core/model.ts'
import { type Told, tell } from './answer.ts'
import { converseEndings, readConverse, tooLong } from './converse.ts'
import { converseEvents, converseWhole } from './converse-answers.ts'
import type { ConverseBody } from './converse-types.ts'
import { type Delivery, plainly } from './delivery.ts'
import { eventFrame, eventStreamType } from './event-stream.ts'
import { invalid } from './exceptions.ts'
import {
  converseTrace,
  type Judge,
  type Judged,
  judgedConversation,
  underJudge,
} from './guardrails.ts'
import { type Answered, latency } from './invoke.ts'

/** Throws what Bedrock refuses. */
export function converse(
  operation: 'Converse' | 'ConverseStream',
  model: Model,
  body: unknown,
  remembered: ReadonlySet<string>,
  judge?: Judge,
): Answered {
  const streams = operation === 'ConverseStream'
  if (streams && !model.accepts.streaming) throw invalid('The model is unsupported for streaming.')
  const asked = readConverse(body, model, { streams })
  const length = asked.parts.reduce((sum, { tokens }) => sum + tokens, 0)
  if (length > model.limits.context) throw invalid(tooLong(length, model.limits.context))
  const said = body as ConverseBody
  const told = () => tell(asked, model, converseEndings, remembered)
  const about = { model, stopWord: 'guardrail_intervened' }
  const judged: Judged =
    judge === undefined
      ? { told: told() }
      : underJudge(judge, judgedConversation(said), told, about)
  const trace = judge === undefined ? {} : converseTrace(judge, judged.verdict)
  const answer = streams ? streamed : whole
  return { ...judged, delivery: answer(judged.told, said, trace) }
}

function whole(told: Told, body: ConverseBody, trace: object): Delivery {
  const headers = { 'content-type': 'application/json' }
  const said = { ...converseWhole(told, body, latency(told)), ...trace }
  const pieces = [{ bytes: Buffer.from(JSON.stringify(said)), tokens: told.usage.output }]
  return { ...plainly, isAnswer: true, status: 200, headers, pieces }
}

function streamed(told: Told, body: ConverseBody, trace: object): Delivery {
  const events = converseEvents(told, body, latency(told))
  const headers = { 'content-type': eventStreamType }
  const pieces = events.map(({ type, payload, tokens }) => ({
    bytes: eventFrame(type, type === 'metadata' ? { ...payload, ...trace } : payload),
    tokens,
  }))
  return { ...plainly, isStream: true, isAnswer: true, status: 200, headers, pieces }
}
