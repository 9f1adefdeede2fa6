/** Says of every field that may be absent that it may be `null`, as the gateway reads it. */
import type { Json, JsonObject as Schema } from '../core/conversation.ts'

export function withNulls(schema: Schema): Schema {
  const required = (schema.required ?? []) as readonly string[]
  const entries = Object.entries(schema).map(([name, value]): [string, Json] => {
    if (name !== 'properties') return [name, nested(value, withNulls)]
    const fields = Object.entries(value as Readonly<Record<string, Schema>>)
    const open = fields.map(([field, inner]): [string, Schema] => {
      const taken = withNulls(inner)
      return [field, required.includes(field) ? taken : orNull(taken)]
    })
    return [name, Object.fromEntries(open)]
  })
  return Object.fromEntries(entries)
}

function nested(value: Json, change: (schema: Schema) => Schema): Json {
  if (Array.isArray(value)) return value.map((item) => nested(item, change))
  return typeof value === 'object' && value !== null ? change(value as Schema) : value
}

function orNull(schema: Schema): Schema {
  const { type, enum: words, const: word, anyOf, oneOf, description, ...rest } = schema
  const said = description === undefined ? {} : { description }
  if (Array.isArray(anyOf)) return { ...schema, anyOf: [...anyOf, { type: 'null' }] }
  if (Array.isArray(oneOf)) return { ...said, oneOf: [...oneOf, { type: 'null' }] }
  if (type === undefined) return schema
  const all = word === undefined ? words : [word]
  const values = Array.isArray(all) ? { enum: [...all, null] } : {}
  return { ...said, type: [type, 'null'], ...values, ...rest }
}
