/** Reads a caller's own body for AI21 Jurassic-2. */
import type { SaidRequest } from '../core/request.ts'
import { readFields, refused, text } from '../wire/anthropic-fields.ts'
import {
  amount,
  bound,
  invokeFields,
  needText,
  saidOf,
  steering,
  steeringFields,
  stops,
  whole,
} from './said-fields.ts'
import { spoken, turnsBy } from './said-prompt.ts'

/** AWS, "AI21 Labs Jurassic-2 models". */
const fields = {
  ...invokeFields,
  prompt: text,
  maxTokens: bound,
  temperature: amount,
  topP: amount,
  stopSequences: stops,
  numResults: refused('the gateway bounds one answer a request; send 1.', (count) => count === 1),
  minTokens: steering,
  topKReturn: steering,
  countPenalty: steeringFields,
  presencePenalty: steeringFields,
  frequencyPenalty: steeringFields,
}

const turns = turnsBy(spoken('\n', { System: 'system', User: 'user', Assistant: 'assistant' }))

export function saidJurassic(body: unknown): SaidRequest {
  const { prompt, maxTokens, temperature, topP, stopSequences } = readFields(body, whole, fields)
  const messages = turns(needText(prompt, 'prompt'))
  return saidOf(messages, { maxTokens, temperature, topP, stop: stopSequences })
}
