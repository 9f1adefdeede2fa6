/** Makes text plain for matching: what looks the same reads the same. What is sent on stays as it is. */
import { hiddenIn, turnedIn } from './hidden.ts'
import {
  asOne,
  firstOfTwo,
  type LookAlikes,
  mayBeWritten,
  noUnit,
  plainLookAlikes,
  writtenLookAlikes,
} from './lookalikes.ts'

const units = 0x10000

/** Canonical ordering takes the square of a run's length; UAX #15, "Stream-Safe Text Format": 30 marks. */
const longestRun = 30

const kept = 0
const dropped = 1
const space = 2
const mark = 3

let kinds: Uint8Array | undefined

/** What each UTF-16 unit is; made when the first text needs it, in a few milliseconds. */
function kindsOfUnits(): Uint8Array {
  if (kinds !== undefined) return kinds
  const made = new Uint8Array(units)
  const all = String.fromCharCode(...Array(0x8000).keys())
  const more = Array.from({ length: 0x8000 }, (_, at) => String.fromCharCode(0x8000 + at)).join('')
  for (const part of [all, more]) {
    for (const [found] of part.matchAll(/\p{M}/gu)) made[found.charCodeAt(0)] = mark
    for (const [found] of part.matchAll(/[\s\u0085\u2800]/gu)) made[found.charCodeAt(0)] = space
    for (const [found] of part.matchAll(invisible)) made[found.charCodeAt(0)] = dropped
  }
  made[lineEnd] = kept
  kinds = made
  return made
}

/** Default_Ignorable_Code_Point has zero-width, bidi, fillers, variation selectors and tags. */
const invisible = /[\p{DI}[\p{Cc}--[\s\u0085]]\ufff9-\ufffb]/gv
const anyInvisible = new RegExp(invisible, 'v')
/** Of these, the ones that are two units: some of music, of shorthand, tags and selectors. */
const invisibleBeyond = /[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]+/gu
const beyond = /[\ud82f\ud834\udb40]/
const lineEnd = 0x0a
const blank = 0x20

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00

/** Bytes of UTF-16, so that a megabyte is read and written in place. */
function unitsOf(text: string): Uint16Array {
  const bytes = Buffer.allocUnsafeSlow(text.length * 2)
  bytes.write(text, 'utf16le')
  return new Uint16Array(bytes.buffer, 0, text.length)
}

const textOf = (all: Uint16Array, length: number): string =>
  Buffer.from(all.buffer, 0, length * 2).toString('utf16le')

/** No mark is among U+1F000 to U+1FBFF, where emoji are. */
const isMarkBeyond = (high: number, low: number): boolean =>
  (high < 0xd83c || high > 0xd83e) && /\p{M}/u.test(String.fromCharCode(high, low))

/** Drops what is not seen, bounds runs of marks, and makes white space one blank. */
function sifted(text: string): string {
  const kind = kindsOfUnits()
  const all = unitsOf(text)
  let to = 0
  let marks = 0
  for (let at = 0; at < all.length; at++) {
    const unit = all[at] ?? 0
    const is = kind[unit]
    if (is === dropped) continue
    if (is === space) {
      if (to > 0 && all[to - 1] !== blank && all[to - 1] !== lineEnd) all[to++] = blank
      marks = 0
      continue
    }
    if (unit === lineEnd && to > 0 && all[to - 1] === blank) to--
    const next = all[at + 1] ?? 0
    const marked = is === mark || (isHigh(unit) && isMarkBeyond(unit, next))
    marks = marked ? marks + 1 : isHigh(unit) ? 0 : unit >= 0xdc00 && unit < 0xe000 ? marks : 0
    if (marked && marks > longestRun) {
      if (is !== mark) at++
      continue
    }
    all[to++] = unit
  }
  if (to > 0 && all[to - 1] === blank) to--
  return textOf(all, to)
}

const beyondAscii = /\P{ASCII}/u
/** Most texts have nothing of it. */
const unusual = /[^ -~\t\n\r\v\f]/

