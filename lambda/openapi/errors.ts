/** What a refusal looks like: one body for every status. */

import type { JsonObject } from '../core/conversation.ts'
import type { Dialect, Route } from '../core/dialect.ts'
import { type ErrorCode, errorCodes } from '../core/errors.ts'
import { failureHeaders } from './headers.ts'

const codes = Object.entries(errorCodes) as readonly (readonly [
  ErrorCode,
  (typeof errorCodes)[ErrorCode],
])[]

const types = [...new Set(codes.map(([, { type }]) => type))]
const statuses = [...new Set(codes.map(([, { status }]) => status))].sort((a, b) => a - b)

export const errorSchema: JsonObject = {
  type: 'object',
  properties: {
    type: { type: 'string', const: 'error' },
    error: {
      type: 'object',
      properties: {
        type: { type: 'string', enum: types },
        code: { type: 'string', enum: codes.map(([code]) => code) },
        message: { type: 'string' },
        param: {
          type: ['string', 'null'],
          description: 'The field that was wrong, as `messages[2].content`.',
        },
        decision_id: { type: 'string', description: 'Under which a refusal is explained.' },
      },
      required: ['type', 'code', 'message', 'param'],
    },
    message: { type: 'string' },
    request_id: { type: 'string' },
  },
  required: ['type', 'error', 'message', 'request_id'],
}

const nameOf = (status: number): string => `Error${status}`

const codesOf = (status: number): string =>
  codes.flatMap(([code, facts]) => (facts.status === status ? [`\`${code}\``] : [])).join(', ')

export const failures: JsonObject = Object.fromEntries(
  statuses.map((status) => [
    nameOf(status),
    {
      description: codesOf(status),
      headers: failureHeaders(status),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  ]),
)

const refOf = (status: number): JsonObject => ({
  $ref: `#/components/responses/${nameOf(status)}`,
})

const responsesOf = (told: readonly number[]): JsonObject =>
  Object.fromEntries(told.map((status) => [String(status), refOf(status)]))

/** Without key, body or model there is little to refuse. */
export const failuresWithout = responsesOf([429, 500, 504])

/** Of routes that ask no model: whether they read what has to be kept somewhere. */
const reads = { list: false, account: true } as const

/** Without a body there is little to refuse; only a path that names something can miss it. */
export function failuresOf(task: Dialect['task'], { method, path }: Route): JsonObject {
  if (method === 'POST' || !(task === 'list' || task === 'account')) return responsesOf(statuses)
  const missed = path.includes('{') ? [404] : []
  return responsesOf([401, 403, ...missed, 429, 500, ...(reads[task] ? [503] : []), 504])
}
