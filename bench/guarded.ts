/** What a guard of 50 rules costs on a megabyte of text: of plain English, and of what is hard to read. */
import type { GuardConfig } from '../lambda/core/rules-config.ts'
import { objections } from '../lambda/guard/verdict.ts'
import { guardLine, worstLine } from './parts.ts'

const megabyte = 1_048_000

const words = ['prompt', 'rules', 'filter', 'password', 'mode', 'restrictions', 'limits', 'backup']
const rule = (at: number) => {
  const word = words[at % words.length]
  return [
    `ignore (all )?${word} number ${at}`,
    `\\breveal.{0,40}${word} ${at}\\b`,
    `(bypass|disable|override) (your|the) ${word} ${at}`,
  ][at % 3]
}

const guard: GuardConfig = { deny: Array.from({ length: 50 }, (_, at) => rule(at) ?? '') }
/** One more that has to be tried at every letter. */
const hard: GuardConfig = { deny: [...(guard.deny ?? []).slice(1), '[a-zа-я].{0,90}[0-9]{6}'] }

const english =
  'The quick brown fox of the system reads all previous rules, and the user asks it to ignore nothing.\n'

const hardTexts = {
  'letters for a rule that tries at each': 'abcdefgh ',
  Cyrillic: 'Съешь же ещё этих мягких ',
  'marks out of order': 'a\u0316\u0301',
  'emoji families': '👨‍👩‍👧',
  'invisible characters': 'i\u200bg',
} as const

function part(name: string, calls: number, config: GuardConfig, unit: string) {
  const text = unit.repeat(Math.floor(megabyte / Buffer.byteLength(unit)))
  const messages = [{ role: 'user', content: [{ type: 'text', text }] }] as const
  const request = { model: '', messages, tools: [], sampling: {}, stream: false, maxTokens: 1 }
  const rules = [{ guard: config }]
  return { name, calls, run: () => objections({ task: 'chat', request }, rules) }
}

export const guarded = [
  part(guardLine, 20, guard, english),
  ...Object.entries(hardTexts).map(([name, unit]) => part(`${worstLine} ${name}`, 5, hard, unit)),
]
