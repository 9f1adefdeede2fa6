/** The gateway described as OpenAPI 3.1, from the same definitions by which it reads requests. */

import type { JsonObject } from '../core/conversation.ts'
import type { Dialect } from '../core/dialect.ts'
import { answers } from './answers.ts'
import { errorSchema, failures } from './errors.ts'
import { headers } from './headers.ts'
import { openOperations, operationsOf } from './operations.ts'

/** Of the description, by semantic versioning: a field that is new is a minor one. */
const version = '1.2.0'

const description = `One endpoint to the models of Amazon Bedrock, in the words of several vendors.

A field whose value is \`null\` counts as absent. A field that is not listed is refused with a 400
whose \`param\` names it. What a model cannot be given as asked is told in \`x-tollgate-notice\`.`

const tags = [
  { name: 'question', description: 'One question, one answer, for curl and scripts.' },
  { name: 'openai', description: 'What clients of OpenAI speak.' },
  { name: 'anthropic', description: 'What clients of Anthropic speak.' },
  { name: 'bedrock', description: 'Bedrock Runtime’s own operations, for the AWS SDKs.' },
  { name: 'gateway', description: 'About the gateway itself.' },
]

const securitySchemes = {
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The key of a team.' },
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'The same key, unless the operator chose `auth: "x-api-key"`; or a token, where `auth` has `jwt`.',
  },
}

export function openApiDocument(dialects: readonly Dialect[]): JsonObject {
  const paths: Record<string, JsonObject> = {}
  const requests: Record<string, JsonObject> = {}
  for (const { method, path, operation, takes } of [...operationsOf(dialects), ...openOperations]) {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation }
    for (const { name, schema } of takes ?? []) requests[name] = schema
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Tollgate', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '.', description: 'Where this description lies, stage included.' }],
    security: [{ apiKey: [] }, { bearer: [] }],
    tags,
    paths,
    components: {
      schemas: { ...requests, ...answers, Error: errorSchema },
      responses: failures,
      headers,
      securitySchemes,
    },
  }
}
