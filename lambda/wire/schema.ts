/** The face of a reader: what it takes, as JSON Schema, made only when somebody asks for it. */
import type { JsonObject } from '../core/conversation.ts'

export type Schema = JsonObject

/** Nothing where the reader refuses whatever stands there. */
export type Face = () => Schema | undefined

export type Faced = { readonly schema?: Face }

/** The reader, with its face. */
export const faced = <R extends object>(schema: Face, reader: R): R =>
  Object.assign(reader, { schema })

/** A reader without a face takes anything. */
export const schemaOf = ({ schema }: Faced): Schema | undefined =>
  schema === undefined ? {} : schema()

const given = (reader: Faced): Schema => schemaOf(reader) ?? {}

export const anyString: Face = () => ({ type: 'string' })
export const filledString: Face = () => ({ type: 'string', minLength: 1 })
/** Not blank either. */
export const wordString: Face = () => ({ type: 'string', pattern: '\\S' })
export const trueOrFalse: Face = () => ({ type: 'boolean' })
export const anyObject: Face = () => ({ type: 'object' })

export const integer =
  (minimum: number): Face =>
  () => ({ type: 'integer', ...(minimum > Number.MIN_SAFE_INTEGER && { minimum }) })

export const numberBetween =
  (minimum: number, maximum: number): Face =>
  () => ({ type: 'number', minimum, maximum })

export const wordOf =
  (words: readonly string[]): Face =>
  () => ({ type: 'string', enum: words })

export const listFace =
  (item: Faced, limits: Schema = {}): Face =>
  () => ({ type: 'array', items: given(item), ...limits })

/** An object of these fields and no others; a field that is refused is not there. */
export const shape =
  (fields: Readonly<Record<string, Faced>>, ...required: readonly string[]): Face =>
  () => {
    const properties: Record<string, Schema> = {}
    for (const [name, field] of Object.entries(fields)) {
      const schema = schemaOf(field)
      if (schema !== undefined) properties[name] = schema
    }
    const object = { type: 'object', properties, additionalProperties: false }
    return required.reduce<Schema>((schema, name) => requiring(schema, name.split('.')), object)
  }

/** The same object, which must have these fields; `function.name` stands in `function`. */
export const needing =
  (reader: Faced, ...required: readonly string[]): Face =>
  () =>
    required.reduce((schema, name) => requiring(schema, name.split('.')), given(reader))

function requiring(schema: Schema, [name = '', ...rest]: readonly string[]): Schema {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>
  const inner = rest.length === 0 ? {} : { [name]: requiring(properties[name] ?? {}, rest) }
  const required = new Set([...((schema.required ?? []) as readonly string[]), name])
  return { ...schema, properties: { ...properties, ...inner }, required: [...required] }
}

/** Objects told apart by the word under `key`. */
export const toldApart =
  (key: string, kinds: Readonly<Record<string, Faced>>): Face =>
  () => {
    const all = Object.entries(kinds).map(([word, reader]) => withWord(given(reader), key, word))
    return all.length === 1 ? all[0] : { oneOf: all }
  }

function withWord(schema: Schema, key: string, word: string): Schema {
  const properties = { [key]: { const: word }, ...(schema.properties as Schema | undefined) }
  const told = { ...properties, [key]: { type: 'string', const: word } }
  const required = [key, ...((schema.required ?? []) as readonly string[])]
  return { type: 'object', ...schema, properties: told, required: [...new Set(required)] }
}

export const either =
  (...faces: readonly Face[]): Face =>
  () => ({ anyOf: faces.map((face) => face() ?? {}) })

export const described =
  (face: Face, description: string): Face =>
  () => ({ ...face(), description })

/** A preference that is accepted, and not carried. */
export const notCarried = (face: Face, why: string): Face =>
  described(face, `Accepted, not carried: ${why}.`)
