/** What a body must be before anything parses it: small enough, JSON by its type, text, not too deep. */
import type { MiddlewareObj } from '@middy/core'
import { TollgateError } from '../core/errors.ts'
import type { GatewayEvent } from './exchange.ts'

/** Bytes. Base64 makes them 6.0 MB of the 6.29 MB that Lambda takes. */
export const largestBody = 4_500_000
const deepest = 64
const mostValues = 100_000

/** API Gateway's own pattern is the parser's too: `application/json` and `application/…+json`. */
const jsonType = /^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i

export const inputGate = (): MiddlewareObj<GatewayEvent> => ({
  before({ event }) {
    if (event.exchange.dialect === undefined || event.httpMethod === 'GET') {
      event.body = null
      return
    }
    const bytes = bytesOf(event)
    if (bytes.length > largestBody) throw tooLarge(bytes.length)
    requireJsonType(event)
    const text = decoded(bytes)
    if (text.trim() === '') {
      throw new TollgateError('invalid_json', 'The body is empty, needs a JSON object.')
    }
    scan(text)
    event.exchange.text = text
    event.body = text
    event.isBase64Encoded = false
  },
})

const bytesOf = ({ body, isBase64Encoded }: GatewayEvent): Buffer =>
  Buffer.from(typeof body === 'string' ? body : '', isBase64Encoded ? 'base64' : 'utf8')

const tooLarge = (bytes: number): TollgateError =>
  new TollgateError(
    'request_too_large',
    `The body has ${bytes} bytes; this gateway takes up to ${largestBody}.`,
  )

function requireJsonType({ headers }: GatewayEvent): void {
  const name = Object.keys(headers).find((header) => header.toLowerCase() === 'content-type')
  const type = name === undefined ? undefined : headers[name]
  if (type !== undefined && jsonType.test(type)) return
  const got = type === undefined ? 'no content-type' : `content-type '${type.slice(0, 60)}'`
  throw new TollgateError('unsupported_media_type', `Got ${got}, needs application/json.`)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decoded(bytes: Buffer): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new TollgateError('invalid_json', 'The body is not valid UTF-8.')
  }
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c

/** JSON.parse takes any depth, and what comes after it overflows the stack; so depth is counted first. */
function scan(text: string): void {
  let depth = 0
  let values = 0
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char === quote) i = endOfString(text, i)
    else if (char === 0x7b || char === 0x5b) depth++
    else if (char === 0x7d || char === 0x5d) depth--
    else if (char === comma) values++
    if (depth > deepest) {
      throw new TollgateError('invalid_json', `The body is nested deeper than ${deepest} levels.`)
    }
    if (values > mostValues) {
      throw new TollgateError('invalid_json', `The body has more than ${mostValues} values.`)
    }
  }
}

/** Index of the closing quote; the end of the text where there is none, which the parser reports. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end, start)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number, start: number): boolean {
  let first = at
  while (first - 1 > start && text.charCodeAt(first - 1) === backslash) first--
  return (at - first) % 2 === 1
}

/** A lone surrogate is no text: it has no UTF-8, and two of them hash alike. */
export const wellFormedText = (): MiddlewareObj<GatewayEvent> => ({
  before: ({ event }) => requireWellFormed(event.body),
})

function requireWellFormed(body: unknown): void {
  const wrong = findMalformed(body, '')
  if (wrong === undefined) return
  const message = `${wrong}: has half of a surrogate pair, which is no text.`
  throw new TollgateError('invalid_body', message, { param: wrong })
}

/** A body that a transformer wrote in place of a caller's, held to the same. */
export function bodyIn(text: string): unknown {
  const bytes = Buffer.byteLength(text)
  if (bytes > largestBody) throw tooLarge(bytes)
  scan(text)
  const body = parsed(text)
  requireWellFormed(body)
  return body
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TollgateError('invalid_json', 'It is not JSON.')
  }
}

function findMalformed(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : path
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, item] of Object.entries(value)) {
    if (!name.isWellFormed()) return path === '' ? 'body' : path
    const place = Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    const wrong = findMalformed(item, place)
    if (wrong !== undefined) return wrong
  }
  return undefined
}
