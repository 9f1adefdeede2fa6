/** Says where a value does not satisfy a JSON Schema, in the words of 2020-12 the gateway uses. */
type Schema = Readonly<Record<string, unknown>>

const kinds: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
}

type Check = (value: unknown, argument: never, schema: Schema, path: string) => readonly string[]

const when = (wrong: boolean, path: string, why: string) => (wrong ? [`${path}: ${why}`] : [])
const sizeOf = (value: unknown): number | undefined =>
  Array.isArray(value) || typeof value === 'string' ? value.length : undefined
const isObject = (value: unknown): value is Schema => kinds.object?.(value) === true

const checks: Readonly<Record<string, Check>> = {
  type: (value, type: string | readonly string[], _, path) =>
    when(![type].flat().some((name) => kinds[name]?.(value)), path, `is no ${type}`),
  enum: (value, words: readonly unknown[], _, path) =>
    when(!words.includes(value), path, `is none of ${words.join(', ')}`),
  const: (value, word: unknown, _, path) => when(value !== word, path, `is not ${word}`),
  pattern: (value, pattern: string, _, path) =>
    when(typeof value === 'string' && !new RegExp(pattern).test(value), path, `is no ${pattern}`),
  minimum: (value, least: number, _, path) =>
    when(typeof value === 'number' && value < least, path, `is below ${least}`),
  maximum: (value, most: number, _, path) =>
    when(typeof value === 'number' && value > most, path, `is above ${most}`),
  minLength: (value, least: number, _, path) =>
    when(typeof value === 'string' && value.length < least, path, 'is too short'),
  minItems: (value, least: number, _, path) =>
    when((sizeOf(value) ?? least) < least, path, 'has too few items'),
  maxItems: (value, most: number, _, path) =>
    when((sizeOf(value) ?? most) > most, path, 'has too many items'),
  required: (value, names: readonly string[], _, path) =>
    isObject(value)
      ? names.flatMap((name) => when(!Object.hasOwn(value, name), path, `has no ${name}`))
      : [],
  properties: (value, fields: Readonly<Record<string, Schema>>, _, path) =>
    isObject(value)
      ? Object.entries(fields).flatMap(([name, schema]) =>
          Object.hasOwn(value, name) ? faults(value[name], schema, `${path}.${name}`) : [],
        )
      : [],
  additionalProperties: (value, _: false, { properties = {} }, path) =>
    isObject(value)
      ? Object.keys(value).flatMap((name) =>
          when(!Object.hasOwn(properties as object, name), path, `takes no ${name}`),
        )
      : [],
  items: (value, schema: Schema, _, path) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => faults(item, schema, `${path}[${index}]`))
      : [],
  anyOf: (value, schemas: readonly Schema[], _, path) => {
    const each = schemas.map((schema) => faults(value, schema, path))
    return each.some(({ length }) => length === 0) ? [] : each.flat()
  },
  oneOf: (value, schemas: readonly Schema[], _, path) => {
    const each = schemas.map((schema) => faults(value, schema, path))
    const fitting = each.filter(({ length }) => length === 0).length
    return fitting === 1 ? [] : [`${path}: fits ${fitting} of ${schemas.length}`, ...each.flat()]
  },
  description: () => [],
}

export function faults(value: unknown, schema: Schema, path = ''): readonly string[] {
  return Object.entries(schema).flatMap(([word, argument]) => {
    const check = checks[word]
    if (check === undefined) throw new Error(`${path}: no check of '${word}' is known here.`)
    return check(value, argument as never, schema, path)
  })
}
