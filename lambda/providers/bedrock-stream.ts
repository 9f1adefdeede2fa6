/** Reads one of Bedrock's streams: frames to a model's own chunks, and those to events. */
import type { IncomingMessage } from 'node:http'
import type { StreamReader } from '../core/contracts.ts'
import type { ReplyEvent } from '../core/reply.ts'
import { BedrockException } from './bedrock-endpoint.ts'
import type { JudgedReader } from './bedrock-intervention.ts'
import { type Frame, frameReader } from './frames.ts'

export type StreamOptions = {
  readonly reader: StreamReader & Partial<Pick<JudgedReader, 'rest'>>
  /** The caller gets the frames themselves. */
  readonly native: boolean
  /** Something arrived. */
  readonly heard: () => void
}

/** What arrived together is told together; a connection that breaks is thrown, if the answer had no end. */
export async function* bedrockEvents(
  answer: IncomingMessage,
  options: StreamOptions,
): AsyncGenerator<readonly ReplyEvent[]> {
  const { reader } = options
  try {
    yield* arriving(answer, options)
  } catch (thrown) {
    const rest = reader.rest?.() ?? []
    if (rest.length === 0) throw thrown
    return yield rest
  }
  yield reader.end()
}

async function* arriving(
  answer: IncomingMessage,
  { reader, native, heard }: StreamOptions,
): AsyncGenerator<readonly ReplyEvent[]> {
  const frames = frameReader()
  for await (const bytes of answer) {
    heard()
    const events: ReplyEvent[] = []
    try {
      for (const frame of frames.read(bytes as Buffer)) {
        events.push(...eventsOf(frame, reader, native))
      }
    } finally {
      /** What came before the frame that broke it was told, and is told on. */
      if (events.length > 0) yield events
    }
  }
  frames.end()
}

function eventsOf(frame: Frame, reader: StreamReader, native: boolean): readonly ReplyEvent[] {
  const { headers, payload, bytes } = frame
  const kind = headers[':message-type']
  const said: unknown = JSON.parse(payload.toString() || '{}')
  if (kind !== 'event') throw exceptionIn(headers, said)
  const name = headers[':event-type'] ?? ''
  const events = reader.read(name === 'chunk' ? chunkOf(said) : { [name]: said })
  return native ? [{ type: 'native', payload: bytes }, ...events] : events
}

/** InvokeModel's chunks are a model's own JSON, in base64. */
function chunkOf(said: unknown): unknown {
  const { bytes } = said as { bytes?: unknown }
  if (typeof bytes !== 'string') return undefined
  return JSON.parse(Buffer.from(bytes, 'base64').toString())
}

function exceptionIn(headers: Frame['headers'], said: unknown): BedrockException {
  const name = headers[':exception-type'] ?? headers[':error-code'] ?? 'error'
  const { message } = said as { message?: unknown }
  return new BedrockException(name, String(message ?? headers[':error-message'] ?? ''))
}
