/** Turns one Converse or ConverseStream into the answer Bedrock would give. */
import type { Model } from '../../lambda/core/model.ts'
import { type Told, tell } from './answer.ts'
import { converseEndings, readConverse, tooLong } from './converse.ts'
import { converseEvents, converseWhole } from './converse-answers.ts'
import type { ConverseBody } from './converse-types.ts'
import { type Delivery, plainly } from './delivery.ts'
import { eventFrame, eventStreamType } from './event-stream.ts'
import { invalid } from './exceptions.ts'
import { latency } from './invoke.ts'

/** Throws what Bedrock refuses. */
export function converse(
  operation: 'Converse' | 'ConverseStream',
  model: Model,
  body: unknown,
  remembered: ReadonlySet<string>,
): { readonly told: Told; readonly delivery: Delivery } {
  const streams = operation === 'ConverseStream'
  if (streams && !model.accepts.streaming) throw invalid('The model is unsupported for streaming.')
  const asked = readConverse(body, model, { streams })
  const length = asked.parts.reduce((sum, { tokens }) => sum + tokens, 0)
  if (length > model.limits.context) throw invalid(tooLong(length, model.limits.context))
  const told = tell(asked, model, converseEndings, remembered)
  const answer = streams ? streamed : whole
  return { told, delivery: answer(told, body as ConverseBody) }
}

function whole(told: Told, body: ConverseBody): Delivery {
  const headers = { 'content-type': 'application/json' }
  const bytes = Buffer.from(JSON.stringify(converseWhole(told, body, latency(told))))
  const pieces = [{ bytes, tokens: told.usage.output }]
  return { ...plainly, isAnswer: true, status: 200, headers, pieces }
}

function streamed(told: Told, body: ConverseBody): Delivery {
  const events = converseEvents(told, body, latency(told))
  const headers = { 'content-type': eventStreamType }
  const pieces = events.map(({ type, payload, tokens }) => ({
    bytes: eventFrame(type, payload),
    tokens,
  }))
  return { ...plainly, isStream: true, isAnswer: true, status: 200, headers, pieces }
}
