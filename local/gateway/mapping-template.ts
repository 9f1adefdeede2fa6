/** Runs a mapping template: as much of Velocity's language as answers of API Gateway's own need. */
import { NotServed } from '../template/values.ts'

/** What a template may ask, by name: values, and functions of text. */
export type Things = { readonly [name: string]: unknown }

export type Ran = {
  readonly text: string
  /** Of `$context.responseOverride.header`, by the name it was set by. */
  readonly headers: ReadonlyMap<string, string>
}

type Run = { readonly variables: Map<string, unknown>; readonly headers: Map<string, string> }
type Expression = (run: Run) => unknown
type Part = (run: Run) => string

/** `#set(`, `#if(`, `#elseif(`, `#else`, `#end`, what only looks so, and the text between. */
const directive = /#(set|if|elseif)\s*\(|#(else|end)\b|[#$]|[^#$]+/y
const token = /\s*(\|\||&&|==|!=|[!().]|"[^"$#]*"|\$?[A-Za-z][\w-]*)/y
const overridden = /^context\.responseOverride\.header\.([\w-]+)$/

/** Throws at whatever is not known, before anything is asked of it. */
export function readMappingTemplate(source: string): (things: Things) => Ran {
  let at = 0
  const parts = readParts([])
  if (at < source.length) throw unknown()

  return function run(things) {
    const state = { variables: new Map(Object.entries(things)), headers: new Map() }
    const text = parts.map((part) => part(state)).join('')
    return { text, headers: state.headers }
  }

  function unknown(): NotServed {
    const rest = source.slice(at, at + 40).split('\n')[0]
    return new NotServed(`The mapping template has “${rest}”, which the local gateway cannot run.`)
  }

  function next(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(source) ?? undefined
    if (found !== undefined) at = pattern.lastIndex
    return found
  }

  /** Up to one of the directives that end a branch, which is left to be read. */
  function readParts(ends: readonly string[]): readonly Part[] {
    const read: Part[] = []
    for (;;) {
      const before = at
      const [text, opening, closing] = next(directive) ?? []
      if (text === undefined) return read
      if (ends.includes(opening ?? closing ?? '')) {
        at = before
        return read
      }
      if (opening === 'set') read.push(readSet())
      else if (opening === 'if') read.push(readIf())
      else if (opening === undefined && closing === undefined && !/^[#$]$/.test(text)) {
        read.push(() => text)
      } else {
        at = before
        throw unknown()
      }
    }
  }

  function readSet(): Part {
    const [, target = ''] = next(/\s*\$([\w.-]+)\s*=(?!=)/y) ?? []
    const [, header] = overridden.exec(target) ?? []
    if (header === undefined && !/^[A-Za-z]\w*$/.test(target)) throw unknown()
    const value = readEither()
    close()
    return ({ variables, headers }) => {
      const set = value({ variables, headers })
      if (header !== undefined) headers.set(header, String(set))
      else variables.set(target, set)
      return ''
    }
  }

  function readIf(): Part {
    const branches: { when: Expression; parts: readonly Part[] }[] = []
    const branch = (when: Expression) =>
      branches.push({ when, parts: readParts(['elseif', 'else', 'end']) })
    branch(readCondition())
    for (;;) {
      const [, opening, closing] = next(directive) ?? []
      if (opening === 'elseif') branch(readCondition())
      else if (closing === 'else') branch(() => true)
      else if (closing === 'end') break
      else throw unknown()
    }
    return (run) => {
      const taken = branches.find(({ when }) => isTrue(when(run)))
      return (taken?.parts ?? []).map((part) => part(run)).join('')
    }
  }

  function readCondition(): Expression {
    const condition = readEither()
    close()
    return condition
  }

  function close(): void {
    if (!taken(')')) throw unknown()
  }

  function taken(word: string): boolean {
    const before = at
    if (next(token)?.[1] === word) return true
    at = before
    return false
  }

  function readEither(): Expression {
    const one = readBoth()
    if (!taken('||')) return one
    const other = readEither()
    return (run) => isTrue(one(run)) || isTrue(other(run))
  }

  function readBoth(): Expression {
    const one = readEqual()
    if (!taken('&&')) return one
    const other = readBoth()
    return (run) => isTrue(one(run)) && isTrue(other(run))
  }

  function readEqual(): Expression {
    const one = readValue()
    if (taken('==')) {
      const other = readValue()
      return (run) => one(run) === other(run)
    }
    if (!taken('!=')) return one
    const other = readValue()
    return (run) => one(run) !== other(run)
  }

  function readValue(): Expression {
    if (taken('!')) {
      const value = readValue()
      return (run) => !isTrue(value(run))
    }
    if (taken('(')) return readCondition()
    const [, word = ''] = next(token) ?? []
    if (word.startsWith('"')) return () => word.slice(1, -1)
    if (!word.startsWith('$')) throw unknown()
    return readReference(({ variables }) => variables.get(word.slice(1)))
  }

  function readReference(of: Expression): Expression {
    if (!taken('.')) return of
    const [, name = ''] = next(token) ?? []
    const member: Expression = (run) => memberOf(of(run), name)
    if (!taken('(')) return readReference(member)
    const argument = taken(')') ? undefined : readCondition()
    return readReference((run) => {
      const call = member(run)
      return typeof call === 'function' ? call(argument?.(run)) : undefined
    })
  }
}

/** As in Velocity, nothing comes of nothing. */
const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Things)[name]
    : undefined

const isTrue = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== ''
