/** Says whether a call may pass its rules, and by which of them it may not. */
import type { GuardVerdict } from '../core/account.ts'
import type { GuardConfig, Rules } from '../core/rules-config.ts'
import { readingsOf, TooMuchText } from './plain.ts'
import {
  compile,
  firstMatch,
  type Matcher,
  openPatience,
  type Patience,
  type Rule,
  spending,
  TooSlow,
} from './rules.ts'
import { type Asked, everythingRead, isKongs, kongsText, usersTexts } from './texts.ts'

/** Why a call may not pass. `too-much` and `too-slow`: nobody can say in time. */
export type Objection = {
  readonly because: 'denied' | 'not-allowed' | 'too-much' | 'too-slow'
  /** Of what is denied. */
  readonly rule?: Rule
  /** Whose rules it is about. */
  readonly config: GuardConfig
}

type Compiled = { readonly deny: Matcher; readonly allow: Matcher }

/** Rules are the same objects for every request. */
const compiled = new WeakMap<GuardConfig, Compiled>()

function compiledOf(config: GuardConfig): Compiled {
  const known = compiled.get(config)
  if (known !== undefined) return known
  const { deny = [], allow = [] } = config
  const made = { deny: compile(deny, 'deny'), allow: compile(allow, 'allow') }
  compiled.set(config, made)
  return made
}

/** A megabyte of UTF-8: beyond it no time can be promised. */
export const mostBytes = 1_048_576

const bytesOf = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)

/** Each text a line of its own. */
const asLines = (texts: readonly string[]): string =>
  texts.map((text) => (text.includes('\n') ? text.replaceAll('\n', '\r') : text)).join('\n')

function readingsOfTexts(texts: readonly string[], seams: readonly string[]): readonly string[] {
  if (bytesOf(texts) > mostBytes) throw new TooMuchText()
  return readingsOf([asLines(texts), ...seams].join('\n'))
}

/** What rules of both scopes read, each made plain once. */
function readingsFor(asked: Asked, patience: Patience) {
  const read = (make: () => readonly string[], seams: readonly string[] = []): readonly string[] =>
    spending(patience, () => readingsOfTexts(make(), seams))
  let everything: readonly string[] | undefined
  let users: readonly (readonly string[])[] | undefined
  return {
    everything() {
      if (everything === undefined) {
        const { texts, seams } = everythingRead(asked)
        everything = read(() => texts, seams)
      }
      return everything
    },
    users() {
      users ??= usersTexts(asked).map((text) => read(() => [text]))
      return users
    },
    kongs: (config: GuardConfig) => read(() => [kongsText(asked, config)]),
  }
}

function objectionOf(
  config: GuardConfig,
  readings: ReturnType<typeof readingsFor>,
  patience: Patience,
): Objection | undefined {
  const { deny, allow } = compiledOf(config)
  const kongs = isKongs(config) ? readings.kongs(config) : undefined
  if (deny.rules.length > 0) {
    const rule = firstMatch(deny, kongs ?? readings.everything(), patience)
    if (rule !== undefined) return { because: 'denied', rule, config }
  }
  if (allow.rules.length === 0) return undefined
  const texts = kongs === undefined ? readings.users() : [kongs]
  /** A disguise opens no door: only as it is read at first. */
  const allowed = texts.every((text) => firstMatch(allow, text.slice(0, 1), patience) !== undefined)
  return allowed ? undefined : { because: 'not-allowed', config }
}

/** What every one of the rules has against it, in their order; nothing: it may pass. */
export function objections(asked: Asked, rules: readonly Rules[]): readonly Objection[] {
  const configs = rules.flatMap(({ guard }) => (guard === undefined ? [] : [guard]))
  if (configs.length === 0) return []
  const patience = openPatience()
  const readings = readingsFor(asked, patience)
  return configs.flatMap((config) => {
    try {
      return objectionOf(config, readings, patience) ?? []
    } catch (thrown) {
      if (thrown instanceof TooMuchText) return { because: 'too-much', config }
      if (thrown instanceof TooSlow) return { because: 'too-slow', config }
      throw thrown
    }
  })
}

/** The words of a refusal; by which rule, only where the operator says so. */
export function refusalText({ because, rule, config }: Objection): string {
  if (because === 'too-much') {
    return 'The request has more text than a guarded request may have: at most 1,048,576 bytes of it in all.'
  }
  if (because === 'too-slow') {
    return 'The request’s text takes too long to be checked; less of it, or plainer, would pass.'
  }
  if (config.detail !== 'reason') return 'The request was refused by a rule of this gateway.'
  return rule === undefined
    ? 'The request matches none of the rules of which it must match one.'
    : `The request was refused by the rule '${rule.name}'.`
}

/** As log and metrics name it. */
export const nameOf = ({ because, rule }: Objection): string => rule?.name ?? because

/** Of a request that is only thought of; nothing, where no rule reads requests. */
export function verdictOn(asked: Asked, rules: readonly Rules[]): GuardVerdict | undefined {
  if (!rules.some(({ guard }) => guard?.deny !== undefined || guard?.allow !== undefined)) {
    return undefined
  }
  const [refusal] = objections(asked, rules).filter(({ config }) => config.mode !== 'report')
  if (refusal === undefined) return { says: 'pass' }
  const told = refusal.config.detail === 'reason'
  return { says: 'blocked', ...(told && { rule: nameOf(refusal) }) }
}
