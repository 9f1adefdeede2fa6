/** Writes a reply as the frames of a stream, each as soon as it comes, with signs of life between. */
import { Readable } from 'node:stream'
import type {
  AnswerFacts,
  ChatDialect,
  CountDialect,
  EmbedDialect,
  NativeDialect,
} from '../core/dialect.ts'
import { asTollgateError } from '../core/errors.ts'
import type { ReplyEvent } from '../core/reply.ts'
import type { Ready } from './answer.ts'
import { type Exchange, finish } from './exchange.ts'
import { withPings } from './pings.ts'

export type SpokenDialect = ChatDialect | CountDialect | EmbedDialect | NativeDialect
export type StreamingDialect = ChatDialect | NativeDialect

type Frame = string | Uint8Array

export function streamOf(
  exchange: Exchange,
  dialect: StreamingDialect,
  ready: Ready,
  facts: AnswerFacts,
): Readable {
  const frames = framesOf(exchange, dialect, ready, facts)
  const ping = dialect.task === 'chat' ? dialect.ping : undefined
  const lively = ping === undefined ? frames : withPings(frames, ping)
  const stream = Readable.from(leaving(lively, exchange.gone), { highWaterMark: 1 })
  exchange.atEnd.push(() => closed(stream))
  return stream
}

/** Who reads no further has gone: what is still awaited of the provider is given up at once. */
function leaving<T>(frames: AsyncGenerator<T>, gone: AbortController): AsyncIterableIterator<T> {
  const iterator = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => frames.next(),
    return() {
      gone.abort()
      return frames.return(undefined)
    },
  }
  return iterator
}

/**
 * Node's `pipeline` leaves a source as it was if its destination was closed before; and a generator
 * that nobody began to read runs no `finally`.
 */
async function closed(stream: Readable): Promise<void> {
  if (stream.closed) return
  stream.read(0)
  stream.destroy()
  await new Promise((resolve) => stream.once('close', resolve))
}

/** Ends with the dialect's own last frame, whatever happens; the log line is written last of all. */
async function* framesOf(
  exchange: Exchange,
  dialect: StreamingDialect,
  { reply, http }: Ready,
  facts: AnswerFacts,
): AsyncGenerator<Frame> {
  const frame = dialect.task === 'native' ? nativeFrames(dialect) : dialect.openFrames(facts, http)
  try {
    for await (const event of reply.events) {
      const told = frame(event)
      if (told.length > 0) yield told
    }
  } catch (thrown) {
    yield frame({ type: 'reply-error', error: asTollgateError(thrown) })
  } finally {
    finish(exchange, 200)
  }
}

/** The provider's frames as they came, or how it broke; the rest was for the policies. */
function nativeFrames({ errorFrame }: NativeDialect) {
  return (event: ReplyEvent): Frame => {
    if (event.type === 'native') return event.payload
    return event.type === 'reply-error' ? errorFrame(event.error) : ''
  }
}
