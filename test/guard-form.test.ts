/** A guard’s patterns are checked when the configuration is read: none is slow, none is idle. */
import { describe, expect, it } from 'vitest'
import type { GuardConfig } from '../lambda/core/rules-config.ts'
import { guardFields } from '../lib/guard-form.ts'

const problemsOf = (guard: unknown): readonly string[] =>
  guardFields.guard?.(guard, 'guard') ?? ['There is no form.']
const denying = (...deny: readonly unknown[]) => ({ deny })

describe('a guard may have', () => {
  it.each<[string, GuardConfig]>([
    ['words', { deny: ['ignore (all )?previous instructions'] }],
    ['a name for a rule', { deny: [{ name: 'injection', pattern: 'system prompt' }] }],
    ['letters of any script', { allow: ['^(hello|hi|こんにちは)'] }],
    ['bounded gaps', { deny: ['ignore.{0,40}instructions', '\\bpass(word|phrase)\\b'] }],
    ['classes and properties', { deny: ['\\d{16}', '[\\p{Script=Hiragana}x]y', '(?<!not )evil'] }],
    ['a number in groups', { deny: ['(\\d{4}[ -]?){4}', '(?:foo|bar){1,9}!'] }],
    ['rules for answers', { output: { deny: ['sk-[a-z0-9]{20,40}'] } }],
    ['Kong’s scopes', { deny: ['x'], match_all_roles: true }],
    ['a dark launch', { deny: ['x'], mode: 'report', detail: 'reason' }],
    ['a class that need not match', { deny: ['evil[\\u200b]?'] }],
  ])('%s', (_, guard) => {
    expect(problemsOf(guard)).toEqual([])
  })
})

describe('a guard may not have', () => {
  it.each<[string, unknown, string | RegExp]>([
    ['nothing', {}, 'guard: got {}, needs deny, allow or output'],
    ['no rule', denying(), 'guard.deny: got [], needs at least one'],
    ['another field', { denny: ['x'] }, "guard.denny: is not known here; did you mean 'deny'?"],
    ['a rule that is a number', denying(5), 'guard.deny[0]: got 5, needs a text that is not empty'],
    ['a pattern that is none', denying('a('), /guard\.deny\[0\]: got "a\(", needs a JavaScript/],
    ['Kong’s flag', denying('(?i)x'), /needs no \(\?i\): rules match whatever the case/],
    ['what matches everything', denying('x*'), /needs a pattern that does not match an empty text/],
    ['exponential time', denying('(a+)+$'), /time that doubles with each letter on 'a'/],
    ['square time', denying('a.*b.*c'), /to the power of 3 on .*\.\{0,100\} in place of \.\*/],
    ['a gap without a bound', denying('ignore.*instructions'), /to the power of 2/],
    ['bounds within bounds', denying('(a{0,20}){0,20}b'), /over a thousand million/],
    ['two wide gaps', denying('a.{0,80}b.{0,80}c'), /at most 5,000 ways .* has 6,561/],
    ['two blanks', denying('ignore  all'), /'ignore {2}all' would be 'ignore all'/],
    ['a line’s end', denying('end\\nsystem'), /'end\\u\{a\}system' would be 'end system'/],
    ['wide letters', denying('ｅｖｉｌ'), /'ｅｖｉｌ' would be 'evil'/],
    ['what is not seen', denying('a\\u200bb'), /would be 'ab'/],
    [
      'a class of such',
      denying('x[\\u200b-\\u200f]'),
      /nothing of \[\\u200b-\\u200f\] is ever there/,
    ],
    [
      'no bound for answers',
      { output: { deny: ['sk-[a-z]+'] } },
      /matches 256 UTF-16 units at most/,
    ],
    [
      'both of Kong’s scopes',
      { deny: ['x'], match_all_roles: true, allow_all_conversation_history: true },
      'guard.match_all_roles: got true, needs false beside allow_all_conversation_history: true',
    ],
    ['too many', { deny: Array(51).fill('x') }, 'guard.deny: got 51 rules, needs at most 50'],
    ['too long', denying('x'.repeat(501)), /needs at most 500 characters/],
  ])('%s', (_, guard, says) => {
    const [first = '', ...others] = problemsOf(guard)
    expect(others).toEqual([])
    if (typeof says === 'string') expect(first).toBe(says)
    else expect(first).toMatch(says)
  })
})
