/** Reads the parts of API Gateway’s event that may be missing, or come as they were sent. */
import type { APIGatewayProxyEvent } from 'aws-lambda'
import { TollgateError } from '../core/errors.ts'

export const present = (
  values: Readonly<Record<string, string | undefined>> | null,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values ?? {}).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )

/** A REST API hands a path on as it was sent; here it is decoded, once. */
export function decoded(parameters: Record<string, string>): Record<string, string> {
  try {
    const entries = Object.entries(parameters)
    return Object.fromEntries(entries.map(([name, value]) => [name, decodeURIComponent(value)]))
  } catch {
    throw new TollgateError('route_not_found', 'The path is not well encoded.')
  }
}

export function lowerCased(headers: APIGatewayProxyEvent['headers']): Record<string, string> {
  const all: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) all[name.toLowerCase()] = value
  }
  return all
}
