/** What `redact` looks for: each kind's pattern, and the check that tells it from other digits and letters. */
import { isIPv6 } from 'node:net'
import { passesLuhn, passesMod97 } from './check-digits.ts'

export type Kind =
  | 'private-key'
  | 'jwt'
  | 'aws-key'
  | 'email'
  | 'iban'
  | 'card'
  | 'ssn'
  | 'ip'
  | 'phone'

/** From and to, in UTF-16 units. */
export type Span = readonly [start: number, end: number]

type Finder = {
  /** With the flag `g`. Each takes no more time than its text is long. */
  readonly find: RegExp
  /** What of a match is meant, and of what stands before it; default: all of it. */
  readonly spans?: Spans
}

type Spans = (text: string, match: string, at: number) => readonly Span[]

const within = (at: number, found: readonly Span[]): readonly Span[] =>
  found.map(([start, end]) => [at + start, at + end])

const only =
  (holds: (match: string) => boolean): Spans =>
  (_, match, at) =>
    holds(match) ? [[at, at + match.length]] : []

/** What follows `find` decides; a boundary is what a letter or digit does not go on over. */
const goesOn = /[\p{L}\p{N}]/u

const endsAt = (text: string, end: number): boolean => !goesOn.test(text.charAt(end))

/** Digits in groups: a card's may stand beside a date or an amount. The longest from each place counts. */
function cards(_: string, match: string, at: number): readonly Span[] {
  const groups = [...match.matchAll(/\d+/g)].map((group) => ({
    start: group.index,
    digits: group[0],
  }))
  const found: Span[] = []
  for (let first = 0; first < groups.length; first++) {
    let digits = ''
    let after: number | undefined
    for (let last = first; last < groups.length && digits.length < 19; last++) {
      digits += groups[last]?.digits ?? ''
      const isCard = digits.length >= 13 && digits.length <= 19 && passesLuhn(digits)
      if (isCard) after = last + 1
    }
    if (after === undefined) continue
    const start = groups[first]?.start ?? 0
    const { start: lastStart = 0, digits: lastDigits = '' } = groups[after - 1] ?? {}
    found.push([start, lastStart + lastDigits.length])
    first = after - 1
  }
  return within(at, found)
}

/** As long as it can be: what follows it in capitals is no part of it. */
function ibans(text: string, match: string, at: number): readonly Span[] {
  for (let end = match.length; end > 14; end--) {
    if (match.charAt(end - 1) === ' ' || !endsAt(text, at + end)) continue
    const iban = match.slice(0, end).replaceAll(/[ -]/g, '')
    if (iban.length < 15) break
    if (iban.length <= 34 && passesMod97(iban)) return [[at, at + end]]
  }
  return []
}

const localPart = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u
const longestLocalPart = 64

/** From the sign on back: who begins at the front tries every letter of a long text. */
function emails(text: string, match: string, at: number): readonly Span[] {
  let start = at
  while (start > 0 && at - start < longestLocalPart && localPart.test(text.charAt(start - 1))) {
    start -= 1
  }
  while (start < at && /[.'`{|/=]/.test(text.charAt(start))) start += 1
  return start === at ? [] : [[start, at + match.length]]
}

/** To its last line; one that was cut, to the end of the text. */
function privateKeys(text: string, match: string, at: number): readonly Span[] {
  const end = text.indexOf('-----', at + match.length)
  if (end < 0) return [[at, text.length]]
  const [line = ''] = lastLine.exec(text.slice(end, end + 80)) ?? []
  return [[at, end + line.length]]
}
const lastLine = /^-----END [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----/

/** Three parts, of which the first two are JSON objects in base64. */
function tokens(_: string, match: string, at: number): readonly Span[] {
  const parts = match.split('.')
  const found: Span[] = []
  let start = 0
  for (let index = 0; index < parts.length; index++) {
    const [header = '', payload = '', signature] = parts.slice(index, index + 3)
    const begun = header.lastIndexOf('eyJ')
    if (begun >= 0 && payload.startsWith('eyJ') && signature !== undefined) {
      const end = start + header.length + payload.length + signature.length + 2
      found.push([start + (header.startsWith('eyJ') ? 0 : begun), end])
      index += 2
      start = end + 1
    } else start += header.length + 1
  }
  return within(at, found)
}

/** E.164: 15 digits at most; fewer than eight are an extension or a sum. As many groups as there can be. */
function calls(text: string, match: string, at: number): readonly Span[] {
  let count = 0
  let end: number | undefined
  for (const { 0: group, index } of match.matchAll(/\d+/g)) {
    count += group.length
    const after = index + group.length
    if (count >= 8 && count <= 15 && endsAt(text, at + after)) end = after
  }
  return end === undefined ? [] : [[at, at + end]]
}

/** The Social Security Administration gives no area 000, 666 or 9xx, no group 00, no number 0000. */
const isSsn = (match: string): boolean => {
  const [area = '', group = '', number = ''] = match.split(/\D/)
  return !/^(000|666|9..)$/.test(area) && group !== '00' && number !== '0000'
}

/** `a::b` is a name in some languages: at least one digit. */
function addresses(text: string, match: string, at: number): readonly Span[] {
  const trimmed = match.endsWith(':') && !match.endsWith('::') ? match.slice(0, -1) : match
  const isAddress = isIPv6(trimmed) && /\d/.test(trimmed) && endsAt(text, at + trimmed.length)
  return isAddress ? [[at, at + trimmed.length]] : []
}

const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)'

/** In the order in which they are looked for: what has a form of its own before mere digits. */
export const kinds: Readonly<Record<Kind, readonly Finder[]>> = {
  'private-key': [
    {
      find: /-----BEGIN (?:(?:RSA|EC|DSA|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY(?: BLOCK)?-----/g,
      spans: privateKeys,
    },
  ],
  jwt: [{ find: /[A-Za-z0-9_.-]{20,}/g, spans: tokens }],
  'aws-key': [{ find: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])/g }],
  email: [{ find: /@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/gu, spans: emails }],
  iban: [{ find: /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,42}/giu, spans: ibans }],
  card: [{ find: /\d(?:[ -]?\d){12,}/g, spans: cards }],
  ssn: [
    {
      find: /(?<![\d-])\d{3}(?:-\d{2}-| \d{2} )\d{4}(?![\d-])/g,
      spans: only(isSsn),
    },
  ],
  ip: [
    { find: new RegExp(`(?<![\\d.])(?:${octet}\\.){3}${octet}(?!\\d|\\.\\d)`, 'g') },
    { find: /(?<![\p{L}\p{N}:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}/giu, spans: addresses },
  ],
  phone: [
    { find: /(?<![\p{L}\p{N}+])\+[1-9][\d ().-]{6,30}/gu, spans: calls },
    {
      find: /(?<![\p{L}\p{N}+.-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\p{L}\p{N}-])/gu,
    },
  ],
}

export const everyKind = Object.keys(kinds) as readonly Kind[]

export function spansOf(kind: Kind, text: string): readonly Span[] {
  return kinds[kind].flatMap(({ find, spans }) =>
    [...text.matchAll(find)].flatMap((match): readonly Span[] => {
      const [found] = match
      return spans?.(text, found, match.index) ?? [[match.index, match.index + found.length]]
    }),
  )
}
