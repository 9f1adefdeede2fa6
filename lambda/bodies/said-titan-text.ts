/** Reads a caller's own body for Titan Text. */
import type { SaidRequest } from '../core/request.ts'
import { type Reader, readFields, text } from '../wire/anthropic-fields.ts'
import { amount, bound, invokeFields, needText, saidOf, stops, whole } from './said-fields.ts'
import { spoken, turnsBy } from './said-prompt.ts'

const wishes = { maxTokenCount: bound, temperature: amount, topP: amount, stopSequences: stops }

const config: Reader<ReturnType<typeof readFields<typeof wishes>>> = (value, place) =>
  readFields(value, place, wishes)

const fields = { ...invokeFields, inputText: text, textGenerationConfig: config }

const turns = turnsBy(spoken('\n', { User: 'user', Bot: 'assistant' }))

export function saidTitanText(body: unknown): SaidRequest {
  const { inputText, textGenerationConfig = {} } = readFields(body, whole, fields)
  const { maxTokenCount: maxTokens, temperature, topP, stopSequences } = textGenerationConfig
  const messages = turns(needText(inputText, 'inputText'))
  return saidOf(messages, { maxTokens, temperature, topP, stop: stopSequences })
}
