/** What all readers of callers' own bodies share: their fields by name, their wishes in our words. */
import type { Notice } from '../core/contracts.ts'
import type { Json, JsonObject, Message } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import { repeatsKeys } from '../core/repeated-keys.ts'
import type { SaidRequest } from '../core/request.ts'
import {
  need,
  objectOf,
  type Place,
  type Reader,
  readFields,
  text,
  wholeNumber,
  wrong,
} from '../wire/anthropic-fields.ts'

/** The whole body. What is read is sent on as it came, so there is nothing to tell. */
export const whole: Place = { path: '', notice: () => {} }

/** Any number: Bedrock itself judges whether the model takes it. */
export const amount: Reader<number> = (value, place) => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw wrong(value, place, 'a number')
}

export const bound = wholeNumber(1)

/** What only steers: no model reads a number or a flag, and Bedrock judges it. */
export const steering: Reader<undefined> = (value, place) => {
  if (typeof value === 'number' || typeof value === 'boolean') return undefined
  throw wrong(value, place, 'a number, true or false')
}

/** Numbers and flags by name, such as a penalty for each token. */
export const steeringFields: Reader<undefined> = (value, place) => {
  for (const field of Object.values(objectOf(value, place))) steering(field, place)
  return undefined
}

/** Words that are for Bedrock, never for a model. */
export const unread: Reader<undefined> = (value, place) => void text(value, place)

export const stops: Reader<readonly string[]> = (value, place) => {
  const list = typeof value === 'string' ? [value] : value
  const fits = Array.isArray(list) && list.every((item) => typeof item === 'string')
  if (!fits) throw wrong(value, place, 'a list of strings')
  return list
}

/** AWS, "Tags for Amazon Bedrock Guardrails": any InvokeModel body may have it. */
const guardrail: Reader<undefined> = (value, place) =>
  void readFields(value, place, { tagSuffix: unread, streamProcessingMode: unread })

export const invokeFields = { 'amazon-bedrock-guardrailConfig': guardrail }

type Given<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> }

/** Without what is not there. */
export const given = <T extends object>(fields: T): Given<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>

type Wishes = {
  readonly maxTokens?: number | undefined
  readonly temperature?: number | undefined
  readonly topP?: number | undefined
  readonly topK?: number | undefined
  readonly seed?: number | undefined
  readonly stop?: readonly string[] | undefined
}

export const saidOf = (
  messages: readonly Message[],
  { maxTokens, ...sampling }: Wishes,
): SaidRequest => ({
  messages,
  tools: [],
  ...given({ maxTokens }),
  sampling: given(sampling),
})

export const needText = (value: string | undefined, name: string): string =>
  need(value, whole, name, 'a string')

type Readers = Parameters<typeof readFields>[2]

/** Reads the fields that only Bedrock has around a vendor's own request, and gives back the rest. */
export function apart(body: unknown, around: Readers): JsonObject {
  const fields = Object.entries(objectOf(body, whole))
  const isAround = ([name]: readonly [string, Json]) => Object.hasOwn(around, name)
  readFields(Object.fromEntries(fields.filter(isAround)), whole, around)
  return Object.fromEntries(fields.filter((field) => !isAround(field)))
}

/**
 * Readers of whole requests tell what they leave out of them. Beside bytes that are sent on as they
 * are, only what no model reads may be left out: its path is to be one of `harmless`.
 */
export const nothingLost =
  (harmless: RegExp): Notice =>
  (told) => {
    const [path = ''] = told.split(': ', 1)
    if (harmless.test(path)) return
    throw new TollgateError('invalid_body', `${path}: cannot be read here; leave it out.`, {
      param: path,
    })
  }

/** As deep as the body itself may be: what comes later walks over it by recursion. */
const deepest = 64

/** A JSON object inside a string, which a model would read as it is written. */
export function jsonText(value: unknown, place: Place): JsonObject {
  const written = text(value, place)
  const read = parsed(written)
  if (isObject(read) && isShallow(read, 0) && !repeatsKeys(written, read)) return read
  throw wrong(value, place, `a JSON object as text, ${deepest} levels deep, each key once`)
}

function parsed(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isShallow = (value: Json, depth: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (depth < deepest && Object.values(value).every((item) => isShallow(item, depth + 1)))
