/** Tells which schemas Cohere holds an answer to by itself. Cohere, "Structured Outputs". */
import type { OutputFormat } from '../core/request.ts'

/** "Unsupported schema features", and `uniqueItems`, which it takes for tools alone. */
const unsupported = [
  'allOf',
  'oneOf',
  'not',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'uniqueItems',
]

const formats = ['date-time', 'uuid', 'date', 'time']

/** `^`, `$` and looking ahead are not supported in a pattern. */
const unsupportedPattern = /[\^$]|\?[=!]/

/** Without a schema any object will do. With one, the outermost must be an object. */
export const canHold = (output: OutputFormat): boolean =>
  output.type === 'json' || (output.schema.type === 'object' && isHeld(output.schema))

type Schema = Readonly<Record<string, unknown>>

const asSchema = (value: unknown): Schema | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Schema)
    : undefined

const membersOf = (value: unknown): readonly unknown[] => Object.values(asSchema(value) ?? {})

function isHeld(value: unknown): boolean {
  const schema = asSchema(value)
  if (schema === undefined) return true
  if (unsupported.some((keyword) => Object.hasOwn(schema, keyword))) return false
  const { type, required, format, pattern, items, anyOf, additionalProperties } = schema
  /** "Every object in the schema must have at least one required field specified." */
  if (type === 'object' && !(Array.isArray(required) && required.length > 0)) return false
  if (format !== undefined && !formats.includes(String(format))) return false
  if (pattern !== undefined && unsupportedPattern.test(String(pattern))) return false
  return [
    ...membersOf(schema.properties),
    ...membersOf(schema.$defs),
    ...membersOf(schema.definitions),
    ...(Array.isArray(anyOf) ? anyOf : []),
    items,
    additionalProperties,
  ].every(isHeld)
}
