/** Reads the fields of an Anthropic body, however deep: each understood, or refused by its place. */
import type { Notice } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import {
  anyObject,
  anyString,
  type Face,
  faced,
  filledString,
  integer,
  listFace,
  notCarried,
  numberBetween,
  trueOrFalse,
  wordOf,
  wordString,
} from './schema.ts'

/** Where in the body we are, as `messages[2].content[0]`, and whom to tell what is lost. */
export type Place = { readonly path: string; readonly notice: Notice }

export type Reader<T> = {
  (value: unknown, place: Place): T
  /** What it takes. */
  readonly schema?: Face
}
type Readers = Readonly<Record<string, Reader<unknown>>>
type Read<F extends Readers> = { readonly [K in keyof F]?: ReturnType<F[K]> }

export const within = ({ path, notice }: Place, name: string): Place => ({
  path: path === '' ? name : `${path}.${name}`,
  notice,
})

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

export function wrong(value: unknown, { path }: Place, needs: string): TollgateError {
  const message = `${path}: got ${shown(value)}, needs ${needs}.`
  return new TollgateError('invalid_body', message, { param: path })
}

export const unsupported = ({ path }: Place, why: string): TollgateError =>
  new TollgateError('unsupported_parameter', `${path}: ${why}`, { param: path })

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

export const text: Reader<string> = only(
  'a string',
  anyString,
  (value) => typeof value === 'string',
)

export const filled: Reader<string> = only(
  'a non-empty string',
  filledString,
  (value) => typeof value === 'string' && value !== '',
)

/** Not blank either. */
export const word: Reader<string> = only(
  'a non-empty string',
  wordString,
  (value) => typeof value === 'string' && value.trim() !== '',
)

export const flag: Reader<boolean> = only(
  'true or false',
  trueOrFalse,
  (value) => typeof value === 'boolean',
)

export const wholeNumber = (min: number): Reader<number> =>
  only(
    `a whole number of at least ${min}`,
    integer(min),
    (value) => Number.isSafeInteger(value) && (value as number) >= min,
  )

export const numberFrom = (min: number, max: number): Reader<number> =>
  only(
    `a number from ${min} to ${max}`,
    numberBetween(min, max),
    (value) => typeof value === 'number' && value >= min && value <= max,
  )

export const oneOf = <const Word extends string>(...words: readonly Word[]): Reader<Word> =>
  only(words.join(' or '), wordOf(words), (value) => (words as readonly unknown[]).includes(value))

export const listOf = <T>(reader: Reader<T>, needs = 'a list'): Reader<readonly T[]> =>
  faced(listFace(reader), (value, place) => {
    if (!Array.isArray(value)) throw wrong(value, place, needs)
    const { path, notice } = place
    return value.map((item, index) => reader(item, { path: `${path}[${index}]`, notice }))
  })

/** A field whose meaning the gateway cannot carry; what `harmless` takes means nothing. */
export const refused = (
  why: string,
  harmless: (value: unknown) => boolean = () => false,
): Reader<undefined> =>
  faced(
    () => undefined,
    (value, place) => {
      if (harmless(value)) return undefined
      throw unsupported(place, why)
    },
  )

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

const clipped = (value: string): string => (value.length > 80 ? `${value.slice(0, 80)}…` : value)

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(clipped(value))
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kind(value)
}

function kind(value: unknown): string {
  if (value === undefined) return 'empty'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
