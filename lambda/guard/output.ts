/** Lets an answer go on only as far as no rule for answers can object to it any more. */
import type { Json } from '../core/conversation.ts'
import type { BlockDelta, OpenedBlock, ReplyEvent } from '../core/reply.ts'
import { textsOfBody, textsOfJson } from './json-texts.ts'
import { readingsOf } from './plain.ts'
import { firstMatch, type Matcher, openPatience, type Rule } from './rules.ts'
import { longestMatch, openScanner, type Scanner } from './scanner.ts'
import { openSeams, type Seam } from './seam.ts'

/** Events that go together: of a native stream, a frame and all that it means. */
type Held = { readonly events: ReplyEvent[]; until: number }

/** What may go on by now, in order; a rule, once one matches: then nothing may. */
export type Freed = { readonly free: readonly ReplyEvent[]; readonly rule?: Rule }

export type Reading = {
  readonly read: (event: ReplyEvent) => Freed
  /** What is left, when there is no more. */
  readonly rest: () => Freed
}

/** Of an open block: its text as it grows, or a tool's input, which is read when it is whole. */
type Open = OpenText | { json: string }

type Kind = 'text' | 'thinking'

type OpenText = {
  readonly kind: Kind
  readonly scanner: Scanner
  readonly from: number
  /** With the blocks before it, as long as a match may begin in them. */
  seams: readonly Seam[]
}

export function readAnswer(matcher: Matcher): Reading {
  const queue: Held[] = []
  let native = false
  let open: Open | undefined
  /** Units of text that came, and of these, those that may go. */
  let come = 0
  let free = 0
  const before = { text: openSeams(matcher), thinking: openSeams(matcher) }
  /** Of a block that ended last: the next one may go on with its text. */
  let ended: Kind | undefined

  const inTexts = (texts: readonly string[]): Rule | undefined =>
    firstMatch(matcher, readingsOf(texts.join('\n')), openPatience(Infinity))

  function objection(event: ReplyEvent): Rule | undefined {
    switch (event.type) {
      case 'native':
        return event.headers === undefined ? undefined : inTexts(textsOfAnswer(event.payload))
      case 'block-start':
        return opened(event.block)
      case 'block-delta':
        return grown(event.delta)
      case 'block-end':
        return closed()
      case 'reply-end':
      case 'reply-error':
        return over()
      case 'reply-start':
        return undefined
    }
  }

  function opened(block: OpenedBlock): Rule | undefined {
    const kind = block.type === 'thinking' ? 'thinking' : 'text'
    if (block.type !== ended) free = come
    ended = undefined
    if (block.type === 'tool-call') {
      open = { json: '' }
      return inTexts([block.name])
    }
    open = { kind, scanner: openScanner(matcher), from: come, seams: before[kind].seams() }
    return undefined
  }

  function grown(delta: BlockDelta): Rule | undefined {
    if (open === undefined || delta.type === 'signature') return undefined
    const text = delta.type === 'input-json' ? delta.json : delta.text
    come += text.length
    if ('json' in open) {
      open.json += text
      return undefined
    }
    before[open.kind].came(text)
    const rule = firstOf([open.scanner, ...open.seams], (each) => each.read(text))
    open.seams = open.seams.filter((seam) => seam.free() < 0)
    const frees = [open.scanner, ...open.seams].map((each) => each.free())
    free = Math.max(free, open.from + Math.min(...frees))
    return rule
  }

  function closed(): Rule | undefined {
    if (open === undefined) {
      free = come
      return undefined
    }
    const was = open
    open = undefined
    if ('json' in was) {
      free = come
      return inTexts(textsOfInput(was.json))
    }
    ended = was.kind
    free = Math.max(free, come - longestMatch)
    return firstOf([was.scanner, ...was.seams], (each) => each.end())
  }

  function over(): Rule | undefined {
    const rule = closed()
    free = come
    return rule
  }

  function hold(event: ReplyEvent): void {
    if (event.type === 'native') native = true
    const last = queue.at(-1)
    if (native && event.type !== 'native' && last !== undefined) {
      last.events.push(event)
      last.until = come
    } else queue.push({ events: [event], until: come })
  }

  /** What the last frame means may still be on its way. */
  function* released(all: boolean): Generator<ReplyEvent> {
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      if (native && !all && queue.length === 1) return
      if (first.until > free) {
        if (!native) yield* begun(first, first.until - free)
        return
      }
      queue.shift()
      yield* first.events
    }
  }

  const freed = (rule: Rule | undefined, all: boolean): Freed =>
    rule === undefined ? { free: [...released(all)] } : { free: [], rule }

  return {
    read(event) {
      const rule = objection(event)
      if (rule === undefined) hold(event)
      return freed(rule, false)
    },
    rest: () => freed(over(), true),
  }
}

function firstOf<Each>(
  all: readonly Each[],
  ruleOf: (each: Each) => Rule | undefined,
): Rule | undefined {
  for (const each of all) {
    const rule = ruleOf(each)
    if (rule !== undefined) return rule
  }
  return undefined
}

/** The part of a text that may go; `left` units of it stay. */
function* begun(held: Held, left: number): Generator<ReplyEvent> {
  const [event] = held.events
  if (event?.type !== 'block-delta' || !('text' in event.delta)) return
  const { delta } = event
  const length = wholeLetters(delta.text, delta.text.length - left)
  if (length <= 0) return
  held.events[0] = { ...event, delta: { ...delta, text: delta.text.slice(length) } }
  yield { ...event, delta: { ...delta, text: delta.text.slice(0, length) } }
}

/** No pair of surrogates is cut in two. */
const wholeLetters = (text: string, length: number): number =>
  /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length

/** Of an answer's own JSON, all of it. */
function textsOfAnswer(payload: Uint8Array): readonly string[] {
  try {
    return textsOfBody(JSON.parse(Buffer.from(payload).toString()) as Json)
  } catch {
    return [Buffer.from(payload).toString()]
  }
}

function textsOfInput(json: string): readonly string[] {
  try {
    return textsOfJson(JSON.parse(json === '' ? '{}' : json) as Json)
  } catch {
    return [json]
  }
}
