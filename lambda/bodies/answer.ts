/** Reads what a model answered, word by word: nothing is believed before it has been looked at. */

import type { JsonObject } from '../core/conversation.ts'
import { type ErrorCode, TollgateError } from '../core/errors.ts'
import type { Stop } from '../core/reply.ts'

export type Fields = Readonly<Record<string, unknown>>

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

/** A count of tokens; anything else, `null` included, is no count. */
export const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** `what` says what was missing, for the log. */
export function malformed(what: string): TollgateError {
  const message = 'The model answered in a form the gateway does not know.'
  return new TollgateError('upstream_error', message, { cause: new Error(what) })
}

/** Insists: what is missing makes the whole answer useless. */
export function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw malformed(what)
  return value
}

/** A tool's input, which must be an object that can be written down again: nesting has its limits. */
export function inputOf(value: unknown): JsonObject {
  const input = need(fieldsOf(value), 'no tool input')
  try {
    JSON.stringify(input)
  } catch (thrown) {
    throw malformed(`a tool input that cannot be written: ${thrown}`)
  }
  return input as JsonObject
}

/** Failures that come as an answer, and which of them may pass by themselves. */
const failures: Readonly<Record<string, ErrorCode>> = {
  overloaded_error: 'upstream_unavailable',
  rate_limit_error: 'upstream_throttled',
}

/**
 * Throws what an answer says went wrong: Titan tells some failures in a 200, Claude some in its
 * stream. The model's own words are for the log, not for the caller.
 */
export function refuseFailure({ error }: Fields): void {
  if (error === undefined || error === null) return
  const type = textOf(fieldsOf(error)?.type) ?? ''
  const code = Object.hasOwn(failures, type) ? failures[type] : undefined
  throw new TollgateError(code ?? 'upstream_error', 'The model failed to answer.', { cause: error })
}

/** The fields of a whole answer that is not a failure. */
export function answerFields(answer: unknown): Fields {
  const fields = need(fieldsOf(answer), 'no object')
  refuseFailure(fields)
  return fields
}

/** A family's words for why it stopped, in ours. */
export type StopWords<Word extends string> = Readonly<
  Record<Word, Exclude<Stop['reason'], 'other'>>
>

/** `sequence`: the stop sequence that was met, where the family says which. */
export function stopOf(words: StopWords<string>, said: string, sequence?: unknown): Stop {
  const reason = Object.hasOwn(words, said) ? words[said] : undefined
  if (reason === undefined) return { reason: 'other', detail: said }
  return reason === 'sequence' && typeof sequence === 'string' ? { reason, sequence } : { reason }
}
