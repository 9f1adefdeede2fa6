/** An answer as it is remembered: what was told, event by event, and by whom; compressed. */
import { promisify } from 'node:util'
import type { Target } from '../core/contracts.ts'
import { collect, type ReplyEvent, type Stop } from '../core/reply.ts'
import { schemaVersion } from './key.ts'

/** Who answered, as it is found again among a call's targets. */
export type Answerer = Pick<Target, 'provider' | 'place' | 'modelId'>

export type Entry = {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly answerer: Answerer
  /** What the model could not be given as asked. */
  readonly notices: readonly string[]
  readonly events: readonly ReplyEvent[]
}

/** Bytes; DynamoDB takes 400 KB, the names of attributes and the key included. */
export const largestKept = 350 * 1024

/** Characters that are held in memory for it: what was told in small pieces is a twentieth of it. */
export const largestHeld = 20 * largestKept

/** A stop that is not the model's own choice, or that nobody knows, may be another one next time. */
const lasting: readonly Stop['reason'][] = ['end', 'sequence', 'length', 'tool-calls']

/** The whole of an answer that would be given again: told to its end, and in one piece. */
export async function isLasting(events: readonly ReplyEvent[]): Promise<boolean> {
  try {
    const { stop } = await collect(eachOf(events))
    return lasting.includes(stop.reason)
  } catch {
    return false
  }
}

export async function* eachOf(events: readonly ReplyEvent[]): AsyncGenerator<ReplyEvent> {
  yield* events
}

/** Characters it has when it is written down, near enough. */
export function sizeOf(event: ReplyEvent): number {
  if (event.type === 'native') return Math.ceil(event.payload.length / 3) * 4
  if (event.type === 'block-start') return frame + blockSize(event.block)
  if (event.type !== 'block-delta') return frame
  const [said = ''] = Object.values(event.delta).filter((_, index) => index === 1)
  return frame + said.length
}

const frame = 80
const digits = 20

const blockSize = (block: Extract<ReplyEvent, { type: 'block-start' }>['block']): number =>
  block.type === 'embedding'
    ? block.vector.length * digits
    : 'data' in block
      ? block.data.length
      : 0

type Written = Omit<Entry, 'events'> & {
  readonly version: number
  readonly events: readonly object[]
}

/** Loaded only where something is remembered. */
const zlib = () => process.getBuiltinModule('node:zlib')

/** Of brotli's eleven: from here on it takes more time than it saves bytes. */
const quality = 4

export async function packed({ events, ...entry }: Entry): Promise<Buffer> {
  const written: Written = { ...entry, version: schemaVersion, events: events.map(inText) }
  const { brotliCompress, constants } = zlib()
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality }
  return promisify(brotliCompress)(JSON.stringify(written), { params })
}

/** `undefined` where it is not what this version of the gateway writes. */
export async function unpacked(bytes: Uint8Array): Promise<Entry | undefined> {
  try {
    const { brotliDecompress } = zlib()
    const maxOutputLength = 4 * largestHeld
    const text = await promisify(brotliDecompress)(bytes, { maxOutputLength })
    const { version, events, ...entry } = JSON.parse(text.toString()) as Written
    if (version !== schemaVersion) return undefined
    return { ...entry, events: events.map(asEvent) }
  } catch {
    return undefined
  }
}

/** Bytes are no JSON. */
const inText = (event: ReplyEvent): object =>
  event.type === 'native'
    ? { ...event, payload: Buffer.from(event.payload).toString('base64') }
    : event

function asEvent(written: object): ReplyEvent {
  const event = written as ReplyEvent | { type: 'native'; payload: string }
  if (event.type !== 'native' || typeof event.payload !== 'string') return event as ReplyEvent
  return { ...event, payload: Buffer.from(event.payload, 'base64') }
}
