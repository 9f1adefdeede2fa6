/** What the description says of an answer, with the schemas it refers to in their places. */
import { dialects } from '../../lambda/dialects/index.ts'
import { openApiDocument } from '../../lambda/openapi/document.ts'

type Schemas = Readonly<Record<string, object>>

const { schemas } = openApiDocument(dialects).components as { schemas: Schemas }

const inPlace = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(inPlace)
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value) return inPlace(schemas[String(value.$ref).split('/').at(-1) ?? ''])
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, inPlace(inner)]))
}

export const described = (name: string) => inPlace(schemas[name]) as Record<string, unknown>
