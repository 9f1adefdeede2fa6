/** Leaves personal data and secrets of known forms out of what is asked and what is answered. */
import type { Document, Json, JsonObject, Message, Text } from '../core/conversation.ts'
import type { ReplyBlock } from '../core/reply.ts'
import type { ReplyFunction, RequestFunction } from '../core/transform-config.ts'
import { everyKind, type Kind, type Span, spansOf } from './personal.ts'

export type RedactOptions = {
  /** What is looked for; default: all kinds. */
  readonly kinds?: readonly Kind[]
  /** What stands in its place; default: `[email]`. */
  readonly with?: (kind: Kind) => string
}

export type Redaction = { readonly request: RequestFunction; readonly reply: ReplyFunction }

/** For `transform` of the gateway, a team or an alias; docs/rules.md tells what it does not find. */
export function redact(options: RedactOptions = {}): Redaction {
  const clean = redactor(options)
  return {
    request: (request) => ({
      ...request,
      messages: request.messages.map(
        (message) =>
          ({
            ...message,
            content: message.content.map((block) => inBlock(block, clean)),
          }) as Message,
      ),
    }),
    reply: (reply) => ({
      ...reply,
      content: reply.content.map((block) =>
        block.type === 'embedding' ? block : (inBlock(block, clean) as ReplyBlock),
      ),
    }),
  }
}

type Clean = (text: string) => string

/** What is left out may bring what stands around it together: it is looked at again, a few times. */
const mostRounds = 8

/** Of one text. */
export function redactor({ kinds = everyKind, with: mark = marked }: RedactOptions = {}): Clean {
  const listed = everyKind.filter((kind) => kinds.includes(kind))
  const once: Clean = (text) =>
    listed.reduce((rest, kind) => without(rest, spansOf(kind, rest), () => mark(kind)), text)
  return function clean(text) {
    let rest = text
    for (let round = 0; round < mostRounds; round++) {
      const less = once(rest)
      if (less === rest) break
      rest = less
    }
    return rest
  }
}

const marked = (kind: Kind): string => `[${kind}]`

function without(text: string, spans: readonly Span[], mark: () => string): string {
  if (spans.length === 0) return text
  let said = ''
  let at = 0
  for (const [start, end] of spans.toSorted(([one], [other]) => one - other)) {
    if (start < at) continue
    said += text.slice(at, start) + mark()
    at = end
  }
  return said + text.slice(at)
}

type Block = Message['content'][number]

/** What was signed stays as it is: a provider takes no other text with that signature. */
function inBlock(block: Block, clean: Clean): Block {
  switch (block.type) {
    case 'text':
      return inText(block, clean)
    case 'thinking':
      return block.signature === undefined ? { ...block, text: clean(block.text) } : block
    case 'document':
      return inDocument(block, clean)
    case 'tool-call':
      return { ...block, input: inJson(block.input, clean) as JsonObject }
    case 'tool-result':
      return { ...block, content: block.content.map((part) => inPart(part, clean)) }
    case 'image':
    case 'redacted-thinking':
      return block
  }
}

const inText = (block: Text, clean: Clean): Text => ({ ...block, text: clean(block.text) })

function inPart<Part extends Block>(part: Part, clean: Clean): Part {
  return inBlock(part, clean) as Part
}

/** Of other documents a text is not to be had. */
function inDocument(block: Document, clean: Clean): Document {
  const { name, mediaType, data } = block
  const named = name === undefined ? block : { ...block, name: clean(name) }
  if (!/^text\/|[/+](json|xml)$/.test(mediaType)) return named
  const text = Buffer.from(data, 'base64').toString()
  const cleaned = clean(text)
  return cleaned === text ? named : { ...named, data: Buffer.from(cleaned).toString('base64') }
}

function inJson(value: Json, clean: Clean): Json {
  if (typeof value === 'string') return clean(value)
  if (Array.isArray(value)) return value.map((each) => inJson(each, clean))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, inJson(each, clean)]),
  )
}
