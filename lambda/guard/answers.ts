/** Which rules hold for the answers of a call, and the words in which one is refused. */
import { TollgateError } from '../core/errors.ts'
import type { GuardConfig, Rules } from '../core/rules-config.ts'
import { compile, type Matcher } from './rules.ts'
import { openScanner } from './scanner.ts'

export type OutputRules = { readonly matcher: Matcher; readonly config: GuardConfig }

/** Rules are the same objects for every request. */
const compiled = new WeakMap<GuardConfig, OutputRules>()

export const outputRules = (rules: readonly Rules[]): readonly OutputRules[] =>
  rules.flatMap(({ guard }) => (guard?.output === undefined ? [] : [compiledOf(guard)]))

function compiledOf(config: GuardConfig): OutputRules {
  const known = compiled.get(config)
  if (known !== undefined) return known
  const made = { matcher: compile(config.output?.deny ?? [], 'output.deny'), config }
  compiled.set(config, made)
  return made
}

export function answerRefusal({ detail }: GuardConfig, name: string): TollgateError {
  const message =
    detail === 'reason'
      ? `The answer was refused by the rule '${name}'.`
      : 'The answer was refused by a rule of this gateway.'
  return new TollgateError('guard_blocked', message)
}

/** By which rule an answer that is this text would be refused, or reported. */
export function answerObjection(text: string, rules: readonly Rules[]): string | undefined {
  for (const { matcher } of outputRules(rules)) {
    const scanner = openScanner(matcher)
    const rule = scanner.read(text) ?? scanner.end()
    if (rule !== undefined) return rule.name
  }
  return undefined
}
