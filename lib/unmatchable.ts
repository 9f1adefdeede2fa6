/** Points out what a rule asks for and plain text never has, such as two blanks or what is not seen. */
import { shapeOf } from '../lambda/guard/pattern.ts'
import { plain } from '../lambda/guard/plain.ts'

/** As it stands within a text: blanks at its ends are no end of a line. */
const within = (text: string): string => plain(`a${text}a`).slice(1, -1)

const says =
  'needs what a text can have: rules match plain text, in lower case, of which what is not seen is dropped, wide and joined letters are written as simple ones, and white space is one blank'

export function unmatchable(source: string): string | undefined {
  const { needs } = shapeOf(source, (letter) => letter.toLowerCase())
  if (needs?.length && needs.every((each) => within(each) !== each)) {
    return `${says}; ${shownText(needs[0] ?? '')} would be ${shownText(within(needs[0] ?? ''))}`
  }
  const empty = classesOf(source).find((each) => !matchesAnything(each))
  return empty === undefined ? undefined : `${says}; nothing of ${empty} is ever there`
}

const shownText = (text: string): string =>
  `'${text.replace(/[^\x20-\x7e\p{L}]/gu, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`)}'`

/** Classes without those that may be absent. */
const classesOf = (source: string): readonly string[] =>
  [...source.matchAll(/\\.|(\[(?:\\.|[^\]\\])*\])(?![?*]|\{0)/gu)].flatMap(
    ([, found]) => found ?? [],
  )

let letters: string | undefined

/** Each character that plain text can have, of the first plane and of the emoji. */
function everyLetter(): string {
  letters ??= Array.from({ length: 0x1fb00 }, (_, code) =>
    code < 0x20 || (code >= 0xd800 && code < 0xe000) ? '' : String.fromCodePoint(code),
  )
    .filter((letter) => letter !== '' && within(letter) === letter)
    .join('')
  return letters
}

const matchesAnything = (source: string): boolean => new RegExp(source, 'iu').test(everyLetter())
