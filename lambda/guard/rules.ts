/** Compiles an operator's rules once, and finds the one that matches, in a bounded time. */
import type { GuardRule } from '../core/rules-config.ts'
import { bar } from './lookalikes.ts'
import { loosened } from './loose.ts'
import { shapeOf } from './pattern.ts'

/** A rule as refusals and the log speak of it. */
export type Rule = { readonly name: string; readonly list: 'deny' | 'allow' | 'output.deny' }

type Compiled = Rule & {
  readonly pattern: RegExp
  readonly needs: readonly string[] | undefined
  readonly longest: number
  /** How far it reads between two looks at the clock, in UTF-16 units. */
  readonly window: number
}

type Side = {
  readonly rules: readonly Compiled[]
  /** Where none of these is, no rule matches; absent: some rule says nothing of it. */
  readonly hint: RegExp | undefined
}

export type Matcher = Side & {
  /** For texts with look-alikes that are one of several letters; and rules that cannot read them. */
  readonly loose: () => { readonly side: Side; readonly stiff: Side }
}

/** On plain text: in lower case, each text a line of its own. */
export const flags = 'gimu'

export const patternOf = (rule: GuardRule): string =>
  typeof rule === 'string' ? rule : rule.pattern

const mostWindow = 0x8000
const leastWindow = 0x100
/** Ways that are tried between two looks at the clock: some milliseconds. */
const stepsUnseen = 0x200000

/** Ways of one pattern beyond which a window would take too long. */
export const mostWays = 5_000

export function compile(rules: readonly GuardRule[], list: Rule['list']): Matcher {
  const named = rules.map((rule, index) => ({
    name: typeof rule === 'string' ? `${list}[${index}]` : rule.name,
    list,
    source: patternOf(rule),
  }))
  let loose: ReturnType<Matcher['loose']> | undefined
  return {
    ...sideOf(named),
    loose() {
      loose ??= looseSides(named)
      return loose
    },
  }
}

type Named = Rule & { readonly source: string }

function looseSides(named: readonly Named[]): ReturnType<Matcher['loose']> {
  const looser = named.map((rule) => ({ ...rule, source: loosened(rule.source, mostWays) }))
  const isLoose = (rule: (typeof looser)[number]): rule is Named => rule.source !== undefined
  const stiff = named.filter((_, at) => looser[at]?.source === undefined)
  return { side: sideOf(looser.filter(isLoose)), stiff: sideOf(stiff) }
}

function sideOf(rules: readonly Named[]): Side {
  const compiled = rules.map(({ name, list, source }): Compiled => {
    const { needs, longest, ways } = shapeOf(source)
    const window = Math.max(leastWindow, Math.min(mostWindow, Math.floor(stepsUnseen / ways)))
    return { name, list, pattern: new RegExp(source, flags), needs, longest, window }
  })
  const needs = compiled.flatMap((each) => each.needs ?? [])
  const told = compiled.every((each) => each.needs !== undefined) && needs.length > 0
  return { rules: compiled, hint: told ? new RegExp(needs.map(escaped).join('|'), 'u') : undefined }
}

type Pass = { readonly side: Side; readonly text: string }

/** A rule that cannot read bars takes each for an l, and then for an i. */
function passesOf(matcher: Matcher, text: string): readonly Pass[] {
  if (!text.includes(bar)) return [{ side: matcher, text }]
  const { side, stiff } = matcher.loose()
  const taken = stiff.rules.length === 0 ? [] : ['l', 'i']
  return [
    ...(side.rules.length === 0 ? [] : [{ side, text }]),
    ...taken.map((letter) => ({ side: stiff, text: text.replaceAll(bar, letter) })),
  ]
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Thrown where a text takes longer than it may; nobody was asked by then. */
export class TooSlow extends Error {}

/** Milliseconds of CPU that one request may take: to be made plain, and for all rules together. */
export const mostMs = 70

/** What is left, in microseconds of CPU: waiting for a processor is not counted. */
export type Patience = { left: number }

export const openPatience = (most = mostMs): Patience => ({ left: most * 1_000 })

/** Counts what it takes, and lets it end. */
export function spending<Value>(patience: Patience, make: () => Value): Value {
  const from = process.cpuUsage()
  try {
    return make()
  } finally {
    const { user, system } = process.cpuUsage(from)
    patience.left -= user + system
  }
}

function openClock(patience: Patience) {
  let from = process.cpuUsage()
  return function look(): void {
    const { user, system } = process.cpuUsage(from)
    from = process.cpuUsage()
    patience.left -= user + system
    if (patience.left < 0) throw new TooSlow()
  }
}

/** What `\b` and a look-behind see of what was before. */
const seenBefore = 0x100

export function firstMatch(
  matcher: Matcher,
  readings: readonly string[],
  patience: Patience,
): Rule | undefined {
  const look = openClock(patience)
  for (const { side, text } of readings.flatMap((reading) => passesOf(matcher, reading))) {
    if (side.hint !== undefined && !side.hint.test(text)) continue
    for (const rule of side.rules) {
      if (holdsWhatItNeeds(rule, text) && matches(rule, text, look)) return rule
    }
  }
  look()
  return undefined
}

const holdsWhatItNeeds = ({ needs }: Compiled, text: string): boolean =>
  needs === undefined || needs.some((each) => text.includes(each))

/** A long text is read in windows, each of which sees whole every match that begins in it. */
function matches(
  { pattern, longest, window: size }: Compiled,
  text: string,
  look: () => void,
): boolean {
  if (text.length <= size || longest > mostWindow) {
    pattern.lastIndex = 0
    const found = pattern.test(text)
    look()
    return found
  }
  for (let from = 0; from < text.length; from += size) {
    const before = Math.min(from, seenBefore)
    const window = text.slice(from - before, from + size + longest + seenBefore)
    pattern.lastIndex = before
    const found = pattern.exec(window)
    look()
    if (found !== null && found.index < before + size) return true
  }
  return false
}

/** Of a longer text, a piece: whether it begins and ends where the text does. */
export type Piece = { readonly first: boolean; readonly last: boolean; readonly spaced: boolean }

/** The rule that matches within a piece, and whose match no more text could undo. */
export function matchWithin(matcher: Matcher, reading: string, piece: Piece): Rule | undefined {
  for (const { side, text } of passesOf(matcher, reading)) {
    if (side.hint !== undefined && !side.hint.test(text)) continue
    const found = side.rules.find(
      (rule) => holdsWhatItNeeds(rule, text) && isWithin(rule, text, piece),
    )
    if (found !== undefined) return found
  }
  return undefined
}

/** A piece's edge is no word's, so a match at its end waits for what comes next. */
function isWithin({ pattern }: Compiled, reading: string, { first, last, spaced }: Piece): boolean {
  const sure = last || (spaced && !pattern.source.includes('$'))
  pattern.lastIndex = first ? 0 : 1
  for (;;) {
    const found = pattern.exec(reading)
    if (found === null) return false
    if (sure || pattern.lastIndex < reading.length) return true
    pattern.lastIndex = found.index + 1
  }
}
