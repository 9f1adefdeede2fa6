/** Reads over the border between two text blocks of an answer, without a gap and with a blank. */
import type { Matcher, Rule } from './rules.ts'
import { longestMatch, openScanner } from './scanner.ts'

/** As much of what came before as a window has, in UTF-16 units. */
const side = 2 * longestMatch

export type Seam = {
  readonly read: (text: string) => Rule | undefined
  readonly end: () => Rule | undefined
  /** Units that may go, counted from the border; below 0: before it. */
  readonly free: () => number
}

/** What came in blocks of one kind, as far back as a match may begin. */
export function openSeams(matcher: Matcher) {
  let before = ''
  let cut = false

  function seamWith(gap: string): Seam {
    const scanner = openScanner(matcher, { amid: cut })
    const border = before.length + gap.length
    const early = scanner.read(before + gap)
    return {
      read: (text) => early ?? scanner.read(text),
      end: () => early ?? scanner.end(),
      free: () => Math.max(-before.length, scanner.free() - border),
    }
  }

  return {
    /** At the beginning of a block; nothing, where it is the first. */
    seams: (): readonly Seam[] => (before === '' ? [] : [seamWith(''), seamWith(' ')]),
    came(text: string) {
      const all = before + text
      before = all.slice(-side)
      cut ||= all.length > side
    },
  }
}
