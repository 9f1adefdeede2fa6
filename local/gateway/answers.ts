/** Reads what a function answered, in the two forms API Gateway knows, and nothing else. */
import { validateHeaderName, validateHeaderValue } from 'node:http'
import { isValues, textOf, type Values } from '../template/values.ts'

export type Head = {
  readonly status: number
  /** Lower-case names; a header that is sent several times has several values. */
  readonly headers: ReadonlyMap<string, readonly string[]>
}

/** Gathers chunks until status and headers are complete. */
export type HeadReader = (bytes: Uint8Array) => 'more' | 'malformed' | HeadAndRest
type HeadAndRest = { readonly head: Head; readonly rest: Uint8Array }

const delimiter = Buffer.alloc(8)
const longestPrelude = 64 * 1024

/** The prelude: JSON, then eight NUL bytes. */
export function openHeadReader(): HeadReader {
  let seen: Buffer = Buffer.alloc(0)
  return function read(bytes) {
    seen = Buffer.concat([seen, bytes])
    const end = seen.indexOf(delimiter)
    if (end < 0) return seen.length > longestPrelude ? 'malformed' : 'more'
    const prelude = parsed(seen.toString('utf8', 0, end))
    const head = isValues(prelude) ? headOf(prelude) : undefined
    return head === undefined ? 'malformed' : { head, rest: seen.subarray(end + delimiter.length) }
  }
}

/** The whole answer of a function that does not stream. */
export function readAnswer(payload: string): (Head & { readonly body: Buffer }) | undefined {
  const answer = parsed(payload)
  if (!isValues(answer)) return undefined
  const { body = '', isBase64Encoded = false } = answer
  const head = headOf(answer)
  if (head === undefined || !(typeof body === 'string' || body === null)) return undefined
  return { ...head, body: Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8') }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** These API Gateway sets itself; a function's own arrive under another name. */
const remapped = [
  'authorization',
  'connection',
  'content-length',
  'date',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'server',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
  'warning',
  'www-authenticate',
]

function headOf({ statusCode, headers, multiValueHeaders, cookies }: Values): Head | undefined {
  const status = Number(statusCode)
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined
  const single = Object.entries(isValues(headers) ? headers : {})
  const multiple = Object.entries(isValues(multiValueHeaders) ? multiValueHeaders : {})
  const all = new Map<string, readonly string[]>()
  for (const [name, value] of [...single, ...multiple]) {
    const values = (Array.isArray(value) ? value : [value]).map(textOf)
    const key = name.toLowerCase()
    const sent = remapped.includes(key) ? `x-amzn-remapped-${key}` : key
    all.set(
      sent,
      values.filter((text) => text !== undefined),
    )
  }
  if (Array.isArray(cookies)) all.set('set-cookie', cookies.map(String))
  return [...all].every(isValid) ? { status, headers: all } : undefined
}

function isValid([name, values]: readonly [string, readonly string[]]): boolean {
  try {
    validateHeaderName(name)
    for (const value of values) validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}
