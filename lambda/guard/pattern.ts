/** Reads of a regular expression what every match must hold, and how long one can be. */

export type Shape = {
  /** Every match holds one of them, in lower case; absent: nothing is known. */
  readonly needs: readonly string[] | undefined
  /** UTF-16 units a match can have at most, and at least. */
  readonly longest: number
  readonly shortest: number
  /** In how many ways a match can be tried from one place, without loops that have no bound. */
  readonly ways: number
}

/** `exact`: what it matches is that and nothing else. */
type Part = Shape & { readonly exact: string | undefined }

const nothing: Part = { needs: undefined, longest: 0, shortest: 0, ways: 1, exact: '' }
/** Two UTF-16 units, where it is an emoji. */
const oneOfMany: Part = { needs: undefined, longest: 2, shortest: 1, ways: 1, exact: undefined }
const anything: Part = {
  needs: undefined,
  longest: Infinity,
  shortest: 0,
  ways: 1,
  exact: undefined,
}

/** Alternatives beyond them are no quicker to look for than the pattern itself. */
const mostNeeds = 64

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' }

const quantifier = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/
const codePoint = /^\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))/

/** As plain text has it, since `ſ` matches s there. */
const plainLetter = (letter: string): string =>
  letter.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ')

/** Of a pattern that `RegExp` takes with the flag `u`. */
export function shapeOf(source: string, letterOf: (letter: string) => string = plainLetter): Shape {
  let at = 0

  function literal(letter: string): Part {
    const exact = letterOf(letter)
    return { needs: [exact], longest: letter.length, shortest: letter.length, ways: 1, exact }
  }

  function alternatives(): Part {
    const all = [sequence()]
    while (source[at] === '|') {
      at++
      all.push(sequence())
    }
    return all.length === 1 && all[0] !== undefined ? all[0] : eitherOf(all)
  }

  function sequence(): Part {
    const parts: Part[] = []
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      parts.push(counted(atom()))
    }
    return inTurn(parts)
  }

  function counted(part: Part): Part {
    const found = quantifier.exec(source.slice(at))
    if (found === null) return part
    at += found[0].length
    const [, sign, low, comma, high] = found
    const least = sign === undefined ? Number(low) : sign === '+' ? 1 : 0
    const most =
      sign === undefined
        ? comma === undefined
          ? least
          : high === ''
            ? Infinity
            : Number(high)
        : sign === '?'
          ? 1
          : Infinity
    return {
      needs: least > 0 ? part.needs : undefined,
      longest: part.longest === 0 ? 0 : part.longest * most,
      shortest: part.shortest * least,
      ways: most === Infinity ? part.ways : part.ways ** most * (most - least + 1),
      exact: least === 1 && most === 1 ? part.exact : undefined,
    }
  }

  function atom(): Part {
    const rest = source.slice(at, at + 16)
    const letter = String.fromCodePoint(source.codePointAt(at) ?? 0)
    at += letter.length
    if (letter === '^' || letter === '$') return nothing
    if (letter === '.') return oneOfMany
    if (letter === '[') return bracketed()
    if (letter === '(') return group()
    return letter === '\\' ? escaped(rest) : literal(letter)
  }

  function bracketed(): Part {
    while (source[at] !== ']') at += source[at] === '\\' ? 2 : 1
    at++
    return oneOfMany
  }

  function group(): Part {
    const opening = /^\?(?::|<?[=!]|<[^>]*>|[a-z-]*:)/.exec(source.slice(at))?.[0] ?? ''
    at += opening.length
    const inner = alternatives()
    at++
    return /^\?<?[=!]$/.test(opening) ? { ...nothing, ways: inner.ways } : inner
  }

  function escaped(rest: string): Part {
    const code = codePoint.exec(rest)
    if (code !== null) {
      at += code[0].length - 1
      return literal(String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16)))
    }
    const letter = source[at] ?? ''
    at++
    if (letter === 'b' || letter === 'B') return nothing
    if (/[dDwWsS]/.test(letter)) return oneOfMany
    if (letter === 'p' || letter === 'P') return skipped('}', oneOfMany)
    if (letter === 'k') return skipped('>', anything)
    if (letter === 'c') return skipped(source[at] ?? '', oneOfMany)
    if (/[1-9]/.test(letter)) return anything
    if (letter === '0') return literal('\0')
    return literal(escapes[letter] ?? letter)
  }

  function skipped(end: string, part: Part): Part {
    at = source.indexOf(end, at) + 1
    return part
  }

  const { exact: _, ...shape } = alternatives()
  return shape
}

function eitherOf(parts: readonly Part[]): Part {
  const needs = parts.every((part) => part.needs !== undefined)
    ? [...new Set(parts.flatMap((part) => part.needs ?? []))]
    : undefined
  return {
    needs: needs !== undefined && needs.length <= mostNeeds ? needs : undefined,
    longest: Math.max(...parts.map(({ longest }) => longest)),
    shortest: Math.min(...parts.map(({ shortest }) => shortest)),
    ways: areApart(parts) ? 1 : parts.reduce((sum, { ways }) => sum + ways, 0),
    exact: undefined,
  }
}

/** Whether at most one of them can match at a place: words of which none begins another. */
function areApart(parts: readonly Part[]): boolean {
  const words = parts.flatMap(({ exact }) => (exact === undefined ? [] : [exact])).toSorted()
  const apart = words.every((word, at) => at === 0 || !word.startsWith(words[at - 1] ?? ''))
  return words.length === parts.length && apart
}

/** What stands exactly so in a row is one literal; of several needs the longest tells most. */
function inTurn(parts: readonly Part[]): Part {
  const candidates: (readonly string[])[] = []
  let run = ''
  for (const part of parts) {
    if (part.exact !== undefined) run += part.exact
    else {
      if (run !== '') candidates.push([run])
      if (part.needs !== undefined) candidates.push(part.needs)
      run = ''
    }
  }
  if (run !== '') candidates.push([run])
  const length = (needs: readonly string[]) => Math.min(...needs.map((each) => each.length))
  const best = candidates.toSorted((one, other) => length(other) - length(one))[0]
  return {
    needs: best,
    longest: parts.reduce((sum, { longest }) => sum + longest, 0),
    shortest: parts.reduce((sum, { shortest }) => sum + shortest, 0),
    ways: parts.reduce((product, { ways }) => product * ways, 1),
    exact: parts.every(({ exact }) => exact !== undefined) ? run : undefined,
  }
}
