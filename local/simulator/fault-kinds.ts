/** What the simulator can be made to do wrong: each fault a change to the delivery of an answer. */
import { type DeliveredPiece, type Delivery, firstBytes, plainly } from './delivery.ts'
import { eventFrame, exceptionFrame } from './event-stream.ts'
import { exceptionAnswer, usualWords } from './exceptions.ts'
import { frameFaults } from './frame-faults.ts'
import {
  errorFrame,
  withBadChecksum,
  withBadPrelude,
  withBrokenJson,
  withFrame,
  withLength,
  withoutUsage,
} from './spoiled-frames.ts'
import { malformed } from './wordings.ts'

/** `NAME` is a word, of an exception or an event; all else is a whole number. */
export type Kind = {
  readonly parameters: readonly Parameter[]
  /** May stand last, or be left out. */
  readonly optional?: Parameter
  readonly does: string
  readonly streamsOnly?: true
  readonly apply: (delivery: Delivery, values: Values) => Delivery
}
export type Parameter = 'STATUS' | 'NAME' | 'MS' | 'SECONDS' | 'BYTES' | 'CHUNKS' | 'INDEX'
export type Values = {
  readonly name: string
  /** The first and the second that must be given. */
  readonly number: number
  readonly second: number
  readonly seconds: number | undefined
}

export const faultKinds: Readonly<Record<string, Kind>> = {
  throttle: {
    parameters: [],
    optional: 'SECONDS',
    does: 'answers 429 ThrottlingException, with `retry-after` where seconds are given',
    apply: (_, { seconds }) => later(exceptionAnswer(429, 'ThrottlingException'), seconds),
  },
  retired: {
    parameters: [],
    does: 'answers 404 ResourceNotFoundException: the model has reached its end of life',
    apply: () => exceptionAnswer(404, 'ResourceNotFoundException'),
  },
  error: {
    parameters: ['STATUS', 'NAME'],
    optional: 'SECONDS',
    does: 'answers this exception, with `retry-after` where seconds are given',
    apply: (_, { number, name, seconds }) => later(exceptionAnswer(number, name), seconds),
  },
  refuse: {
    parameters: [],
    does: 'answers 400 ValidationException, as if the body were wrong',
    apply: () => exceptionAnswer(400, 'ValidationException', malformed(['#: not as it should be'])),
  },
  'slow-first-byte': {
    parameters: ['MS'],
    does: 'waits before the headers',
    apply: (delivery, { number }) => ({ ...delivery, before: number }),
  },
  'slow-stream': {
    parameters: ['MS'],
    does: 'waits before each chunk but the first',
    streamsOnly: true,
    apply: (delivery, { number }) => ({ ...delivery, between: number }),
  },
  'slow-bytes': {
    parameters: ['MS'],
    does: 'sends the body one byte at a time, and waits before each but the first',
    apply: (delivery, { number }) => ({
      ...delivery,
      between: number,
      pieces: delivery.pieces.flatMap(byteByByte),
    }),
  },
  cut: {
    parameters: ['BYTES'],
    does: 'destroys the connection after so many bytes of the body',
    apply: (delivery, { number }) => ({ ...shortened(delivery, number), ending: 'cut' }),
  },
  end: {
    parameters: ['BYTES'],
    does: 'ends the body cleanly after so many bytes',
    apply: (delivery, { number }) => shortened(delivery, number),
  },
  ...frameFaults,
  exception: {
    parameters: ['NAME', 'CHUNKS'],
    does: 'puts an exception into the stream after so many chunks, and ends it',
    streamsOnly: true,
    apply: (delivery, { name, number }) =>
      endedBy(exceptionFrame(memberName(name), usualWords(className(name))), delivery, number),
  },
  'error-frame': {
    parameters: ['NAME', 'CHUNKS'],
    does: 'puts a frame of `:message-type` error into the stream after so many chunks, and ends it',
    streamsOnly: true,
    apply: (delivery, { name, number }) =>
      endedBy(errorFrame(name, usualWords(name)), delivery, number),
  },
  event: {
    parameters: ['NAME', 'CHUNKS'],
    does: 'puts an event of this name into the stream after so many chunks, and goes on',
    streamsOnly: true,
    apply: (delivery, { name, number }) => ({
      ...delivery,
      pieces: delivery.pieces.toSpliced(number, 0, { bytes: eventFrame(name, {}), tokens: 0 }),
    }),
  },
  'bad-crc': {
    parameters: ['INDEX'],
    does: 'spoils the checksum of the frame with this index',
    streamsOnly: true,
    apply: (delivery, { number }) => withFrame(delivery, number, withBadChecksum),
  },
  'bad-prelude': {
    parameters: ['INDEX'],
    does: "spoils the checksum of this frame's lengths",
    streamsOnly: true,
    apply: (delivery, { number }) => withFrame(delivery, number, withBadPrelude),
  },
  'false-length': {
    parameters: ['INDEX', 'BYTES'],
    does: 'lets this frame say that it has so many bytes',
    streamsOnly: true,
    apply: (delivery, { number, second }) =>
      withFrame(delivery, number, (frame) => withLength(frame, second)),
  },
  'bad-json': {
    parameters: ['INDEX'],
    does: 'leaves the last brace out of what this frame carries',
    streamsOnly: true,
    apply: (delivery, { number }) => withFrame(delivery, number, withBrokenJson),
  },
  'no-usage': {
    parameters: [],
    does: 'says nowhere how many tokens were used',
    apply: withoutUsage,
  },
  'hang-stream': {
    parameters: ['CHUNKS'],
    does: 'falls silent after so many chunks, without ending',
    streamsOnly: true,
    apply: (delivery, { number }) => ({
      ...delivery,
      pieces: delivery.pieces.slice(0, number),
      ending: 'hang',
    }),
  },
  hang: {
    parameters: [],
    does: 'never answers',
    apply: (delivery) => ({ ...delivery, before: 'never', isAnswer: false }),
  },
  empty: {
    parameters: [],
    does: 'answers 200 with an empty body',
    apply: (delivery) => ({ ...delivery, pieces: [], isAnswer: false }),
  },
  odd: {
    parameters: [],
    does: 'answers 200 with JSON that no model says',
    apply: () => page(200, 'application/json', '{"status":"ok"}'),
  },
  mistyped: {
    parameters: [],
    does: 'says that its answer is text/plain',
    apply: (delivery) => ({
      ...delivery,
      headers: { ...delivery.headers, 'content-type': 'text/plain' },
    }),
  },
  html: {
    parameters: [],
    does: 'answers 502 with a page of HTML, as a proxy would',
    apply: () => page(502, 'text/html', badGateway),
  },
}

