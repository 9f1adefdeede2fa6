/** Reads a whole answer of Cohere's Chat API v2, and what it shares with a streamed one. */
import type { ReportedUsage } from '../core/contracts.ts'
import type { AssistantBlock, JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Reply, Stop } from '../core/reply.ts'
import {
  answerFields,
  countOf,
  type Fields,
  fieldsOf,
  inputOf,
  malformed,
  need,
  type StopWords,
  stopOf,
  textOf,
} from './answer.ts'
import { withoutJsonAnswer } from './json-answer.ts'
import { charactersOf, type ToldUsage, usageOf } from './usage.ts'

/** Cohere, "Chat", response; `ERROR` and `TIMEOUT` are failures. */
type FinishReason = 'COMPLETE' | 'STOP_SEQUENCE' | 'MAX_TOKENS' | 'TOOL_CALL'

const stopWords = {
  COMPLETE: 'end',
  STOP_SEQUENCE: 'sequence',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool-calls',
} as const satisfies StopWords<FinishReason>

const failures = { ERROR: 'upstream_error', TIMEOUT: 'upstream_timeout' } as const

export function cohereReply(answer: unknown, reported: ReportedUsage): Reply {
  const fields = answerFields(answer)
  const stop = finishOf(fields)
  const message = need(fieldsOf(fields.message), 'no message')
  const calls = listOf(message.tool_calls).map(callBlock)
  const content = [...spoken(message), ...calls]
  return {
    ...withoutJsonAnswer({ content, stop: beside(stop, calls.length) }),
    usage: usageOf(billedUsage(fields), reported, charactersOf(content)),
  }
}

/** A stop that tells of no calls, beside calls, is not believed. */
export const beside = (stop: Stop, calls: number): Stop =>
  stop.reason === 'end' && calls > 0 ? { reason: 'tool-calls' } : stop

/** Of an answer, or of the end of a stream; an answer that failed may be billed all the same. */
export function finishOf(fields: Fields): Stop {
  const reason = need(textOf(fields.finish_reason), 'no finish_reason')
  if (!Object.hasOwn(failures, reason)) return stopOf(stopWords, reason)
  const code = failures[reason as keyof typeof failures]
  const cause = Object.assign(new Error(textOf(fields.error) ?? ''), { name: reason })
  const error = new TollgateError(code, 'The model failed to answer.', { cause })
  if (fieldsOf(fields.usage) !== undefined) error.billed = usageOf(billedUsage(fields), {}, 0)
  throw error
}

/**
 * Cohere, "Chat": `billed_units` is what is paid for, `tokens` counts Cohere's own words around the
 * prompt as well. What came from its cache is billed as the rest.
 */
export function billedUsage({ usage }: Fields): ToldUsage {
  const told = fieldsOf(usage) ?? {}
  return { input: billed(told, 'input_tokens'), output: billed(told, 'output_tokens') }
}

/** Of an answer with embeddings, which tells it in `meta`. */
export const billedInput = (meta: Fields): number | undefined => billed(meta, 'input_tokens')

const billed = (told: Fields, count: 'input_tokens' | 'output_tokens'): number | undefined =>
  countOf(fieldsOf(told.billed_units)?.[count]) ?? countOf(fieldsOf(told.tokens)?.[count])

const listOf = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? value.map((item) => need(fieldsOf(item), 'no object in a list')) : []

/** The plan of its calls is what the model says before it makes them. */
function spoken(message: Fields): readonly AssistantBlock[] {
  const plan = { type: 'text', text: textOf(message.tool_plan) }
  return [...listOf(message.content), plan].flatMap((block): readonly AssistantBlock[] => {
    const { type } = block
    if (type !== 'text' && type !== 'thinking') return []
    const text = textOf((block as Fields)[type]) ?? ''
    return text === '' ? [] : [{ type, text }]
  })
}

function callBlock(call: Fields): AssistantBlock {
  const { name, arguments: input } = need(fieldsOf(call.function), 'no function')
  return {
    type: 'tool-call',
    id: need(textOf(call.id), 'no tool call id'),
    name: need(textOf(name), 'no tool name'),
    input: argumentsOf(textOf(input) ?? ''),
  }
}

/** A tool without parameters was seen to be called with `null`. */
function argumentsOf(json: string): JsonObject {
  if (json === '' || json === 'null') return {}
  try {
    return inputOf(JSON.parse(json))
  } catch {
    throw malformed('tool arguments that are not a JSON object')
  }
}
