/** What a model answers: inside, always a stream of events; a whole reply is one collected. */
import type { AssistantBlock, JsonObject, ToolCall } from './conversation.ts'
import { TollgateError } from './errors.ts'

/** Disjoint counts of tokens: the bill is their sum, each at its own price. */
export type Usage = {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  readonly output: number
  /** What nobody told: it is an estimate by the length of the text. */
  readonly guessed?: 'prompt' | 'answer' | 'all'
}

export type Stop =
  | { readonly reason: 'end' }
  | { readonly reason: 'sequence'; readonly sequence?: string }
  | { readonly reason: 'length' }
  | { readonly reason: 'tool-calls' }
  | { readonly reason: 'filtered' }
  | { readonly reason: 'refused' }
  | { readonly reason: 'other'; readonly detail: string }

/** A vector for one input of an embedding request, in the order of the inputs. */
export type Embedding = { readonly type: 'embedding'; readonly vector: readonly number[] }

export type ReplyBlock = AssistantBlock | Embedding

export type Reply = {
  readonly content: readonly ReplyBlock[]
  readonly stop: Stop
  readonly usage: Usage
}

export type OpenedBlock =
  | { readonly type: 'text' }
  | { readonly type: 'thinking' }
  | { readonly type: 'redacted-thinking'; readonly data: string }
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string }
  | Embedding

export type BlockDelta =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly text: string }
  | { readonly type: 'signature'; readonly signature: string }
  | { readonly type: 'input-json'; readonly json: string }

/** Block indexes are dense, start at 0, and one block is open at a time. */
export type ReplyEvent =
  /** Native routes only, before the events it means: what came from the provider, as it came. */
  | {
      readonly type: 'native'
      readonly payload: Uint8Array
      /** Of a whole answer: the provider's own headers, by their names in lower case. */
      readonly headers?: Readonly<Record<string, string>>
    }
  /** `usage`: what is billed by now, where the provider begins with that. */
  | { readonly type: 'reply-start'; readonly usage?: Usage }
  | { readonly type: 'block-start'; readonly index: number; readonly block: OpenedBlock }
  | { readonly type: 'block-delta'; readonly index: number; readonly delta: BlockDelta }
  | { readonly type: 'block-end'; readonly index: number }
  | { readonly type: 'reply-end'; readonly stop: Stop; readonly usage: Usage }
  | { readonly type: 'reply-error'; readonly error: TollgateError }

type OpenState =
  | { type: 'text'; text: string }
  | { type: 'thinking'; text: string; signature?: string }
  | { type: 'redacted-thinking'; data: string }
  | { type: 'tool-call'; id: string; name: string; json: string }
  | Embedding

/** Turns a stream into the whole reply it tells; an error in the stream is thrown. */
export async function collect(events: AsyncIterable<ReplyEvent>): Promise<Reply> {
  const content: ReplyBlock[] = []
  let open: OpenState | undefined
  for await (const event of events) {
    switch (event.type) {
      case 'native':
      case 'reply-start':
        break
      case 'block-start':
        open = opened(event.block)
        break
      case 'block-delta':
        if (open !== undefined) extend(open, event.delta)
        break
      case 'block-end':
        if (open !== undefined) content.push(closed(open))
        open = undefined
        break
      case 'reply-end':
        return { content, stop: event.stop, usage: event.usage }
      case 'reply-error':
        throw event.error
    }
  }
  throw new TollgateError('upstream_error', 'The model’s answer ended before it was complete.')
}

/** Tells a whole reply as the stream it could have been. */
export async function* replay(reply: Reply): AsyncGenerator<ReplyEvent> {
  yield { type: 'reply-start', usage: reply.usage }
  for (const [index, block] of reply.content.entries()) yield* blockEvents(index, block)
  yield { type: 'reply-end', stop: reply.stop, usage: reply.usage }
}

function* blockEvents(index: number, block: ReplyBlock): Generator<ReplyEvent> {
  switch (block.type) {
    case 'text':
      yield { type: 'block-start', index, block: { type: 'text' } }
      yield { type: 'block-delta', index, delta: { type: 'text', text: block.text } }
      break
    case 'thinking':
      yield { type: 'block-start', index, block: { type: 'thinking' } }
      yield { type: 'block-delta', index, delta: { type: 'thinking', text: block.text } }
      if (block.signature !== undefined) {
        const { signature } = block
        yield { type: 'block-delta', index, delta: { type: 'signature', signature } }
      }
      break
    case 'redacted-thinking':
      yield { type: 'block-start', index, block: { type: 'redacted-thinking', data: block.data } }
      break
    case 'embedding':
      yield { type: 'block-start', index, block }
      break
    case 'tool-call': {
      const { id, name, input } = block
      yield { type: 'block-start', index, block: { type: 'tool-call', id, name } }
      const json = JSON.stringify(input)
      yield { type: 'block-delta', index, delta: { type: 'input-json', json } }
      break
    }
  }
  yield { type: 'block-end', index }
}

function opened(block: OpenedBlock): OpenState {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' }
    case 'thinking':
      return { type: 'thinking', text: '' }
    case 'redacted-thinking':
      return { type: 'redacted-thinking', data: block.data }
    case 'tool-call':
      return { type: 'tool-call', id: block.id, name: block.name, json: '' }
    case 'embedding':
      return block
  }
}

function extend(open: OpenState, delta: BlockDelta): void {
  if (delta.type === 'text' && open.type === 'text') open.text += delta.text
  else if (delta.type === 'thinking' && open.type === 'thinking') open.text += delta.text
  else if (delta.type === 'signature' && open.type === 'thinking') open.signature = delta.signature
  else if (delta.type === 'input-json' && open.type === 'tool-call') open.json += delta.json
}

function closed(open: OpenState): ReplyBlock {
  if (open.type !== 'tool-call') return open
  return { type: 'tool-call', id: open.id, name: open.name, input: toolInput(open) }
}

/** A tool without parameters streams no JSON at all, which means an empty object. */
function toolInput(open: { name: string; json: string }): ToolCall['input'] {
  if (open.json === '') return {}
  try {
    const input: unknown = JSON.parse(open.json)
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) {
      return input as JsonObject
    }
  } catch {}
  const message = `The model called the tool '${open.name}' with an input that is not a JSON object.`
  throw new TollgateError('upstream_error', message)
}
