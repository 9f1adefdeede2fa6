/** A pattern that also matches where a look-alike may be any of l, I and 1. */
import { bar } from './lookalikes.ts'
import { shapeOf } from './pattern.ts'

/** What stands together in a pattern that `RegExp` takes with the flag `u`, and how often it may. */
const piece =
  /(\\(?:u\{[^}]*\}|u[\da-f]{4}|x[\da-f]{2}|p\{[^}]*\}|k<[^>]*>|c[a-z]|\d+|.)|\(\?(?::|<?[=!]|<[^>]*>|[a-z-]+:)|\[(?:\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|.)([*+]|\{\d+,\})?/gisu

const written = '\\ufff9'
const ofWord = `[\\w${written}]`
const edge = `(?:(?<=${ofWord})(?!${ofWord})|(?<!${ofWord})(?=${ofWord}))`

const readsBar = (what: string): boolean => new RegExp(`^(?:${what})$`, 'iu').test(bar)

/** May be drawn out over bars without end, and then there is more than one way to do so. */
const isOpen = (what: string): boolean => /^(\)|\\[k\d])/.test(what) || readsBar(what)

function withBar(what: string): string {
  if (/^[il1]$/i.test(what)) return `[${what}${written}]`
  if (what === '\\b') return edge
  if (what === '\\w') return ofWord
  return /^\[[^^]/.test(what) && !readsBar(what) ? classWithBar(what) : what
}

/** A hyphen at the edge of a class is itself; one beside a bar would be a range. */
function classWithBar(what: string): string {
  const reads = ['i', 'l', '1'].some((letter) => new RegExp(what, 'iu').test(letter))
  if (!reads) return what
  if (!what.startsWith('[-')) return `[${written}${what.slice(1)}`
  return what.endsWith('-]') ? what : `${what.slice(0, -1)}${written}]`
}

/** Nothing, where the pattern would no longer be sure to match in a bounded time. */
export function loosened(source: string, mostWays: number): string | undefined {
  let open = false
  const made = source.replace(piece, (all: string, what: string, loop: string | undefined) => {
    if (loop === undefined) return withBar(what)
    open ||= isOpen(what)
    return all
  })
  return open || shapeOf(made).ways > mostWays ? undefined : made
}
