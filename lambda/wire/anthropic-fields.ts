/** Reads the fields of an Anthropic body, however deep: each understood, or refused by its place. */
import type { JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import { type Place, type Reader, type Readers, within, wrong as wrongAt } from './readers.ts'
import {
  anyObject,
  type Face,
  faced,
  filledString,
  listFace,
  notCarried,
  wordOf,
} from './schema.ts'
import { clipped, kind } from './shown.ts'

export {
  anyText as text,
  flag,
  numberWithin as numberFrom,
  type Place,
  type Reader,
  refused,
  unsupported,
  wholeNumber,
  within,
  words as word,
} from './readers.ts'

/** What is said of a value that stands where another should. */
export const wrong = (value: unknown, place: Place, needs: string): TollgateError =>
  wrongAt(place, value, needs)

type Read<F extends Readers> = { readonly [K in keyof F]?: ReturnType<F[K]> }

/** `null` counts as absent, since many clients send it for what they do not set. */
export function readFields<F extends Readers>(value: unknown, place: Place, readers: F): Read<F> {
  const read: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(objectOf(value, place))) {
    const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
    const at = within(place, name)
    if (reader === undefined) throw unknownField(at, Object.keys(readers))
    if (field === null) continue
    const found = reader(field, at)
    if (found !== undefined) read[name] = found
  }
  return read as Read<F>
}

export function need<T>(value: T | undefined, place: Place, name: string, needs: string): T {
  if (value !== undefined) return value
  const { path } = within(place, name)
  throw new TollgateError('invalid_body', `${clipped(path)}: is missing, needs ${needs}.`, {
    param: path,
  })
}

function unknownField({ path }: Place, known: readonly string[]): TollgateError {
  const param = clipped(path)
  const message = `${param}: is not a field here; it takes ${known.join(', ')}.`
  return new TollgateError('unsupported_parameter', message, { param })
}

export function objectOf(value: unknown, place: Place): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject
  }
  if (place.path !== '') throw wrong(value, place, 'an object')
  throw new TollgateError('invalid_body', `The body is ${kind(value)}, needs a JSON object.`)
}
objectOf.schema = anyObject

/** A reader that takes what `test` takes, as it is. */
const only = <T>(needs: string, face: Face, test: (value: unknown) => boolean): Reader<T> =>
  faced(face, (value: unknown, place: Place) => {
    if (test(value)) return value as T
    throw wrong(value, place, needs)
  })

export const filled: Reader<string> = only(
  'a non-empty string',
  filledString,
  (value) => typeof value === 'string' && value !== '',
)

export const oneOf = <const Word extends string>(...words: readonly Word[]): Reader<Word> =>
  only(words.join(' or '), wordOf(words), (value) => (words as readonly unknown[]).includes(value))

export const listOf = <T>(reader: Reader<T>, needs = 'a list'): Reader<readonly T[]> =>
  faced(listFace(reader), (value, place) => {
    if (!Array.isArray(value)) throw wrong(value, place, needs)
    const { path, notice } = place
    return value.map((item, index) => reader(item, { path: `${path}[${index}]`, notice }))
  })

/** A preference that cannot be carried: told once for all the places it stands in. */
export const leftOut = (
  why: string,
  harmless: (value: unknown) => boolean = () => false,
): Reader<undefined> =>
  faced(
    notCarried(() => ({}), why),
    (value, { path, notice }) => {
      if (!harmless(value)) notice(`${path.replace(/\[\d+\]/g, '[]')}: left out; ${why}`)
      return undefined
    },
  )

export const isFalse = (value: unknown): boolean => value === false
export const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0
