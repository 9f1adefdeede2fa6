/** What a route takes, as the reader of its own dialect says it. */

import type { JsonObject } from '../core/conversation.ts'
import type { Dialect } from '../core/dialect.ts'
import type { Faced } from '../wire/schema.ts'
import { withNulls } from './nulls.ts'
import { wordsOf } from './words.ts'

/** Where the reader says nothing: the caller's bytes go on to Bedrock, which judges them. */
const judgedElsewhere: JsonObject = {
  type: 'object',
  description: 'The body that Bedrock documents for this operation and model.',
}

/** What the schema of a route's body is called. */
export function requestName(route: string, id: string): string {
  const { operationId } = wordsOf(route, id)
  return `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}Request`
}

/** What the schema of a body is called that asks for a template in its place. */
export const templateName = (route: string, id: string): string =>
  `${requestName(route, id)}ByTemplate`

/** Where the dialect has words for that. */
export function templateSchema({ task, templateAsk }: Dialect): JsonObject | undefined {
  const schema = task === 'chat' ? (templateAsk as Faced | undefined)?.schema?.() : undefined
  return schema && withNulls(schema)
}

/** The body must name the model where the path does not. */
export function requestSchema(dialect: Dialect, path: string): JsonObject {
  if (dialect.task === 'account') return { anyOf: (dialect.takes ?? []).flatMap(bodiesOf) }
  const reader = 'parse' in dialect ? (dialect.parse as Faced) : {}
  const schema = reader.schema?.()
  if (schema === undefined) return judgedElsewhere
  const { required = [] } = schema as { required?: readonly string[] }
  const named = path.includes('{model}')
  return withNulls(named ? schema : { ...schema, required: [...new Set(['model', ...required])] })
}

/** A dialect's body is named after the first of its routes. */
function bodiesOf(dialect: Dialect): readonly JsonObject[] {
  const { id, routes } = dialect
  const [route] = routes
  const named = `${route?.method} ${route?.path}`
  const template = templateSchema(dialect) && templateName(named, id)
  const names = [requestName(named, id), ...(template === undefined ? [] : [template])]
  return names.map((name) => ({ $ref: `#/components/schemas/${name}` }))
}
