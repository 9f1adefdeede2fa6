/** A look-alike of l, I and 1 is read as whichever a pattern has, and costs no more time than a letter. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bar } from '../lambda/guard/lookalikes.ts'
import { loosened } from '../lambda/guard/loose.ts'
import { readingsOf } from '../lambda/guard/plain.ts'
import { compile, firstMatch, flags, mostWays, openPatience } from '../lambda/guard/rules.ts'
import { runs } from './support/effort.ts'

const found = (pattern: string, text: string): boolean =>
  firstMatch(compile([pattern], 'deny'), readingsOf(text), openPatience()) !== undefined

describe('a pattern reads a bar', () => {
  it.each([
    ['ignore all', 'ǀgnore aǀǀ'],
    ['\\bill\\b', 'so ǀǀǀ.'],
    ['\\bill\\b', 'Ｉｌl'],
    ['code 10', 'code ǀ0'],
    ['[a-k]gnore', 'ǀgnore'],
    ['[-a-k]gnore', 'ǀgnore'],
    ['\\w{3} us', 'kǀl us'],
    ['\\d{16} ill', `${'4'.repeat(16)} ǀll`],
    ['(?:ignore|kill)\\s+all', 'kǀll  aǀl'],
    ['(?<who>i) am \\k<who>', 'ǀ am ǀ'],
    ['\\x41ll', 'aǀǀ'],
    ['(?:all )+rules', 'aǀǀ aǀǀ ruǀes'],
    ['(?:so )+ignore', 'so so Ιgnоre'],
  ])('%j in %j', (pattern, text) => {
    expect(found(pattern, text)).toBe(true)
  })

  it.each([
    ['fail', 'a faǀǁ l é'],
    ['\\bfail\\b', 'they fall, é'],
    ['\\bill\\b', 'wiǀǀ and hill'],
    ['ill', 'i1l'],
  ])('but not %j in %j', (pattern, text) => {
    expect(found(pattern, text)).toBe(false)
  })
})

it.each(['(?:i|l)+gnore', '(?:i|l|1){1,20}gnore', '[^i]*ignore', '.*ill', '\\S+ill', '(?:ill)*x'])(
  '%j stays as it is, for with bars it could take long',
  (pattern) => {
    expect(loosened(pattern, mostWays)).toBeUndefined()
  },
)

it.each(['i', '(?:i|l){1,4}x', '\\s+ill', '[a-z]+ ill', 'i{2,}l', 'a{0,60}i{0,60}'])(
  '%j reads a megabyte of bars in its time',
  (pattern) => {
    expect(loosened(pattern, mostWays)).toBeDefined()
    const from = process.cpuUsage()
    const matcher = compile([`${pattern}#`], 'deny')
    expect(() => firstMatch(matcher, [bar.repeat(1_000_000)], openPatience(200))).not.toThrow()
    const { user, system } = process.cpuUsage(from)
    expect(user + system).toBeLessThan(400_000)
  },
)

it('what is a pattern stays one, and still matches what it did', () => {
  const part = fc.constantFrom(
    ...[
      'i',
      'l',
      '1',
      'a',
      '0',
      '.',
      '\\b',
      '\\w',
      '\\d',
      '\\s',
      '\\x69',
      '\\u{6c}',
      '\\u0031',
      '^',
      '$',
    ],
    ...[
      '[il]',
      '[^il]',
      '[-l]',
      '[i-]',
      '[-i-]',
      '[a-z]',
      '[\\w-]',
      '[\\]l]',
      '[]',
      '\\p{L}',
      '\\-',
      '|',
    ],
    ...[
      '(',
      '(?:',
      '(?=',
      '(?<!',
      '(?<l>',
      ')',
      '{1}',
      '{0,10}',
      '{1,}',
      '?',
      '*',
      '+',
      '+?',
      '\\1',
    ],
  )
  const source = fc.array(part, { maxLength: 9 }).map((parts) => parts.join(''))
  const text = fc.string({ unit: fc.constantFrom(...'il1a0 -'), maxLength: 12 })
  const law = fc.property(source, text, (pattern, said) => {
    const strict = regexOf(pattern)
    if (strict === undefined) return
    const loose = loosened(pattern, mostWays)
    if (loose === undefined) return
    expect(new RegExp(loose, flags).exec(said)?.[0]).toBe(strict.exec(said)?.[0])
  })
  fc.assert(law, { numRuns: runs(3_000, 100_000) })
})

function regexOf(source: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}
