/** Text that is written in characters nobody sees, or in an order in which nobody reads it. */

/** The tag block repeats ASCII from U+E0020; a model reads it as that. */
const tags = /[\u{e0020}-\u{e007e}]+/gu

/** Bytes as variation selectors: 16 in the one block, 240 in the other. */
const selectors = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2,}/gu

const codesOf = (text: string): readonly number[] =>
  Array.from(text, (letter) => letter.codePointAt(0) ?? 0)

const fromTags = (text: string): string =>
  String.fromCharCode(...codesOf(text).map((code) => code - 0xe0000))

const fromSelectors = (text: string): string =>
  Buffer.from(
    codesOf(text).map((code) => (code < 0x10000 ? code - 0xfe00 : code - 0xe0100 + 16)),
  ).toString()

/** A run may be longer than a function takes arguments. */
const longest = 0x2000

const runs = (found: string): readonly string[] =>
  Array.from({ length: Math.ceil(found.length / longest) }, (_, at) =>
    found.slice(at * longest, (at + 1) * longest),
  )

/** Lines of their own; of a line, all that is hidden in it is one text. */
export function hiddenIn(text: string): readonly string[] {
  const hidden = text.split('\n').flatMap((line) => {
    const tagged = line.match(tags)?.flatMap(runs).map(fromTags).join('') ?? ''
    const selected = line.match(selectors)?.map(fromSelectors) ?? []
    return [tagged, ...selected].filter(Boolean).map((each) => each.replaceAll('\n', ' '))
  })
  return hidden.length === 0 ? [] : [hidden.join('\n')]
}

/** From an override to its end, text is shown backwards: UAX #9, RLO and PDF. */
export function turnedIn(text: string): readonly string[] {
  if (!text.includes('\u202e')) return []
  return [text.split('\n').map(turnedLine).join('\n')]
}

function turnedLine(line: string): string {
  const [before = '', ...overridden] = line.split('\u202e')
  const turned = overridden.map((part) => {
    const end = part.indexOf('\u202c')
    const shown = end < 0 ? part : part.slice(0, end)
    return backwards(shown) + part.slice(shown.length)
  })
  return before + turned.join('')
}

const backwards = (text: string): string => (text.length < 2 ? text : [...text].reverse().join(''))
