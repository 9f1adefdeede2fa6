/** Writes AWS's event-stream frames: length, headers, payload, each with its checksum. */
import { crc32 } from 'node:zlib'

const textType = 7
const preludeLength = 12
const checksumLength = 4

export function eventStreamFrame(
  headers: Readonly<Record<string, string>>,
  payload: Uint8Array,
): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => header(name, value)))
  const frame = Buffer.alloc(preludeLength + head.length + payload.length + checksumLength)
  frame.writeUInt32BE(frame.length, 0)
  frame.writeUInt32BE(head.length, 4)
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8)
  frame.set(head, preludeLength)
  frame.set(payload, preludeLength + head.length)
  const end = frame.length - checksumLength
  frame.writeUInt32BE(crc32(frame.subarray(0, end)), end)
  return frame
}

function header(name: string, value: string): Buffer {
  const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)]
  const bytes = Buffer.alloc(1 + nameBytes.length + 3)
  bytes.writeUInt8(nameBytes.length, 0)
  bytes.set(nameBytes, 1)
  bytes.writeUInt8(textType, 1 + nameBytes.length)
  bytes.writeUInt16BE(valueBytes.length, 2 + nameBytes.length)
  return Buffer.concat([bytes, valueBytes])
}
