/** Sets one member of a JSON object that stands in bytes, and leaves every other byte as it was. */

const [quote, backslash, colon, comma] = Buffer.from('"\\:,')
const [openBrace, closeBrace, openBracket, closeBracket] = Buffer.from('{}[]')

/** A value, without the space around it. */
type Span = { readonly from: number; readonly to: number }

/** `json` is one object, and has been read before; no key of it is said twice. */
export function memberOf(json: Buffer, name: string): { value: unknown; span: Span } | undefined {
  /** A key may also be written with escapes. */
  if (!json.includes(name) && !json.includes('\\u')) return undefined
  const span = spanOf(json, name)
  return span && { value: JSON.parse(json.toString('utf8', span.from, span.to)), span }
}

/** In the place of `span`, else as the first member. */
export function withMember(json: Buffer, name: string, value: unknown, span?: Span): Buffer {
  const said = JSON.stringify(value)
  if (span !== undefined) {
    return Buffer.concat([json.subarray(0, span.from), Buffer.from(said), json.subarray(span.to)])
  }
  const first = json.indexOf('{') + 1
  const isEmpty = json[afterSpace(json, first)] === closeBrace
  const member = `${JSON.stringify(name)}:${said}${isEmpty ? '' : ','}`
  return Buffer.concat([json.subarray(0, first), Buffer.from(member), json.subarray(first)])
}

function spanOf(json: Buffer, name: string): Span | undefined {
  let depth = 0
  let key: unknown
  /** Of the value of the outermost object's current member; 0 before its colon. */
  let from = 0
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === quote) {
      const end = endOfString(json, at)
      if (depth === 1 && from === 0) key = JSON.parse(json.toString('utf8', at, end))
      at = end - 1
    } else if (byte === openBrace || byte === openBracket) depth++
    else if (byte === closeBrace || byte === closeBracket) {
      if (--depth === 0)
        return from > 0 && key === name ? { from, to: beforeSpace(json, at) } : undefined
    } else if (depth === 1 && byte === colon) from = afterSpace(json, at + 1)
    else if (depth === 1 && byte === comma) {
      if (key === name) return { from, to: beforeSpace(json, at) }
      from = 0
    }
  }
  return undefined
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d

function afterSpace(json: Buffer, from: number): number {
  let at = from
  while (isSpace(json[at])) at++
  return at
}

function beforeSpace(json: Buffer, to: number): number {
  let at = to
  while (isSpace(json[at - 1])) at--
  return at
}

/** After its closing quote. */
function endOfString(json: Buffer, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const byte = json[at]
    if (byte === backslash) at++
    else if (byte === quote) return at + 1
  }
  return json.length
}
