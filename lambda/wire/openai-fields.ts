/** Reads JSON in OpenAI's shapes: each value is understood, or refused by its path. */
import { TollgateError } from '../core/errors.ts'
import {
  type Place,
  type Reader,
  type Readers,
  unfit,
  unsupported,
  within,
  wrong,
} from './readers.ts'
import {
  anyObject,
  faced,
  listFace,
  notCarried,
  schemaOf,
  shape,
  toldApart,
  wordOf,
} from './schema.ts'
import { clipped, kind } from './shown.ts'

export {
  anyText,
  flag,
  numberWithin,
  type Place,
  type Reader,
  refused,
  unfit,
  unsupported,
  wholeNumber,
  within,
  words,
  wrong,
} from './readers.ts'

export type Said<R extends Readers> = {
  readonly [Name in keyof R]?: Exclude<ReturnType<R[Name]>, undefined>
}

export const missing = (place: Place, name: string, needs: string): TollgateError => {
  const param = within(place, name).path
  return new TollgateError('invalid_body', `${param}: is missing, needs ${needs}.`, { param })
}

/** One notice for all places alike: `messages.name`, whichever message it was. */
export const tell = ({ path, notice }: Place, what: string): void =>
  notice(`${path.replace(/\[\d+\]/g, '')}: ${what}`)

/** A closed set of words, and what each means. */
export const oneOf = <const Table extends Readonly<Record<string, unknown>>>(
  table: Table,
): Reader<Table[keyof Table]> =>
  faced(wordOf(Object.keys(table)), (value, place) => {
    if (typeof value === 'string' && Object.hasOwn(table, value)) {
      return table[value] as Table[keyof Table]
    }
    throw wrong(place, value, `one of ${Object.keys(table).join(', ')}`)
  })

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const record: Reader<Readonly<Record<string, unknown>>> = faced(
  anyObject,
  (value, place) => {
    if (!isRecord(value)) throw wrong(place, value, 'an object')
    return value
  },
)

export const list = <T>(
  read: Reader<T>,
  most = Number.POSITIVE_INFINITY,
): Reader<readonly Exclude<T, undefined>[]> =>
  faced(listFace(read, Number.isFinite(most) ? { maxItems: most } : {}), (value, place) => {
    if (!Array.isArray(value)) throw wrong(place, value, 'a list')
    if (value.length > most) throw unfit(place, `${value.length} items`, `at most ${most}`)
    return value
      .map((item, index) => read(item, { ...place, path: `${place.path}[${index}]` }))
      .filter((item) => item !== undefined) as Exclude<T, undefined>[]
  })

/** `null` counts as absent, since many clients send it for what they do not set. */
export const object = <R extends Readers>(fields: R): Reader<Said<R>> =>
  faced(shape(fields), (value, place) => {
    if (!isRecord(value)) throw place.path === '' ? noBody(value) : wrong(place, value, 'an object')
    const said: Record<string, unknown> = {}
    for (const name of Object.keys(value)) {
      if (value[name] === null) continue
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined
      if (field === undefined) throw unknownField(place, name, Object.keys(fields))
      const read = field(value[name], within(place, name))
      if (read !== undefined) said[name] = read
    }
    return said as Said<R>
  })

/** An object whose `key` says what the rest of it is. `refusals`: the vendor's words with no place here. */
export const choose = <const R extends Readers>(
  key: string,
  readers: R,
  refusals: Readonly<Record<string, string>> = {},
): Reader<ReturnType<R[keyof R]>> =>
  faced(toldApart(key, readers), (value, place) => {
    if (!isRecord(value)) throw wrong(place, value, 'an object')
    const word = value[key]
    const at = within(place, key)
    if (typeof word === 'string') {
      const read = Object.hasOwn(readers, word) ? readers[word] : undefined
      if (read !== undefined) return read(value, place) as ReturnType<R[keyof R]>
      const why = Object.hasOwn(refusals, word) ? refusals[word] : undefined
      if (why !== undefined) throw unsupported(at, `'${word}' ${why}`)
    }
    throw wrong(at, word, `one of ${Object.keys(readers).join(', ')}`)
  })

/** A preference that is lost, and told. `unless`: values that ask for nothing. */
export const leftOut = <T>(
  read: Reader<T>,
  why: string,
  unless: (value: T) => boolean = () => false,
): Reader<undefined> =>
  faced(
    notCarried(() => schemaOf(read), why),
    (value, place) => {
      if (!unless(read(value, place))) tell(place, `left out; ${why}`)
      return undefined
    },
  )

const noBody = (value: unknown): TollgateError =>
  new TollgateError('invalid_body', `The body is ${kind(value)}, needs a JSON object.`)

function unknownField(place: Place, name: string, known: readonly string[]): TollgateError {
  const at = within(place, clipped(name))
  return unsupported(at, `is not a field here, which takes ${known.join(', ')}.`)
}
