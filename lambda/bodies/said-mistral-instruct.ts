/** Reads a caller's own body for Mistral before its chat bodies. */
import type { SaidRequest } from '../core/request.ts'
import { readFields, text } from '../wire/anthropic-fields.ts'
import { amount, bound, invokeFields, needText, saidOf, stops, whole } from './said-fields.ts'
import { asking, instructed, turnsBy } from './said-prompt.ts'

const fields = {
  ...invokeFields,
  prompt: text,
  max_tokens: bound,
  temperature: amount,
  top_p: amount,
  top_k: amount,
  stop: stops,
}

const turns = turnsBy(instructed('</s>', asking))

export function saidMistralInstruct(body: unknown): SaidRequest {
  const read = readFields(body, whole, fields)
  const { max_tokens: maxTokens, temperature, top_p: topP, top_k: topK, stop } = read
  const messages = turns(needText(read.prompt, 'prompt'))
  return saidOf(messages, { maxTokens, temperature, topP, topK, stop })
}
