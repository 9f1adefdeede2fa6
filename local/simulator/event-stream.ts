/** Frames of AWS's event stream, as Bedrock's streaming operations answer. */
import { crc32 } from 'node:zlib'

export const eventStreamType = 'application/vnd.amazon.eventstream'

/** Two lengths and a checksum open a frame; another checksum ends it. */
export const preludeLength = 12
export const checksumLength = 4
/** Type of a header value: a UTF-8 string with a length of two bytes. */
const stringType = 7

/** Bedrock pads chunks, so that the length of a frame does not tell the length of a word. */
const padding = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** One chunk of the model's own stream. */
export function chunkFrame(chunk: unknown): Buffer {
  const json = JSON.stringify(chunk)
  const bytes = Buffer.from(json).toString('base64')
  return eventFrame('chunk', { bytes }, json.length)
}

/** An event by its name; `length` is what the padding hides. */
export function eventFrame(
  type: string,
  payload: object,
  length: number = JSON.stringify(payload).length,
): Buffer {
  const p = padding.slice(0, 1 + (length % padding.length))
  return encodeFrame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    Buffer.from(JSON.stringify({ ...payload, p })),
  )
}

/** An exception inside a stream that has begun well; its name starts with a small letter. */
export function exceptionFrame(name: string, message: string): Buffer {
  const headers = {
    ':exception-type': name,
    ':content-type': 'application/json',
    ':message-type': 'exception',
  }
  return encodeFrame(headers, Buffer.from(JSON.stringify({ message })))
}

export const encodeFrame = (headers: Readonly<Record<string, string>>, payload: Buffer): Buffer =>
  assembled(Buffer.concat(Object.entries(headers).map(encodeHeader)), payload)

/** A frame's two parts, as they stand in it. */
export function partsOf(frame: Buffer): { readonly head: Buffer; readonly payload: Buffer } {
  const start = preludeLength + frame.readUInt32BE(4)
  return {
    head: frame.subarray(preludeLength, start),
    payload: frame.subarray(start, frame.length - checksumLength),
  }
}

/** The same headers over another payload. */
export const withPayload = (frame: Buffer, payload: Buffer): Buffer =>
  assembled(partsOf(frame).head, payload)

function assembled(head: Buffer, payload: Buffer): Buffer {
  const total = preludeLength + head.length + payload.length + checksumLength
  const frame = Buffer.alloc(total)
  frame.writeUInt32BE(total, 0)
  frame.writeUInt32BE(head.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  head.copy(frame, preludeLength)
  payload.copy(frame, preludeLength + head.length)
  const end = total - checksumLength
  frame.writeUInt32BE(crc32(frame.subarray(0, end)), end)
  return frame
}

function encodeHeader([name, value]: readonly [string, string]): Buffer {
  const valueBytes = Buffer.from(value)
  const nameBytes = Buffer.from(name)
  const lengths = Buffer.alloc(3)
  lengths.writeUInt8(stringType, 0)
  lengths.writeUInt16BE(valueBytes.length, 1)
  return Buffer.concat([Buffer.from([nameBytes.length]), nameBytes, lengths, valueBytes])
}
