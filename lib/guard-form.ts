/** The form of a guard: patterns that can be matched, and in time, whatever text they meet. */
import type { GuardConfig, GuardRule } from '../lambda/core/rules-config.ts'
import { shapeOf } from '../lambda/guard/pattern.ts'
import { patternOf } from '../lambda/guard/rules.ts'
import { longestMatch } from '../lambda/guard/scanner.ts'
import { type Check, fields, flag, isObject, list, oneOf, problem, shown, text } from './checks.ts'
import { attackOn } from './slow-patterns.ts'
import { unmatchable } from './unmatchable.ts'

const longestPattern = 500
const mostRules = 50

const named = fields({ name: text, pattern: text })

/** Of a pattern itself; each in turn tells nothing where one before it did. */
const patternChecks: readonly ((source: string) => string | undefined)[] = [
  (source) =>
    source.length <= longestPattern ? undefined : `needs at most ${longestPattern} characters`,
  (source) =>
    source.startsWith('(?i)')
      ? 'needs no (?i): rules match whatever the case, and JavaScript has no such form'
      : undefined,
  (source) => {
    try {
      new RegExp(source, 'iu')
      return undefined
    } catch (thrown) {
      const [, why = 'it is none'] = /: ([^:]*)$/.exec((thrown as Error).message) ?? []
      return `needs a JavaScript regular expression with the flag u: ${why}`
    }
  },
  (source) =>
    shapeOf(source).shortest === 0 && new RegExp(source, 'iu').test('')
      ? 'needs a pattern that does not match an empty text, and so every text'
      : undefined,
  unmatchable,
  attackOn,
]

const rule: Check = (value, path) => {
  const problems = isObject(value) ? named(value, path) : text(value, path)
  if (problems.length > 0) return problems
  const source = patternOf(value as GuardRule)
  for (const check of patternChecks) {
    const needs = check(source)
    if (needs !== undefined) return [`${path}: got ${shown(value)}, ${needs}`]
  }
  return []
}

/** No more than so much of an answer is held back. */
const boundedRule: Check = (value, path) => {
  const problems = rule(value, path)
  if (problems.length > 0) return problems
  const { longest } = shapeOf(patternOf(value as GuardRule))
  if (longest <= longestMatch) return []
  const needs = `needs a pattern that matches ${longestMatch} UTF-16 units at most, as so much of an answer is held back; a bound such as .{0,40} in place of .* makes one (. and classes count two units)`
  return [problem(path, value, needs)]
}

const ruleList =
  (each: Check): Check =>
  (value, path) => {
    const problems = list(each, 1)(value, path)
    const count = Array.isArray(value) ? value.length : 0
    return count <= mostRules
      ? problems
      : [...problems, `${path}: got ${count} rules, needs at most ${mostRules}`]
  }

const guardForm = fields(
  {},
  {
    deny: ruleList(rule),
    allow: ruleList(rule),
    match_all_roles: flag,
    allow_all_conversation_history: flag,
    detail: oneOf('hidden', 'reason'),
    mode: oneOf('refuse', 'report'),
    output: fields({ deny: ruleList(boundedRule) }),
  },
)

/** Kong's own rule: what every role says is never its latest message alone. */
const guard: Check = (value, path) => {
  const problems = guardForm(value, path)
  if (problems.length > 0) return problems
  const config = value as GuardConfig
  const { deny, allow, output } = config
  const both = config.match_all_roles === true && config.allow_all_conversation_history === true
  return [
    ...(deny === undefined && allow === undefined && output === undefined
      ? [problem(path, value, 'needs deny, allow or output')]
      : []),
    ...(both
      ? [
          `${path}.match_all_roles: got true, needs false beside allow_all_conversation_history: true`,
        ]
      : []),
  ]
}

export const guardFields: Readonly<Record<string, Check>> = { guard }
