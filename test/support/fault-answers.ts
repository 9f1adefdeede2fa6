/** What a caller was told, read strictly in the dialect that was spoken: an answer, a refusal, or a stream that broke. */
import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'
import { expect } from 'vitest'
import type { ErrorCode } from '../../lambda/core/errors.ts'
import type { InProcessAnswer } from './in-process.ts'

/** `text` is what the model was said to say, up to where the stream broke. */
export type Told =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'refusal'; readonly code: string }
  | { readonly kind: 'broken'; readonly text: string; readonly code: string }

/** As AWS's SDKs know failures of an operation, by the code they stand for here. */
const exceptions: Readonly<Partial<Record<ErrorCode, string>>> = {
  invalid_body: 'ValidationException',
  access_denied: 'AccessDeniedException',
  model_not_found: 'ResourceNotFoundException',
  upstream_throttled: 'ThrottlingException',
  upstream_error: 'ModelErrorException',
  upstream_unavailable: 'ServiceUnavailableException',
  upstream_timeout: 'ModelTimeoutException',
}

/** Of both unions of a stream's events, `ResponseStream` and `ConverseStreamOutput`. */
const inStreams = { upstream_error: 'ModelStreamErrorException' } as const

type Fields = Readonly<Record<string, unknown>>
type Reader = {
  readonly whole: (body: Fields) => string
  readonly stream: (answer: InProcessAnswer) => Told
}

/** Throws where an answer is not of the dialect, tells two ends, or goes on after one. */
export function toldBy(route: string, stream: boolean, answer: InProcessAnswer): Told {
  const reader = readers[route]
  if (reader === undefined) throw new Error(`Nobody reads ${route}.`)
  if (answer.statusCode !== 200) return refusal(route, answer)
  if (stream) return reader.stream(answer)
  return { kind: 'answer', text: reader.whole(JSON.parse(answer.text) as Fields) }
}

function refusal(route: string, { text, headers }: InProcessAnswer): Told {
  expect(headers['content-type']).toMatch(/^application\/json/)
  const body = JSON.parse(text) as Fields & { error: Fields }
  expect(body).toMatchObject({
    type: 'error',
    error: { type: expect.any(String), code: expect.any(String), message: body.message },
    message: expect.stringMatching(/\w.*\.$/),
    request_id: headers['x-request-id'],
  })
  const code = String(body.error.code)
  if (route.includes('{modelId}')) {
    expect(headers['x-amzn-errortype']).toBe(exceptions[code as ErrorCode])
  }
  return { kind: 'refusal', code }
}

type Event = { readonly event: string; readonly data: Fields | '[DONE]' }

const eventsOf = ({ text, headers }: InProcessAnswer): readonly Event[] => {
  expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
  expect(text.endsWith('\n\n')).toBe(true)
  return text
    .slice(0, -2)
    .split('\n\n')
    .filter((frame) => !frame.startsWith(':'))
    .map((frame) => {
      const [, event = '', data = ''] = /^(?:event: (\S+)\n)?data: (.*)$/.exec(frame) ?? []
      return { event, data: data === '[DONE]' ? data : (JSON.parse(data) as Fields) }
    })
}

/** One end, and it is the last of all. */
function ended<T>(all: readonly T[], isEnd: (one: T) => boolean): T {
  const ends = all.filter(isEnd)
  expect(ends, 'ends of the stream').toHaveLength(1)
  const [end] = ends as [T]
  expect(all.at(-1), 'the last event').toBe(end)
  return end
}

const codeIn = (data: unknown): string => String((data as { error?: Fields }).error?.code)
const joined = (texts: readonly unknown[]): string =>
  texts.map((text) => (typeof text === 'string' ? text : '')).join('')

function question(answer: InProcessAnswer): Told {
  const events = eventsOf(answer)
  const { event, data } = ended(events, (one) => /^(done|error)$/.test(one.event))
  const text = joined(
    events.flatMap((one) => (one.event === 'delta' ? (one.data as Fields).text : [])),
  )
  return event === 'done' ? { kind: 'answer', text } : { kind: 'broken', text, code: codeIn(data) }
}

type Chunk = { readonly choices?: readonly { delta?: Fields; finish_reason?: string | null }[] }

function chat(answer: InProcessAnswer): Told {
  const events = eventsOf(answer)
  ended(events, ({ data }) => data === '[DONE]')
  const said = events.slice(0, -1).map(({ data }) => data as Fields & Chunk)
  const failed = said.filter((one) => 'error' in one)
  const choices = said.flatMap((one) => one.choices ?? [])
  const finished = choices.filter((one) => typeof one.finish_reason === 'string')
  expect(failed.length + finished.length, 'errors and finish reasons').toBe(1)
  if (failed.length > 0) expect(said.at(-1)).toBe(failed[0])
  const text = joined(choices.map(({ delta }) => delta?.content))
  const [error] = failed
  return error === undefined
    ? { kind: 'answer', text }
    : { kind: 'broken', text, code: codeIn(error) }
}

