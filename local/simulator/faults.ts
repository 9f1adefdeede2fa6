/** Faults a test can order, `slow-stream:50`, each a change to the delivery of an answer. */
import { type Delivery, firstBytes, plainly } from './delivery.ts'
import { exceptionFrame } from './event-stream.ts'
import { invalid, usualWords } from './exceptions.ts'

export type Fault = {
  readonly spec: string
  /** Leaves a delivery it has no meaning for as it is. */
  readonly apply: (delivery: Delivery) => Delivery
}

/** `NAME` is an exception's name, all else a whole number. */
type Kind = {
  readonly parameters: readonly ('STATUS' | 'NAME' | 'MS' | 'BYTES' | 'CHUNKS' | 'INDEX')[]
  readonly does: string
  readonly streamsOnly?: true
  readonly apply: (delivery: Delivery, values: Values) => Delivery
}
type Values = { readonly name: string; readonly number: number }

export const faultKinds: Readonly<Record<string, Kind>> = {
  throttle: {
    parameters: [],
    does: 'answers 429 ThrottlingException',
    apply: () => exceptionAnswer(429, 'ThrottlingException'),
  },
  retired: {
    parameters: [],
    does: 'answers 404 ResourceNotFoundException: the model has reached its end of life',
    apply: () => exceptionAnswer(404, 'ResourceNotFoundException'),
  },
  error: {
    parameters: ['STATUS', 'NAME'],
    does: 'answers this exception',
    apply: (_, { number, name }) => exceptionAnswer(number, name),
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
  exception: {
    parameters: ['NAME', 'CHUNKS'],
    does: 'puts an exception into the stream after so many chunks, and ends it',
    streamsOnly: true,
    apply: (delivery, { name, number }) => {
      const frame = {
        bytes: exceptionFrame(memberName(name), usualWords(className(name))),
        tokens: 0,
      }
      const isAnswer = delivery.isAnswer && number > 0
      return { ...delivery, isAnswer, pieces: [...delivery.pieces.slice(0, number), frame] }
    },
  },
  'bad-crc': {
    parameters: ['INDEX'],
    does: 'spoils the checksum of the frame with this index',
    streamsOnly: true,
    apply: (delivery, { number }) => ({
      ...delivery,
      pieces: delivery.pieces.map((piece, index) =>
        index === number ? { ...piece, bytes: withBadChecksum(piece.bytes) } : piece,
      ),
    }),
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
  html: {
    parameters: [],
    does: 'answers 502 with a page of HTML, as a proxy would',
    apply: () => htmlAnswer,
  },
}

/** Throws a ValidationException that names what would have worked. */
export function parseFault(spec: string): Fault {
  const [name = '', ...words] = spec.trim().split(':')
  const kind = Object.hasOwn(faultKinds, name) ? faultKinds[name] : undefined
  const values = kind && readValues(kind, words)
  if (kind === undefined || values === undefined) {
    throw invalid(`The fault '${spec}' is not known. Known are: ${faultForms().join(', ')}.`)
  }
  const apply = (delivery: Delivery) =>
    kind.streamsOnly && !delivery.isStream ? delivery : kind.apply(delivery, values)
  return { spec, apply }
}

/** `cut:BYTES` and its likes. */
export const faultForms = (): readonly string[] =>
  Object.entries(faultKinds).map(([name, { parameters }]) => [name, ...parameters].join(':'))

function readValues({ parameters }: Kind, words: readonly string[]) {
  if (words.length !== parameters.length) return undefined
  const named = words.filter((_, index) => parameters[index] === 'NAME')
  const numbers = words.filter((_, index) => parameters[index] !== 'NAME')
  const [name = ''] = named
  const [number = '0'] = numbers
  const isStatus = !parameters.includes('STATUS') || /^[45]\d\d$/.test(number)
  const isName = named.length === 0 || /^[A-Za-z]\w*$/.test(name)
  if (!/^\d{1,9}$/.test(number) || !isStatus || !isName) return undefined
  return { name, number: Number(number) }
}

/** In a stream an exception is called `throttlingException`. */
const memberName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
const className = (name: string) => name.charAt(0).toUpperCase() + name.slice(1)

export function exceptionAnswer(
  status: number,
  name: string,
  message = usualWords(name),
): Delivery {
  const headers = {
    'content-type': 'application/json',
    'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
  }
  const bytes = Buffer.from(JSON.stringify({ message }))
  return { ...plainly, status, headers, pieces: [{ bytes, tokens: 0 }] }
}

const page = '<html><head><title>502 Bad Gateway</title></head><body>Bad Gateway</body></html>\n'

const htmlAnswer: Delivery = {
  ...plainly,
  status: 502,
  headers: { 'content-type': 'text/html' },
  pieces: [{ bytes: Buffer.from(page), tokens: 0 }],
}

const shortened = (delivery: Delivery, length: number): Delivery => ({
  ...delivery,
  pieces: firstBytes(delivery.pieces, length),
})

function withBadChecksum(frame: Buffer): Buffer {
  const bad = Buffer.from(frame)
  bad.writeUInt8(bad.readUInt8(bad.length - 1) ^ 0xff, bad.length - 1)
  return bad
}
