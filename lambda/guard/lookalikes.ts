/**
 * Characters that look like an ASCII letter or digit: all that Unicode's confusables.txt (UTS #39,
 * 13.0) lists, and some more. What NFKC and lower case make of one stands here, if that is enough.
 */

/** Looks like l, I and 1 alike. `plain` drops it from every text, so no caller can write it. */
export const bar = '\ufff9'

/** By the letter: what looks like it after NFKC, in lower case and without accents. */
const plainTable = {
  2: 'ꝛƨϩꙅᒿꛯ',
  3: '𝈆ɜȝꝫⳍзӡ\u{16f3b}\u{118ca}',
  4: 'ꮞ\u{118cf}',
  5: '\u{118db}',
  6: '\u{118d5}ⳓбꮾ',
  7: '\u{118c6}𝈒\u{104fa}',
  8: '\u{b03}৪੪\u{1e8cb}ȣ\u{1031a}',
  9: '੧୨৭൭ꝯⳋ\u{118cc}\u{118d6}',
  a: 'аɑαᴀⱥәᶏꭺӑӓꞻ⍺ᗅꓮ\u{16f40}\u{102a0}',
  b: 'ьƅɓᖯꮟʙƀвᑲᴃꞵβᏼᗷꓐ\u{10282}\u{102a1}\u{10301}',
  c: 'сᴄⲥɕƈꮯ\u{1043d}🝌\u{118f2}\u{118e9}ꓚ\u{102a2}\u{10302}\u{1051c}',
  d: 'ԁɖɗꮷᑯᴅđժꓒꭰᗞᗪꓓ',
  e: 'еєɛεəҽᴇꬲɇѐёэ℮⋿ⴹꭼꓰ\u{118ce}\u{10286}',
  f: 'ƒꜰẝϝꞙքꮠꬵ𝈓ᖴꓝ\u{118c2}\u{10287}\u{102a5}\u{10525}',
  g: 'ɡɢցƍǥᶃԍɠꮐᏻꓖ',
  h: 'հһʜнɦħꮒԧңⲏꮋᕼꓧ\u{102cf}',
  i: 'іıɪɩιꭵⲓɨїίꙇ⍳\u{118c3}',
  j: 'јϳʝյᴊɉꭻᒍꓙ',
  k: 'кκᴋƙⲕқҟꮶᛕꓗ\u{10518}',
  l: 'ʟɭƚɫꮮłⲗ𝈪ⳑᒪꓡ\u{16f16}\u{118d2}\u{10443}\u{10526}',
  m: 'мᴍɱϻⲙ\u{118e3}\u{11700}ꮇᗰᛖꓟ\u{102b0}\u{10311}',
  n: 'пոɴռηɲŋᴎиⲛꓠ\u{10513}',
  o: 'оοσօᴏøɵөⲟ\u{5e1}ഠ๐\u{7c0}०০੦૦௦౦೦൦໐၀ᴑⵔθ\u{c02}\u{c82}\u{d02}\u{d82}\u{665}\u{6f5}ꬽჿ\u{647}\u{6be}\u{6c1}\u{6d5}ဝ\u{104ea}\u{118c8}\u{118d7}\u{1042c}୦〇\u{114d0}\u{118e0}ዐଠꓳ\u{10292}\u{102ab}\u{10516}',
  p: 'рρᴘⲣƥᑭþ⍴ꮲꓑ\u{10295}',
  q: 'ԛգզɋʠⵕ',
  r: 'гᴦʀⲅɼɾяꭇɍꭈꮁ𝈖ꭱꮢ\u{104dc}ᖇꓣ\u{16f35}',
  s: 'ѕꜱʂƽꮪʃ\u{118c1}\u{10448}տꮥꓢ\u{16f3a}\u{10296}',
  t: 'тτᴛⲧŧţҭƭ⊤⟙🝨ꭲꓔ\u{16f0a}\u{10297}\u{102b1}\u{10315}',
  u: 'υսᴜʋцμɥʉꞟꭎꭒ\u{104f6}\u{118d8}∪⋃ሀᑌꓴ\u{16f42}',
  v: 'ѵνᴠꮩѷ∨⋁\u{5d8}\u{11706}\u{118c0}𝈍\u{667}\u{6f7}ⴸᐯꛟꓦ\u{16f08}\u{1051d}',
  w: 'ԝѡωшɯᴡաⱳꮃ\u{1170a}\u{1170e}\u{1170f}\u{118ef}\u{118e6}ꮤꓪ',
  x: 'хχ×᙮ⲭҳ⤫⤬⨯ᕁᕽ᙭╳\u{10322}\u{118ec}ꭓⵝᚷꓫ\u{10290}\u{102b4}\u{10317}\u{10527}',
  y: 'уγүᶌʏყўɏчɣỿꭚ\u{118dc}ⲩꭹꮍꓬ\u{16f43}\u{102b2}',
  z: 'ᴢʐƶȥʑꮓʒ\u{118c4}\u{102f5}\u{118e5}ζꓜ\u{118c9}',
  [bar]:
    '\u{5c0}ӏǀ∣⏽│\u{661}\u{6f1}\u{10320}\u{1e8c7}\u{5d5}\u{5df}\u{627}\u{7ca}ⵏᛁꓲ\u{16f28}\u{1028a}\u{10309}',
}

