/** Tells which schemas a model can hold an answer to by itself. */
import type { JsonObject } from '../core/conversation.ts'
import type { OutputFormat } from '../core/request.ts'

/**
 * AWS, "Get validated JSON results from models": every object must be closed to other properties,
 * or the request is refused with a 400. Other schemas are held by a tool, which takes any.
 */
export const isClosed = (output: OutputFormat): boolean =>
  output.type === 'json-schema' && closed(output.schema)

function closed(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(closed)
  if (typeof schema !== 'object' || schema === null) return true
  const { type, additionalProperties } = schema as JsonObject
  if (type === 'object' && additionalProperties !== false) return false
  return Object.values(schema).every(closed)
}
