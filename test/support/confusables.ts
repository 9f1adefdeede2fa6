/** What Unicode says looks like a letter or digit of ASCII: confusables.txt of UTS #39, by an npm package. */
import { createRequire } from 'node:module'

const mapping: Readonly<Record<string, string>> = createRequire(import.meta.url)(
  'unhomoglyph/data.json',
)

/** UTS #39, section 4: two texts are confusable where their skeletons are the same. */
const skeletonOf = (text: string): string =>
  [...text.normalize('NFD')]
    .map((letter) => mapping[letter] ?? letter)
    .join('')
    .normalize('NFD')

const ascii = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789']
const listed = Object.keys(mapping).filter(
  (letter) => (letter.codePointAt(0) ?? 0) > 0x7f && [...letter].length === 1,
)

/** All single characters beyond ASCII that are confusable with one of ASCII. */
export const confusables: ReadonlyMap<string, readonly string[]> = new Map(
  ascii.map((letter) => {
    const skeleton = skeletonOf(letter)
    return [letter, listed.filter((other) => skeletonOf(other) === skeleton)]
  }),
)

export const scripts = {
  Cyrillic: /\p{Script=Cyrillic}/u,
  Greek: /\p{Script=Greek}/u,
  Armenian: /\p{Script=Armenian}/u,
  Cherokee: /\p{Script=Cherokee}/u,
  Coptic: /\p{Script=Coptic}/u,
  Lisu: /\p{Script=Lisu}/u,
  'Canadian syllabics': /\p{Script=Canadian_Aboriginal}/u,
  'Latin beyond ASCII': /(?![\uff00-\uff5e])\p{Script=Latin}/u,
  'full width': /[\uff00-\uff5e]/,
  mathematical: /[\u2100-\u214f\u{1d400}-\u{1d7ff}]/u,
  'beyond the first plane': /[\u{10000}-\u{1d3ff}\u{1e000}-\u{1ffff}]/u,
} as const

/** Any whole number from 0 up to `below`: Park and Miller's generator, the same for the same seed. */
function drawer(seed: number) {
  let state = (seed * 48_271) % 0x7fffffff || 1
  return (below: number): number => {
    state = (state * 48_271) % 0x7fffffff
    return Math.floor((state / 0x7fffffff) * below)
  }
}

export const cases: Readonly<Record<string, (text: string) => string>> = {
  'lower case': (text) => text,
  'upper case': (text) => text.toUpperCase(),
  'a capital first': (text) => text.replace(/^./, (first) => first.toUpperCase()),
}

/** Every letter that has such a confusable becomes any one of them. */
export function disguised(text: string, seed: number, among = /./u): string {
  const draw = drawer(seed)
  return [...text]
    .map((letter) => {
      const others = (confusables.get(letter) ?? []).filter((other) => among.test(other))
      return others[draw(others.length)] ?? letter
    })
    .join('')
}
