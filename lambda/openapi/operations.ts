/** One operation a route: what it is called, what it takes and what it answers. */

import type { JsonObject } from '../core/conversation.ts'
import type { Dialect, Route } from '../core/dialect.ts'
import type { AnswerName } from './answers.ts'
import { failuresOf, failuresWithout } from './errors.ts'
import { headersOf, plainHeaders } from './headers.ts'
import { requestName, requestSchema, templateName, templateSchema } from './requests.ts'
import { type Words, wordsOf } from './words.ts'

type Operation = Route & {
  readonly operation: JsonObject
  /** What may stand in its body. */
  readonly takes?: readonly { readonly name: string; readonly schema: JsonObject }[]
}

export const operationsOf = (dialects: readonly Dialect[]): readonly Operation[] =>
  dialects.flatMap((dialect) => dialect.routes.map((route) => described(dialect, route)))

function described(dialect: Dialect, route: Route): Operation {
  const { method, path } = route
  const said = wordsOf(`${method} ${path}`, dialect.id)
  if (method === 'GET') return { ...route, operation: operation(dialect, route, said) }
  const named = [`${method} ${path}`, dialect.id] as const
  const own = { name: requestName(...named), schema: requestSchema(dialect, path) }
  const template = templateSchema(dialect)
  const takes =
    template === undefined ? [own] : [own, { name: templateName(...named), schema: template }]
  const [ref = {}, ...others] = takes.map(({ name }) => schemaRef(name))
  const content = json(others.length === 0 ? ref : { anyOf: [ref, ...others] })
  const requestBody = { required: true, content }
  return { ...route, operation: { ...operation(dialect, route, said), requestBody }, takes }
}

const header = (name: string, description: string, schema: JsonObject): JsonObject => ({
  ...{ name, in: 'header', description, schema },
})

/** As the edge reads them. */
const wishes: readonly JsonObject[] = [
  header(
    'x-tollgate-timeout-ms',
    'Longest wait for the first byte of a provider’s answer, in milliseconds.',
    { type: 'integer', minimum: 1, maximum: 900_000 },
  ),
  header('x-tollgate-cache-ttl', 'Keeps this answer for so many seconds.', { type: 'integer' }),
  header('x-tollgate-skip-cache', '`true`: the cache is neither asked nor told.', {
    type: 'string',
  }),
  header('x-tollgate-cache-key', 'What the answer is remembered by, within the team.', {
    type: 'string',
  }),
  header('x-tollgate-log', 'Logs less of this request than the team’s setting, never more.', {
    type: 'string',
    enum: ['none', 'metadata', 'full'],
  }),
  header(
    'x-tollgate-metadata',
    'A JSON object of at most five flat values, for the log line of this request.',
    { type: 'string' },
  ),
]

function operation(dialect: Dialect, { method, path }: Route, said: Words): JsonObject {
  const { operationId, summary, tag, query } = said
  const asks = dialect.task !== 'list' && dialect.task !== 'account'
  const parameters = [...inPath(path), ...(query ?? []), ...(asks ? wishes : [])]
  const alone = dialect.task === 'native' && dialect.streams
  const streams = alone || (dialect.task === 'chat' && method === 'POST')
  return {
    operationId,
    summary,
    tags: [tag],
    ...(parameters.length > 0 && { parameters }),
    responses: {
      200: {
        description: alone ? 'The answer as it comes.' : 'The answer.',
        headers: headersOf(dialect),
        content: {
          ...(!alone && json(schemaRef(said.gives))),
          ...(said.plainText === true && { 'text/plain': { schema: { type: 'string' } } }),
          ...(streams && stream(dialect.streamType)),
        },
      },
      ...failuresOf(dialect.task, { method, path }),
    },
  }
}

const schemaRef = (name: string): JsonObject => ({
  $ref: `#/components/schemas/${name}`,
})

const json = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } })

const stream = (type: string): JsonObject => ({
  [type.split(';')[0] ?? type]: {
    schema: { type: 'string', description: 'Events of the dialect, as they come.' },
  },
})

const inPath = (path: string): readonly JsonObject[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    description: name.startsWith('model')
      ? 'An alias, a Bedrock model id, an inference profile’s id or an ARN, percent-encoded once.'
      : 'Percent-encoded once.',
  }))

const open = (path: string, operationId: string, summary: string, gives: AnswerName) => ({
  method: 'GET' as const,
  path,
  operation: {
    operationId,
    summary,
    tags: ['gateway'],
    security: [],
    responses: {
      200: { description: summary, headers: plainHeaders, content: json(schemaRef(gives)) },
      ...failuresWithout,
    },
  },
})

/** What needs no key. */
export const openOperations: readonly Operation[] = [
  open('/health', 'getHealth', 'Whether the gateway answers', 'Health'),
  open('/openapi.json', 'getDescription', 'This description', 'AnyAnswer'),
]
