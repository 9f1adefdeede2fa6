/** A value that keeps to a JSON Schema: what a simulated model gives a tool. */

type Schema = Readonly<Record<string, unknown>>

/** Deep enough for real schemas; ends those that contain themselves. */
const deepest = 6

const byType: Readonly<Record<string, (schema: Schema, root: Schema, depth: number) => unknown>> = {
  string: ({ minLength }) => 'simulated'.padEnd(atMost(1000, minLength, 0), '.'),
  integer: ({ minimum }) => asNumber(minimum, 1),
  number: ({ minimum }) => asNumber(minimum, 1),
  boolean: () => true,
  null: () => null,
  array: ({ items, minItems }, root, depth) =>
    Array.from({ length: atMost(100, minItems, 1) }, () => example(items, root, depth + 1)),
  object: ({ properties, required }, root, depth) =>
    Object.fromEntries(
      Object.entries(asSchema(properties))
        .filter(([name]) => !Array.isArray(required) || required.includes(name))
        .map(([name, each]) => [name, example(each, root, depth + 1)]),
    ),
}

export const exampleOf = (schema: unknown): unknown => example(schema, asSchema(schema), 0)

function example(schema: unknown, root: Schema, depth: number): unknown {
  const given = asSchema(schema)
  if (depth > deepest) return null
  if (given.const !== undefined) return given.const
  if (Array.isArray(given.enum)) return given.enum[0]
  if (typeof given.$ref === 'string') return example(definition(given.$ref, root), root, depth + 1)
  const choices = given.anyOf ?? given.oneOf ?? given.allOf
  if (Array.isArray(choices)) return example(choices[0], root, depth + 1)
  const [type] = [given.type ?? (given.properties === undefined ? 'string' : 'object')].flat()
  const name = String(type)
  return Object.hasOwn(byType, name) ? (byType[name]?.(given, root, depth) ?? null) : null
}

/** `#/$defs/name`, the only references a tool's schema has. */
function definition(reference: string, root: Schema): unknown {
  const steps = reference.replace(/^#\/?/, '').split('/')
  return steps.reduce<unknown>((schema, step) => asSchema(schema)[step], root)
}

const asSchema = (value: unknown): Schema =>
  typeof value === 'object' && value !== null ? (value as Schema) : {}

/** A schema may ask for more than anybody wants to read. */
const atMost = (most: number, value: unknown, otherwise: number): number =>
  Math.min(most, Math.max(0, Math.trunc(asNumber(value, otherwise))))

const asNumber = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise
