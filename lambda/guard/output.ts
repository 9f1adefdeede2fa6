/** Lets an answer go on only as far as no rule for answers can object to it any more. */
import type { Json } from '../core/conversation.ts'
import type { ReplyEvent } from '../core/reply.ts'
import { textsOfBody, textsOfJson } from './json-texts.ts'
import { readingsOf } from './plain.ts'
import { firstMatch, type Matcher, openPatience, type Rule } from './rules.ts'
import { openScanner, type Scanner } from './scanner.ts'

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
type Open = { readonly scanner: Scanner; readonly from: number } | { json: string }

export function readAnswer(matcher: Matcher): Reading {
  const queue: Held[] = []
  let native = false
  let open: Open | undefined
  /** Units of text that came, and of these, those that may go. */
  let come = 0
  let free = 0

  const inTexts = (texts: readonly string[]): Rule | undefined =>
    firstMatch(matcher, readingsOf(texts.join('\n')), openPatience(Infinity))

  function objection(event: ReplyEvent): Rule | undefined {
    switch (event.type) {
      case 'native':
        return event.headers === undefined ? undefined : inTexts(textsOfAnswer(event.payload))
      case 'block-start':
        if (event.block.type === 'tool-call') {
          open = { json: '' }
          return inTexts([event.block.name])
        }
        open = { scanner: openScanner(matcher), from: come }
        return undefined
      case 'block-delta':
        return grown(event.delta)
      case 'block-end':
      case 'reply-end':
      case 'reply-error':
        return closed()
      case 'reply-start':
        return undefined
    }
  }

  function grown(delta: Extract<ReplyEvent, { type: 'block-delta' }>['delta']): Rule | undefined {
    if (open === undefined || delta.type === 'signature') return undefined
    const text = delta.type === 'input-json' ? delta.json : delta.text
    come += text.length
    if ('json' in open) {
      open.json += text
      return undefined
    }
    const rule = open.scanner.read(text)
    free = open.from + open.scanner.free()
    return rule
  }

  function closed(): Rule | undefined {
    const rule =
      open === undefined
        ? undefined
        : 'json' in open
          ? inTexts(textsOfInput(open.json))
          : open.scanner.end()
    open = undefined
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
    rest: () => freed(closed(), true),
  }
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
