/** Reads a caller's own body for Nova: Converse's messages, and wishes under names of its own. */
import type { SaidRequest, ThinkingWish } from '../core/request.ts'
import {
  need,
  oneOf,
  type Place,
  type Reader,
  readFields,
  wrong,
} from '../wire/anthropic-fields.ts'
import { readMessages, readSystem } from './said-converse-content.ts'
import { readToolConfig } from './said-converse-tools.ts'
import { amount, bound, given, invokeFields, saidOf, stops, unread, whole } from './said-fields.ts'

const reasoningFields = {
  type: oneOf('enabled', 'disabled'),
  maxReasoningEffort: oneOf('low', 'medium', 'high'),
}

export const readReasoning: Reader<ThinkingWish> = (value, place) => {
  const { type, maxReasoningEffort: effort } = readFields(value, place, reasoningFields)
  if (need(type, place, 'type', 'enabled or disabled') === 'disabled') return { type: 'off' }
  return { type: 'adaptive', ...given({ effort }) }
}

/** The names with underscores are Nova's older ones. */
const inferenceFields = {
  maxTokens: bound,
  max_new_tokens: bound,
  temperature: amount,
  topP: amount,
  top_p: amount,
  topK: amount,
  top_k: amount,
  stopSequences: stops,
  reasoningConfig: readReasoning,
}

type Config = {
  readonly wishes: Parameters<typeof saidOf>[1]
  readonly thinking?: ThinkingWish
}

function readConfig(value: unknown, place: Place): Config {
  const read = readFields(value, place, inferenceFields)
  if (read.maxTokens !== undefined && read.max_new_tokens !== undefined) {
    throw wrong(
      read.max_new_tokens,
      { ...place, path: `${place.path}.max_new_tokens` },
      'maxTokens alone',
    )
  }
  return {
    wishes: {
      maxTokens: read.maxTokens ?? read.max_new_tokens,
      temperature: read.temperature,
      topP: read.topP ?? read.top_p,
      topK: read.topK ?? read.top_k,
      stop: read.stopSequences,
    },
    ...given({ thinking: read.reasoningConfig }),
  }
}

const fields = {
  ...invokeFields,
  schemaVersion: unread,
  system: readSystem,
  messages: readMessages,
  inferenceConfig: readConfig,
  reasoningConfig: readReasoning,
  toolConfig: readToolConfig,
}

export function saidNova(body: unknown): SaidRequest {
  const { system = [], inferenceConfig, toolConfig, ...read } = readFields(body, whole, fields)
  const messages = need(read.messages, whole, 'messages', 'a list of messages')
  const thinking = inferenceConfig?.thinking ?? read.reasoningConfig
  return {
    ...saidOf([...system, ...messages], inferenceConfig?.wishes ?? {}),
    ...toolConfig,
    ...given({ thinking }),
  }
}