/** Every line by itself; `\n` ends one. */
function plainLines(text: string): string {
  if (!unusual.test(text)) return usualText(text)
  if (!beyondAscii.test(text)) return usualText(text.replaceAll(controls, ''))
  let before = sifted(lowerCased(text))
  for (let round = 0; round < 4; round++) {
    const normal = lowerCased(before.normalize('NFKC'))
    if (isBlownUp(normal, text)) return normal
    if (normal === before) break
    before = sifted(normal)
  }
  return before
}

/** Both sigmas are one letter, which its place in the word tells apart in lower case. */
const lowerCased = (text: string): string =>
  (beyond.test(text) ? text.replace(invisibleBeyond, '') : text).toLowerCase().replaceAll('ς', 'σ')

const controls = /[\p{Cc}--\s]/gv

function usualText(text: string): string {
  const spaced = text.toLowerCase().replace(/[\t\r\v\f][\t\r\v\f ]*| [\t\r\v\f ]+/g, ' ')
  return withoutEdges(spaced.replaceAll(' \n', '\n').replaceAll('\n ', '\n'))
}

const withoutEdges = (text: string): string =>
  text.slice(text.startsWith(' ') ? 1 : 0, text.length > 1 && text.endsWith(' ') ? -1 : undefined)

/** One text as rules read it. Never throws; plain text stays as it is. */
export const plain = (text: string): string => plainLines(text.replaceAll('\n', '\r'))

/** Look-alikes as the Latin letters they pass for, without accents. */
const latin = (text: string): string => madeLatin(text.normalize('NFKD'), plainLookAlikes())

/** Of those that lower case or NFKC would make another letter of. */
const latinAsWritten = (text: string): string =>
  mayBeWritten.test(text) ? madeLatin(text, writtenLookAlikes()) : text

function madeLatin(text: string, { units: latinOf, pairs }: LookAlikes): string {
  const all = unitsOf(text)
  let to = 0
  for (let at = 0; at < all.length; at++) {
    const unit = all[at] ?? 0
    const letter = latinOf[unit] ?? unit
    if (letter === noUnit) continue
    if (letter !== firstOfTwo) {
      all[to++] = letter
      continue
    }
    const both = pairs.get(asOne(unit, all[at + 1] ?? 0))
    if (both !== undefined) at++
    all[to++] = both ?? unit
  }
  return textOf(all, to)
}

/** Where nothing is seen a blank may be meant; a selector follows what it selects. */
function blanked(text: string): string {
  const kind = kindsOfUnits()
  const all = unitsOf(text)
  for (let at = 0; at < all.length; at++) if (kind[all[at] ?? 0] === dropped) all[at] = blank
  return textOf(all, all.length)
}

/** In any script's text there are few. */
const mostTurns = 10_000

function turned(lines: string): readonly string[] {
  if ((lines.match(/\u202e/g)?.length ?? 0) > mostTurns) throw new TooMuchText()
  return turnedIn(lines)
}

/** More than a rule can be asked to read in time. */
export class TooMuchText extends Error {}

/** NFKC makes eighteen characters of one, at worst; seams repeat a text of a megabyte twice. */
const mostUnits = 3.5 * 1_048_576
const isBlownUp = (after: string, before: string): boolean =>
  after.length > mostUnits / 8 && after.length > 2 * before.length

/**
 * All that lines of text may be read as: plain; with look-alikes made Latin; with what is not seen
 * taken for blanks; what is hidden in tags and variation selectors; what bidi marks turn round.
 */
export function readingsOf(lines: string): readonly string[] {
  if (!unusual.test(lines)) return [usualText(lines)]
  const unseen = anyInvisible.test(lines)
  const texts = unseen ? [lines, blanked(lines), ...hiddenIn(lines), ...turned(lines)] : [lines]
  const plainTexts = texts.map(plainLines)
  if (plainTexts.some((text) => text.length > mostUnits || isBlownUp(text, lines))) {
    throw new TooMuchText()
  }
  const seen = texts.map((text, at) => {
    const written = latinAsWritten(text)
    return written === text ? (plainTexts[at] ?? '') : plainLines(written)
  })
  const others = [...new Set(seen)].map((text) => (beyondAscii.test(text) ? latin(text) : text))
  return [...new Set([...plainTexts, ...others])]
}
