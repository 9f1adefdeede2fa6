/** Reads a caller's own body for Claude before 3. */
import type { SaidRequest } from '../core/request.ts'
import { readFields, text } from '../wire/anthropic-fields.ts'
import {
  amount,
  bound,
  invokeFields,
  needText,
  saidOf,
  stops,
  unread,
  whole,
} from './said-fields.ts'
import { spoken, turnsBy } from './said-prompt.ts'

const fields = {
  ...invokeFields,
  anthropic_version: unread,
  prompt: text,
  max_tokens_to_sample: bound,
  temperature: amount,
  top_p: amount,
  top_k: amount,
  stop_sequences: stops,
}

const turns = turnsBy(spoken('\n\n', { Human: 'user', Assistant: 'assistant' }, 'system'))

export function saidClaudeText(body: unknown): SaidRequest {
  const read = readFields(body, whole, fields)
  const { temperature, top_p: topP, top_k: topK, stop_sequences: stop } = read
  const messages = turns(needText(read.prompt, 'prompt'))
  return saidOf(messages, { maxTokens: read.max_tokens_to_sample, temperature, topP, topK, stop })
}
