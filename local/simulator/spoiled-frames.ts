/** Frames of an event stream with one thing wrong with them, and answers that do not say their usage. */
import { crc32 } from 'node:zlib'
import type { DeliveredPiece, Delivery } from './delivery.ts'
import { encodeFrame, partsOf, preludeLength, withPayload } from './event-stream.ts'

type Spoil = (frame: Buffer) => Buffer

/** Does this to the frame with this index; a stream that is shorter stays as it is. */
export const withFrame = (delivery: Delivery, index: number, spoil: Spoil): Delivery => ({
  ...delivery,
  pieces: delivery.pieces.map((piece, at) =>
    at === index ? { ...piece, bytes: spoil(piece.bytes) } : piece,
  ),
})

const flipped = (frame: Buffer, at: number): Buffer => {
  const bad = Buffer.from(frame)
  bad.writeUInt8(bad.readUInt8(at) ^ 0xff, at)
  return bad
}

/** A frame ends with the checksum of all of it. */
export const withBadChecksum: Spoil = (frame) => flipped(frame, frame.length - 1)

/** The two lengths at a frame's beginning have a checksum of their own. */
export const withBadPrelude: Spoil = (frame) => flipped(frame, preludeLength - 1)

/** The prelude's checksum is right, so that only waiting, or the other checksum, can tell the lie. */
export function withLength(frame: Buffer, length: number): Buffer {
  const bad = Buffer.from(frame)
  bad.writeUInt32BE(length, 0)
  bad.writeUInt32BE(crc32(bad.subarray(0, 8)), 8)
  return bad
}

/** The frame itself is sound. */
export function withBrokenJson(frame: Buffer): Buffer {
  const { payload } = partsOf(frame)
  return withPayload(frame, payload.subarray(0, -1))
}

/** What the service says where it failed outside of the model; headers alone. */
export const errorFrame = (name: string, message: string): Buffer =>
  encodeFrame(
    { ':message-type': 'error', ':error-code': name, ':error-message': message },
    Buffer.alloc(0),
  )

/** Where operations and families say what was used, in answers and in chunks. */
const usageNames = new Set([
  'usage',
  'amazon-bedrock-invocationMetrics',
  'inputTextTokenCount',
  'tokenCount',
  'totalOutputTextTokenCount',
  'prompt_token_count',
  'generation_token_count',
])
const usageHeader = /^x-amzn-bedrock-.*-token-count$/

/** Of ConverseStream, the event `metadata` is nothing else. */
export function withoutUsage(delivery: Delivery): Delivery {
  const headers = Object.entries(delivery.headers).filter(([name]) => !usageHeader.test(name))
  const pieces = delivery.pieces.flatMap(function uncounted(piece): readonly DeliveredPiece[] {
    if (!delivery.isStream) return [{ ...piece, bytes: jsonWithoutUsage(piece.bytes) }]
    const { head, payload } = partsOf(piece.bytes)
    if (head.includes('metadata')) return []
    return [{ ...piece, bytes: withPayload(piece.bytes, chunkWithoutUsage(payload)) }]
  })
  return { ...delivery, headers: Object.fromEntries(headers), pieces }
}

const jsonWithoutUsage = (bytes: Buffer): Buffer =>
  Buffer.from(
    JSON.stringify(JSON.parse(bytes.toString()), (name, value: unknown) =>
      usageNames.has(name) ? undefined : value,
    ),
  )

/** InvokeModel's chunks are a family's own JSON, in base64. */
function chunkWithoutUsage(payload: Buffer): Buffer {
  const { bytes, ...rest } = JSON.parse(payload.toString()) as { readonly bytes?: string }
  if (bytes === undefined) return jsonWithoutUsage(payload)
  const chunk = jsonWithoutUsage(Buffer.from(bytes, 'base64'))
  return Buffer.from(JSON.stringify({ bytes: chunk.toString('base64'), ...rest }))
}
