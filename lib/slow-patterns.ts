/** Finds the text on which a pattern takes more than linear time, with the package recheck. */
import { createRequire } from 'node:module'
import { shapeOf } from '../lambda/guard/pattern.ts'
import { mostWays } from '../lambda/guard/rules.ts'

type Diagnostics = {
  readonly status: 'safe' | 'vulnerable' | 'unknown'
  readonly complexity?: { readonly type: string; readonly degree?: number }
  readonly attack?: { readonly pattern: string }
  readonly error?: { readonly kind: string; readonly message?: string }
}

type Recheck = {
  readonly checkSync: (source: string, flags: string, options: object) => Diagnostics
}

/** Proves it, in place of trying: the same answer every time. */
const options = { checker: 'automaton', maxNFASize: 100_000, timeout: 5_000 }

const known = new Map<string, string | undefined>()

/** What is wrong with a pattern, and on which text; loaded when there is a first pattern. */
export function attackOn(source: string): string | undefined {
  if (known.has(source)) return known.get(source)
  const { checkSync } = createRequire(import.meta.url)('recheck') as Recheck
  const told = tooManyWays(source) ?? said(checkSync(source, 'imu', options))
  known.set(source, told)
  return told
}

/** Bounds within bounds multiply, which no growing text would show. */
function tooManyWays(source: string): string | undefined {
  const { ways } = shapeOf(source)
  if (ways <= mostWays) return undefined
  const count = ways > 1e9 ? 'over a thousand million' : Math.ceil(ways).toLocaleString('en')
  return `needs a pattern with at most ${mostWays.toLocaleString('en')} ways to match from one place, as the bounds of what varies multiply to; this one has ${count}`
}

/**
 * The same for a text that is short, as an answer is that has a bound: time that grows with its square
 * is no harm, more is. `flags`: JavaScript's.
 */
export function attackOnShort(source: string, flags: string): string | undefined {
  const { checkSync } = createRequire(import.meta.url)('recheck') as Recheck
  const told = checkSync(source, flags, options)
  const isSquare = told.complexity?.type === 'polynomial' && told.complexity.degree === 2
  return isSquare ? undefined : said(told)
}

function said({ status, complexity, attack, error }: Diagnostics): string | undefined {
  if (status === 'safe') return undefined
  if (status === 'unknown') {
    const why = error?.message ?? error?.kind ?? 'no reason told'
    return `needs a pattern whose time can be foreseen; of this one it cannot (${why})`
  }
  const time =
    complexity?.type === 'exponential'
      ? 'time that doubles with each letter'
      : `time that grows with the length to the power of ${complexity?.degree ?? 2}`
  return `needs a pattern that takes no more time than its text is long: this one takes ${time} on ${attack?.pattern ?? 'some text'}. A bound helps, such as .{0,100} in place of .*, or (?:a|b)+ in place of (a+|b)+`
}