/** By the letter: what does so only as it is written; lower case or NFKC makes another letter of it. */
const writtenTable = {
  3: 'Ʒ',
  5: 'Ƽ',
  c: 'ϲϹ',
  e: '\u{118a6}',
  f: 'ſ',
  h: 'Η𝚮𝛨𝜢𝝜𝞖',
  i: '˛ͺ',
  l: '\u{118a3}',
  m: 'Μ𝚳𝛭𝜧𝝡𝞛',
  n: 'Ν𝚴𝛮𝜨𝝢𝞜',
  o: '𝟎𝟘𝟢𝟬𝟶🯰\u{118b5}',
  t: '\u{118bc}',
  y: 'Υϒ𝚼𝛶𝜰𝝪𝞤\u{118a4}',
  /** Itself one of the many that are a bar. */
  ǀ: 'ＩⅠℐℑ𝐈𝐼𝑰𝓘𝕀𝕴𝖨𝗜𝘐𝙄𝙸ƖΙ𝚰𝛪𝜤𝝞𝞘І𝟏𝟙𝟣𝟭𝟷🯱ｌⅼℓ𝐥𝑙𝒍𝓁𝓵𝔩𝕝𝖑𝗅𝗹𝘭𝙡𝚕Ⲓ',
}

const framed = 'abcdefghijklmnopqrstuvwxyz'
/** Letters in circles, squares and flags that NFKC leaves begin here, with A. */
const frames = [0x1f150, 0x1f170, 0x1f1e6]

const pairsOf = (table: Readonly<Record<string, string>>): readonly [string, string][] =>
  Object.entries(table).flatMap(([letter, others]) =>
    [...others].map((other): [string, string] => [other, letter]),
  )

const framedPairs = (): Pairs =>
  [...framed].flatMap((letter, at) =>
    frames.map((first): [string, string] => [String.fromCodePoint(first + at), letter]),
  )

type Pairs = readonly (readonly [string, string])[]

/** What stands in the table of units for "none", and for "the first of two". */
export const noUnit = 0
export const firstOfTwo = 0xdc00

export type LookAlikes = {
  /** By UTF-16 unit, for all of them: the unit it looks like, or itself. */
  readonly units: Uint16Array
  /** By both units, as one number. */
  readonly pairs: ReadonlyMap<number, number>
}

export const asOne = (high: number, low: number): number => high * 0x10000 + low

function lookAlikes(table: Pairs, left = ''): LookAlikes {
  const units = new Uint16Array(0x10000).map((_, unit) => unit)
  for (const letter of left) units[letter.charCodeAt(0)] = noUnit
  const pairs = new Map<number, number>()
  for (const [other, letter] of table) {
    const [first, second] = [other.charCodeAt(0), other.charCodeAt(1)]
    units[first] = other.length === 2 ? firstOfTwo : letter.charCodeAt(0)
    if (other.length === 2) pairs.set(asOne(first, second), letter.charCodeAt(0))
  }
  return { units, pairs }
}

const accents = String.fromCharCode(...Array.from({ length: 0x70 }, (_, at) => 0x300 + at))

let plainOnes: LookAlikes | undefined

/** Accents are left out. Made when the first text needs it, in some two milliseconds. */
export function plainLookAlikes(): LookAlikes {
  plainOnes ??= lookAlikes([...pairsOf(plainTable), ...framedPairs()], accents)
  return plainOnes
}

let writtenOnes: LookAlikes | undefined

export function writtenLookAlikes(): LookAlikes {
  writtenOnes ??= lookAlikes(pairsOf(writtenTable))
  return writtenOnes
}

/** Whether a text may hold any of the second kind. */
export const mayBeWritten = new RegExp(
  `[${[...Object.values(writtenTable).join('')].map((letter) => letter.charAt(0)).join('')}]`,
)
