/** Reads the fields of a caller's JSON object: each understood, or refused by name. */
import { TollgateError } from '../core/errors.ts'
import {
  either,
  type Face,
  filledString,
  integer,
  listFace,
  numberBetween,
  trueOrFalse,
  wordString,
} from '../wire/schema.ts'
import { clipped, kind, shown } from '../wire/shown.ts'

/** `needs` completes the sentence "max_tokens: got -5, needs …". */
export type Field<T> = {
  readonly needs: string
  readonly schema: Face
  readonly read: (value: unknown) => T | undefined
}

export const text: Field<string> = {
  needs: 'a non-empty string',
  schema: wordString,
  read: (value) => (typeof value === 'string' && value.trim() !== '' ? value : undefined),
}

export const wholeNumber = (min: number): Field<number> => ({
  needs: `a whole number of at least ${min}`,
  schema: integer(min),
  read: (value) =>
    Number.isSafeInteger(value) && (value as number) >= min ? (value as number) : undefined,
})

export const numberWithin = (min: number, max: number): Field<number> => ({
  needs: `a number from ${min} to ${max}`,
  schema: numberBetween(min, max),
  read: (value) => (typeof value === 'number' && value >= min && value <= max ? value : undefined),
})

export const flag: Field<boolean> = {
  needs: 'true or false',
  schema: trueOrFalse,
  read: (value) => (typeof value === 'boolean' ? value : undefined),
}

/** One string or a list of them, as OpenAI's `stop`. */
export const texts: Field<readonly string[]> = {
  needs: 'a non-empty string or a list of them',
  schema: either(filledString, listFace({ schema: filledString })),
  read(value) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    return list.every((item) => typeof item === 'string' && item !== '')
      ? (list as readonly string[])
      : undefined
  },
}

type Fields = Readonly<Record<string, Field<unknown>>>
type Read<F extends Fields> = {
  readonly [K in keyof F]?: F[K] extends Field<infer T> ? T : never
}

/** `null` counts as absent, since many clients send it for what they do not set. */
export function readFields<F extends Fields>(body: unknown, fields: F): Read<F> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new TollgateError('invalid_body', `The body is ${kind(body)}, needs a JSON object.`)
  }
  const read: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(body)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field === undefined) throw unknownField(name, Object.keys(fields))
    if (value === null) continue
    const found = field.read(value)
    if (found === undefined) throw wrongField(name, value, field.needs)
    read[name] = found
  }
  return read as Read<F>
}

export const missingField = (name: string, needs: string): TollgateError =>
  new TollgateError('invalid_body', `${name}: is missing, needs ${needs}.`, { param: name })

export const wrongField = (param: string, value: unknown, needs: string): TollgateError =>
  new TollgateError('invalid_body', `${param}: got ${shown(value)}, needs ${needs}.`, { param })

function unknownField(name: string, known: readonly string[]): TollgateError {
  const param = clipped(name)
  const message = `${param}: is not a field of this request; it takes ${known.join(', ')}.`
  return new TollgateError('unsupported_parameter', message, { param })
}
