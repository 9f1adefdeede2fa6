/** The shape of a JSON body as data, and the reader that names everything wrong with a value. */

export type Shape = { readonly optional?: true } & (
  | { readonly kind: 'any' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'null' }
  | {
      readonly kind: 'string'
      readonly minLength?: number
      readonly maxLength?: number
      readonly pattern?: RegExp
      readonly oneOf?: readonly string[]
    }
  | ({ readonly kind: 'number'; readonly integer?: true } & Bounds)
  | { readonly kind: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  | { readonly kind: 'object'; readonly fields: Fields; readonly open?: true }
  /** Told apart by the JSON type: a string or a list of blocks. */
  | { readonly kind: 'either'; readonly of: readonly Shape[] }
  /** Told apart by the word in one field. */
  | { readonly kind: 'tagged'; readonly by: string; readonly kinds: Fields }
  /** An object with exactly one of these fields. */
  | { readonly kind: 'one-of'; readonly fields: Fields }
)

/** `over` is an exclusive minimum. */
export type Bounds = { readonly min?: number; readonly over?: number; readonly max?: number }
export type Fields = Readonly<Record<string, Shape>>

type Wrongs = {
  missing: { key: string }
  extra: { key: string }
  type: { expected: string; found: string }
  bounds: { value: number } & Bounds
  word: { value: string; allowed: readonly string[] }
  pattern: { value: string; pattern: RegExp }
  short: { least: number }
  long: { count: number; most: number }
  few: { count: number; least: number }
  many: { count: number; most: number }
  choice: { keys: readonly string[]; allowed: readonly string[] }
}

export type Path = readonly (string | number)[]
export type Violation = {
  readonly [W in keyof Wrongs]: { readonly wrong: W; readonly at: Path } & Readonly<Wrongs[W]>
}[keyof Wrongs]

/** How a family of models says each thing that can be wrong. */
export type Wording = {
  readonly [W in keyof Wrongs]: (violation: Extract<Violation, { wrong: W }>) => string
}

export const phrase = (violation: Violation, wording: Wording): string =>
  (wording[violation.wrong] as (violation: Violation) => string)(violation)

type Kind = Shape['kind']
type OfKind<K extends Kind> = Extract<Shape, { kind: K }>
type Check<K extends Kind> = (value: never, shape: OfKind<K>, at: Path) => readonly Violation[]

export function violations(value: unknown, shape: Shape, at: Path = []): readonly Violation[] {
  const expected = jsonTypes[shape.kind]
  const found = jsonType(value)
  if (shape.kind === 'number' && shape.integer && found === 'number' && !Number.isInteger(value)) {
    return [{ wrong: 'type', at, expected: 'integer', found }]
  }
  if (expected !== undefined && found !== expected) {
    const named = shape.kind === 'number' && shape.integer ? 'integer' : expected
    return [{ wrong: 'type', at, expected: named, found }]
  }
  return (checks[shape.kind] as Check<Kind>)(value as never, shape as never, at)
}

export function jsonType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const jsonTypes: Readonly<Record<Kind, string | undefined>> = {
  any: undefined,
  boolean: 'boolean',
  null: 'null',
  string: 'string',
  number: 'number',
  list: 'array',
  object: 'object',
  either: undefined,
  tagged: 'object',
  'one-of': 'object',
}

const checks: { readonly [K in Kind]: Check<K> } = {
  any: () => [],
  boolean: () => [],
  null: () => [],
  string(value: string, { minLength = 0, maxLength = Infinity, pattern, oneOf }, at) {
    if (oneOf !== undefined && !oneOf.includes(value)) {
      return [{ wrong: 'word', at, value, allowed: oneOf }]
    }
    if (value.length < minLength) return [{ wrong: 'short', at, least: minLength }]
    if (value.length > maxLength) {
      return [{ wrong: 'long', at, count: value.length, most: maxLength }]
    }
    if (pattern?.test(value) === false) return [{ wrong: 'pattern', at, value, pattern }]
    return []
  },
  number(value: number, { min, over, max }, at) {
    const within =
      value >= (min ?? value) && value <= (max ?? value) && (over === undefined || value > over)
    if (within) return []
    const bounds = { ...(min !== undefined && { min }), ...(over !== undefined && { over }) }
    return [{ wrong: 'bounds', at, value, ...bounds, ...(max !== undefined && { max }) }]
  },
  list(value: readonly unknown[], { of, min: least = 0, max: most = Infinity }, at) {
    const count = value.length
    if (count < least) return [{ wrong: 'few', at, count, least }]
    if (count > most) return [{ wrong: 'many', at, count, most }]
    return value.flatMap((item, index) => violations(item, of, [...at, index]))
  },
  object: (value: Record<string, unknown>, { fields, open }, at) => [
    ...Object.entries(fields).flatMap(([key, field]) => fieldViolations(value, key, field, at)),
    ...(open ? [] : extraKeys(value, fields).map((key) => ({ wrong: 'extra', at, key }) as const)),
  ],
  either(value: unknown, { of }, at) {
    const fitting = of.find(({ kind }) => jsonTypes[kind] === jsonType(value))
    if (fitting !== undefined) return violations(value, fitting, at)
    const expected = of.map(({ kind }) => jsonTypes[kind]).join(' or ')
    return [{ wrong: 'type', at, expected, found: jsonType(value) }]
  },
  tagged(value: Record<string, unknown>, { by, kinds }, at) {
    const tag = value[by]
    if (tag === undefined) return [{ wrong: 'missing', at, key: by }]
    const kind = Object.hasOwn(kinds, String(tag)) ? kinds[String(tag)] : undefined
    if (kind !== undefined) return violations(value, kind, at)
    const allowed = Object.keys(kinds)
    return [{ wrong: 'word', at: [...at, by], value: String(tag), allowed }]
  },
  'one-of'(value: Record<string, unknown>, { fields }, at) {
    const keys = Object.keys(value)
    const [key = ''] = keys
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (keys.length === 1 && field !== undefined) return violations(value[key], field, [...at, key])
    return [{ wrong: 'choice', at, keys, allowed: Object.keys(fields) }]
  },
}

function fieldViolations(value: Record<string, unknown>, key: string, field: Shape, at: Path) {
  const present = Object.hasOwn(value, key)
  if (present) return violations(value[key], field, [...at, key])
  return field.optional ? [] : [{ wrong: 'missing', at, key } as const]
}

const extraKeys = (value: Record<string, unknown>, fields: Fields) =>
  Object.keys(value).filter((key) => !Object.hasOwn(fields, key))

export const optional = <S extends Shape>(shape: S): S & { optional: true } => ({
  ...shape,
  optional: true,
})

/** A field for the models that accept it; for others it does not exist. */
export const fieldIf = (accepted: unknown, fields: Fields): Fields =>
  accepted === false || accepted === undefined ? {} : fields
