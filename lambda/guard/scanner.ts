/** Reads a text that grows by windows whose places do not depend on how it is cut into chunks. */
import { readingsOf } from './plain.ts'
import { type Matcher, matchWithin, type Rule } from './rules.ts'

/** Longest match that is surely seen before any of it is let go, in UTF-16 units. */
export const longestMatch = 256

const step = 128
const window = longestMatch + 2 * step

export type Scanner = {
  /** The rule that matches, once there is one. */
  readonly read: (text: string) => Rule | undefined
  readonly end: () => Rule | undefined
  /** How much of the text may go: no match can begin in it that is not seen yet. */
  readonly free: () => number
}

/** `amid`: what is read first is not the beginning of the text. */
export function openScanner(matcher: Matcher, { amid = false } = {}): Scanner {
  /** The text from `from` on. */
  let text = ''
  let from = 0
  let checked = 0
  let ended = false

  function ruleAt(end: number, last: boolean): Rule | undefined {
    const begin = Math.max(0, end - window)
    const piece = text.slice(begin - from, end - from)
    const how = { first: begin === 0 && !amid, last, spaced: /\s$/.test(piece) }
    for (const reading of readingsOf(piece)) {
      const rule = matchWithin(matcher, reading, how)
      if (rule !== undefined) return rule
    }
    return undefined
  }

  return {
    read(more) {
      text += more
      while (from + text.length - checked >= step) {
        checked += step
        const rule = ruleAt(checked, false)
        if (rule !== undefined) return rule
      }
      const gone = Math.max(0, checked - window) - from
      text = text.slice(gone)
      from += gone
      return undefined
    },
    end() {
      ended = true
      return ruleAt(from + text.length, true)
    },
    free: () => (ended ? from + text.length : Math.max(0, checked - longestMatch)),
  }
}
