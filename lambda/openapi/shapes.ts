/** Words in which answers are described: JSON Schema, briefly. */
import type { JsonObject } from '../core/conversation.ts'

export const text: JsonObject = { type: 'string' }
export const whole: JsonObject = { type: 'integer', minimum: 0 }
export const cost: JsonObject = {
  type: ['number', 'null'],
  description: 'In USD, where a price is known.',
}
export const word = (...words: readonly string[]): JsonObject => ({ type: 'string', enum: words })
export const list = (items: JsonObject): JsonObject => ({ type: 'array', items })
export const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` })

/** An object that always has these. */
export const object = (properties: JsonObject, sometimes: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: { ...properties, ...sometimes },
  required: Object.keys(properties),
})
