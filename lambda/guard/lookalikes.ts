/** Letters of other scripts that look like a Latin one: a choice from Unicode's confusables.txt. */

/** By the Latin letter: what NFKC leaves as it is. */
const table = {
  a: 'аɑαᴀⱥәᶏꭺӑӓꞻ',
  b: 'ЬьƄɓᖯᏏʙɃƀвᑲᴃ',
  c: 'сᴄⲥɕƈꮯ',
  d: 'ԁɖɗᏧᑯᴅđժ',
  e: 'еєɛεəҽᴇꬲɇѐёэ',
  f: 'ƒꜰẝϝꞙքᏐϜ',
  g: 'ɡɢցƍǥᶃԍɠ',
  h: 'հһʜнɦħᏂԧң',
  i: 'іıɪɩιᎥ׀ⲓɨїίꙇ',
  j: 'јϳʝյᴊɉ',
  k: 'кκᴋƙⲕқҟ',
  l: 'ӏʟǀɭƚɫᏞłⲗ',
  m: 'мᴍɱϻⲙ',
  n: 'пոɴռηɲŋпᴎи',
  o: 'оοσօᴏøɵөⲟסഠ๐߀०০੦૦௦౦೦൦໐၀ᴑⵔθ',
  p: 'рρᴘⲣƥᑭþ',
  q: 'ԛգզɋʠ',
  r: 'гᴦʀⲅɼɾяꭇɍ',
  s: 'ѕꜱʂƽꮪʃ',
  t: 'тτᴛⲧŧţҭƭ',
  u: 'υսᴜʋцμɥʉ',
  v: 'ѵνᴠᏙѷ',
  w: 'ԝѡωшɯᴡաⱳꮃ',
  x: 'хχ×᙮ⲭҳ',
  y: 'уγуүᶌʏყўɏч',
  z: 'ᴢʐƶȥʑꮓʒ',
} as const

/** Latin letters by the code of what looks like them; both are one UTF-16 unit. */
export const latinOf: ReadonlyMap<number, number> = new Map(
  Object.entries(table).flatMap(([letter, others]) =>
    [...others.toLowerCase()].map((other): [number, number] => [
      other.charCodeAt(0),
      letter.charCodeAt(0),
    ]),
  ),
)

const a = 'a'.charCodeAt(0)

/** Letters in circles, squares and flags that NFKC leaves: U+1F150, U+1F170 and U+1F1E6 begin with A. */
const framed = /[\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}\u{1f1e6}-\u{1f1ff}]/gu
const rows = [0x1f1e6, 0x1f170, 0x1f150]

export const unframed = (text: string): string =>
  text.replace(framed, (letter) => {
    const code = letter.codePointAt(0) ?? 0
    return String.fromCharCode(a + code - (rows.find((row) => row <= code) ?? code))
  })
