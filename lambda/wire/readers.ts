/** What every reader of callers' JSON is made of: a value is understood, or refused by its path. */
import type { Notice } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import {
  anyString,
  type Face,
  faced,
  integer,
  numberBetween,
  trueOrFalse,
  wordString,
} from './schema.ts'
import { shown } from './shown.ts'

/** Where a value stands, as `messages[2].content`; the body itself has no name. */
export type Place = { readonly path: string; readonly notice: Notice }

/** Gives back what a value means; nothing where it means nothing; throws where it is refused. */
export type Reader<T> = {
  (value: unknown, place: Place): T
  /** What it takes. */
  readonly schema?: Face
}

export type Readers = Readonly<Record<string, Reader<unknown>>>

export const wrong = (place: Place, value: unknown, needs: string): TollgateError =>
  unfit(place, shown(value), needs)

/** `got` says what stands there, where the value itself would not. */
export const unfit = ({ path }: Place, got: string, needs: string): TollgateError =>
  new TollgateError('invalid_body', `${path}: got ${got}, needs ${needs}.`, { param: path })

export const unsupported = ({ path }: Place, why: string): TollgateError =>
  new TollgateError('unsupported_parameter', `${path}: ${why}`, { param: path })

export const within = ({ path, notice }: Place, name: string): Place => ({
  path: path === '' ? name : `${path}.${name}`,
  notice,
})

export const anyText: Reader<string> = faced(anyString, (value, place) => {
  if (typeof value !== 'string') throw wrong(place, value, 'a string')
  return value
})

export const words: Reader<string> = faced(wordString, (value, place) => {
  if (typeof value !== 'string' || value.trim() === '') {
    throw wrong(place, value, 'a non-empty string')
  }
  return value
})

export const flag: Reader<boolean> = faced(trueOrFalse, (value, place) => {
  if (typeof value !== 'boolean') throw wrong(place, value, 'true or false')
  return value
})

export const numberWithin = (min: number, max: number): Reader<number> =>
  faced(numberBetween(min, max), (value, place) => {
    if (typeof value === 'number' && value >= min && value <= max) return value
    throw wrong(place, value, `a number from ${min} to ${max}`)
  })

export const wholeNumber = (min: number): Reader<number> =>
  faced(integer(min), (value, place) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min) return value
    throw wrong(
      place,
      value,
      `a whole number${min === Number.MIN_SAFE_INTEGER ? '' : ` of at least ${min}`}`,
    )
  })

/** Meaning that would be lost. `unless`: values that ask for nothing. */
export const refused = (
  why: string,
  unless: (value: unknown) => boolean = () => false,
): Reader<undefined> =>
  faced(
    () => undefined,
    (value, place) => {
      if (!unless(value)) throw unsupported(place, why)
      return undefined
    },
  )