/** In a stream an exception is called `throttlingException`. */
const memberName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
const className = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

const later = (delivery: Delivery, seconds: number | undefined): Delivery =>
  seconds === undefined
    ? delivery
    : { ...delivery, headers: { ...delivery.headers, 'retry-after': String(seconds) } }

const badGateway =
  '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>\n'

const page = (status: number, type: string, text: string): Delivery => ({
  ...plainly,
  status,
  headers: { 'content-type': type },
  pieces: [{ bytes: Buffer.from(text), tokens: 0 }],
})

const shortened = (delivery: Delivery, length: number): Delivery => ({
  ...delivery,
  pieces: firstBytes(delivery.pieces, length),
})

/** Of a stream that failed before its first chunk, nothing is paid. */
const endedBy = (bytes: Buffer, delivery: Delivery, chunks: number): Delivery => ({
  ...delivery,
  isAnswer: delivery.isAnswer && chunks > 0,
  pieces: [...delivery.pieces.slice(0, chunks), { bytes, tokens: 0 }],
})

const byteByByte = ({ bytes, tokens }: DeliveredPiece): readonly DeliveredPiece[] =>
  Array.from(bytes, (_, at) => ({
    bytes: bytes.subarray(at, at + 1),
    tokens: at === 0 ? tokens : 0,
  }))
