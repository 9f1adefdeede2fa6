/** Reads a caller's own chat completion for InvokeModel, where the path names the model. */
import type { Json } from '../core/conversation.ts'
import { repeatsKeys } from '../core/repeated-keys.ts'
import type { SaidRequest } from '../core/request.ts'
import {
  listOf,
  objectOf,
  type Place,
  type Reader,
  text,
  within,
  wrong,
} from '../wire/anthropic-fields.ts'
import { readOpenAiRequest } from '../wire/openai-request.ts'
import { apart, invokeFields, nothingLost, steering, steeringFields, whole } from './said-fields.ts'

/** What open models take beyond OpenAI's own words. */
const around = {
  ...invokeFields,
  logprobs: steering,
  top_logprobs: steering,
  logit_bias: steeringFields,
  frequency_penalty: steering,
  presence_penalty: steering,
  repetition_penalty: steering,
  min_p: steering,
}

const harmless =
  /^(store|verbosity|prompt_cache_retention|prompt_cache_options|service_tier|reasoning_effort|.*\.(detail|strict|url|image_url|file_data|prompt_cache_breakpoint))$/

export function saidOpenAiChat(body: unknown): SaidRequest {
  const said = apart(body, around)
  const read = readOpenAiRequest(said, nothingLost(harmless))
  listOf(unspoken)(said.messages, within(whole, 'messages'))
  const { model: _, stream: __, includeUsage: ___, ...request } = read
  return request
}

/** Fields of a message that stand for others: a model's template may look at either. */
const doubles = [
  { field: 'parsed', beside: undefined },
  { field: 'reasoning', beside: 'reasoning_content' },
  { field: 'reasoning', beside: 'thinking_blocks' },
  { field: 'reasoning_content', beside: 'thinking_blocks' },
]

/** Refuses what the reader of a whole request takes in silence, for the message says it twice. */
const unspoken: Reader<undefined> = (value, place) => {
  const message = objectOf(value, place)
  const isThere = (name: string) => message[name] !== undefined && message[name] !== null
  for (const { field, beside } of doubles) {
    if (isThere(field) && (beside === undefined || isThere(beside))) {
      throw wrong(message[field], within(place, field), 'to be left out')
    }
  }
  if (message.role === 'tool' && isThere('name')) {
    throw wrong(message.name, within(place, 'name'), 'to be left out; tool_call_id says it')
  }
  if (isThere('tool_calls')) listOf(unrepeated)(message.tool_calls, within(place, 'tool_calls'))
}

/** The model reads the arguments as they are written. */
const unrepeated: Reader<undefined> = (value, place) => {
  const at = within(place, 'function')
  const called = objectOf(objectOf(value, place).function, at)
  const { arguments: written = '', parsed_arguments: parsed } = called
  if (parsed !== undefined && parsed !== null) {
    throw wrong(parsed, within(at, 'parsed_arguments'), 'to be left out')
  }
  if (written !== null && writtenTwice(written, at)) {
    throw wrong(written, within(at, 'arguments'), 'each key only once')
  }
}

function writtenTwice(value: Json, place: Place): boolean {
  const written = text(value, within(place, 'arguments'))
  return written.trim() !== '' && repeatsKeys(written, JSON.parse(written) as Json)
}
