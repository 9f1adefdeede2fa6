/** Examples of what a guard must let pass and must refuse, and what comes of each. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { Rules } from '../lambda/core/rules-config.ts'
import { answerObjection } from '../lambda/guard/answers.ts'
import { nameOf, objections } from '../lambda/guard/verdict.ts'
import { type Check, fields, isObject, list, text } from '../lib/checks.ts'
import { noSuch } from './configuration.ts'
import { Failure } from './problems.ts'

export type Example = {
  readonly text: string
  /** By whose rules, besides everybody's. */
  readonly team?: string
  readonly model?: string
  /** Which rule must refuse it. */
  readonly rule?: string
}

/** Of questions, or of answers. */
type Lists = { readonly pass?: readonly Said[]; readonly block?: readonly Said[] }
type Said = string | Example

export type Examples = Lists & {
  /** Of all examples that name none. */
  readonly team?: string
  readonly model?: string
  readonly answers?: Lists
}

export type Result = {
  readonly of: 'question' | 'answer'
  readonly expected: 'pass' | 'block'
  readonly got: 'pass' | 'block'
  readonly example: Example
  /** That refused it, or would in report mode. */
  readonly rule?: string
  readonly ok: boolean
}

const common = { team: text, model: text }
const example =
  (more: Readonly<Record<string, Check>>): Check =>
  (value, path) =>
    isObject(value) ? fields({ text }, { ...common, ...more })(value, path) : text(value, path)
const lists = { pass: list(example({})), block: list(example({ rule: text })) }
const form = fields({}, { ...common, ...lists, answers: fields({}, lists) })

export function readExamples(value: unknown, file: string): Examples {
  const problems = form(value, '')
  if (problems.length === 0) return value as Examples
  throw new Failure(`${file} cannot be used:\n${problems.join('\n')}`)
}

export function resultsOf(examples: Examples, config: GatewayConfig): readonly Result[] {
  const { team, model, answers = {} } = examples
  const of = (kind: Result['of'], { pass = [], block = [] }: Lists): readonly Result[] => [
    ...pass.map((said) => result(kind, 'pass', full(said))),
    ...block.map((said) => result(kind, 'block', full(said))),
  ]
  const full = (said: Said): Example => ({
    ...(team !== undefined && { team }),
    ...(model !== undefined && { model }),
    ...(typeof said === 'string' ? { text: said } : said),
  })
  function result(kind: Result['of'], expected: Result['expected'], one: Example): Result {
    const rules = rulesOf(one, config)
    const rule =
      kind === 'question' ? questioned(one.text, rules) : answerObjection(one.text, rules)
    const got = rule === undefined ? 'pass' : 'block'
    const ok = got === expected && (one.rule === undefined || one.rule === rule)
    return { of: kind, expected, got, example: one, ...(rule !== undefined && { rule }), ok }
  }
  return [...of('question', examples), ...of('answer', answers)]
}

/** As one question of one user. */
function questioned(text: string, rules: readonly Rules[]): string | undefined {
  const message = { role: 'user', content: [{ type: 'text', text }] } as const
  const request = { model: '', messages: [message], tools: [], sampling: {}, stream: false }
  const [first] = objections({ task: 'chat', request: { ...request, maxTokens: 1 } }, rules)
  return first === undefined ? undefined : nameOf(first)
}

function rulesOf({ team, model }: Example, config: GatewayConfig): readonly Rules[] {
  const named = <Value>(
    what: string,
    name: string,
    all: Readonly<Record<string, Value>>,
  ): Value => {
    const found = Object.hasOwn(all, name) ? all[name] : undefined
    if (found === undefined) throw new Failure(noSuch(what, name, Object.keys(all)))
    return found
  }
  const row = model === undefined ? undefined : named('alias', model, config.models)
  return [
    config,
    ...(team === undefined ? [] : [named('team', team, config.teams)]),
    ...(typeof row === 'object' && 'targets' in row ? [row] : []),
  ]
}

/** Every rule there is, by whose it is, for those that no example tries. */
export function ruleNames({ guard, teams, models }: GatewayConfig): readonly string[] {
  const rows = Object.values(models).flatMap((row) =>
    typeof row === 'object' && 'targets' in row ? [row] : [],
  )
  const all: readonly Rules[] = [
    ...(guard === undefined ? [] : [{ guard }]),
    ...Object.values(teams),
    ...rows,
  ]
  return all.flatMap(({ guard }) =>
    (['deny', 'output.deny'] as const).flatMap((name) => {
      const rules = name === 'deny' ? guard?.deny : guard?.output?.deny
      return (rules ?? []).map((rule, at) =>
        typeof rule === 'string' ? `${name}[${at}]` : rule.name,
      )
    }),
  )
}