function responses(answer: InProcessAnswer): Told {
  const events = eventsOf(answer)
  for (const [at, { event, data }] of events.entries()) {
    expect(data).toMatchObject({ type: event, sequence_number: at })
  }
  const { event } = ended(events, (one) =>
    /^response\.(completed|failed|incomplete)$/.test(one.event),
  )
  const errors = events.filter((one) => one.event === 'error')
  expect(errors).toHaveLength(event === 'response.failed' ? 1 : 0)
  const text = joined(
    events.flatMap((one) =>
      one.event === 'response.output_text.delta' ? (one.data as Fields).delta : [],
    ),
  )
  return event === 'response.failed'
    ? { kind: 'broken', text, code: codeIn(errors[0]?.data) }
    : { kind: 'answer', text }
}

function messages(answer: InProcessAnswer): Told {
  const events = eventsOf(answer).filter(({ event }) => event !== 'ping')
  for (const { event, data } of events) expect(data).toMatchObject({ type: event })
  const { event, data } = ended(events, (one) => /^(message_stop|error)$/.test(one.event))
  const stops = events.filter((one) => one.event === 'message_delta')
  expect(stops, 'stop reasons').toHaveLength(event === 'error' ? 0 : 1)
  const text = joined(events.map((one) => ((one.data as Fields).delta as Fields | undefined)?.text))
  return event === 'error' ? { kind: 'broken', text, code: codeIn(data) } : { kind: 'answer', text }
}

/** By AWS's own codec, which checks every checksum. */
const codec = new EventStreamCodec(toUtf8, fromUtf8)

function framesOf({ bytes, headers }: InProcessAnswer): readonly Event[] {
  expect(headers['content-type']).toBe('application/vnd.amazon.eventstream')
  const frames: Event[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const frame = codec.decode(bytes.subarray(at, at + length))
    at += length
    const header = (name: string) => String(frame.headers[name]?.value ?? '')
    const isEvent = header(':message-type') === 'event'
    expect(header(':message-type')).toMatch(/^(event|exception)$/)
    const data = JSON.parse(Buffer.from(frame.body).toString()) as Fields
    frames.push({ event: isEvent ? header(':event-type') : `!${header(':exception-type')}`, data })
  }
  return frames
}

/** What one of a model's own chunks, or an event of Converse, says. */
function chunkOf({ event, data }: Event): Fields {
  if (event !== 'chunk') return { [event]: data }
  const { bytes } = data as { bytes?: string }
  return JSON.parse(Buffer.from(bytes ?? '', 'base64').toString()) as Fields
}

const textIn = (chunk: Fields): unknown => {
  const delta = (chunk.delta ?? (chunk.contentBlockDelta as Fields | undefined)?.delta) as Fields
  return delta?.text
}

function native(answer: InProcessAnswer): Told {
  const frames = framesOf(answer)
  const failed = frames.filter(({ event }) => event.startsWith('!'))
  const chunks = frames.filter((frame) => !failed.includes(frame)).map(chunkOf)
  const stops = chunks.filter((one) => 'messageStop' in one || one.type === 'message_stop')
  expect(failed.length + stops.length, 'exceptions and stops').toBe(1)
  const text = joined(chunks.map(textIn))
  const [failure] = failed
  if (failure === undefined) return { kind: 'answer', text }
  expect(frames.at(-1)).toBe(failure)
  const name = failure.event.slice(1)
  const [code = name] = Object.entries({ ...exceptions, ...inStreams })
    .filter(([, known]) => known === name.charAt(0).toUpperCase() + name.slice(1))
    .map(([known]) => known)
  return { kind: 'broken', text, code }
}

type Said = {
  readonly answer?: string
  readonly choices?: readonly { message: { content: string }; finish_reason: string }[]
  readonly content?: readonly { text: string }[]
  readonly output?: readonly { content: readonly { text: string }[] }[] & {
    readonly message?: { readonly content: readonly { text: string }[] }
  }
}

const ofClaude = ({ content = [] }: Said) => joined(content.map(({ text }) => text))
const ofConverse = ({ output }: Said) =>
  joined((output?.message?.content ?? []).map(({ text }) => text))
const ofChat = ({ choices = [] }: Said) => joined(choices.map(({ message }) => message.content))

const readers: Readonly<Record<string, Reader>> = {
  'POST /bedrock': { whole: ({ answer }: Said) => String(answer), stream: question },
  'POST /bedrock/{model}': { whole: ofChat, stream: chat },
  'POST /v1/chat/completions': { whole: ofChat, stream: chat },
  'POST /v1/responses': {
    whole: ({ output = [] }: Said) =>
      joined([...output].flatMap(({ content }) => content.map(({ text }) => text))),
    stream: responses,
  },
  'POST /v1/messages': { whole: ofClaude, stream: messages },
  'POST /model/{modelId}/invoke': {
    whole: (body: Said) => (body.output === undefined ? ofClaude(body) : ofConverse(body)),
    stream: native,
  },
  'POST /model/{modelId}/invoke-with-response-stream': { whole: () => '', stream: native },
  'POST /model/{modelId}/converse': { whole: ofConverse, stream: native },
  'POST /model/{modelId}/converse-stream': { whole: () => '', stream: native },
}
