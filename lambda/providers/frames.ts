/** Reads AWS's event-stream frames, however the network cut them; a frame that is not whole is none. */
import { crc32 } from 'node:zlib'

export type Frame = {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: Buffer
  /** All of the frame, as it came. */
  readonly bytes: Buffer
}

/** Length of the frame and of its headers, and a checksum over these two. */
const preludeLength = 12
const checksumLength = 4
/** AWS's frames are far smaller; a length that lies is not worth its memory. */
const longestFrame = 16 * 1024 * 1024

export class BrokenFrame extends Error {}

export type FrameReader = {
  /** Frames that are whole by now, told up to the one that is broken. */
  readonly read: (bytes: Buffer) => Iterable<Frame>
  /** Throws where the connection ended within a frame. */
  readonly end: () => void
}

export function frameReader(): FrameReader {
  let rest: Buffer = Buffer.alloc(0)
  return {
    *read(bytes) {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      for (let length = frameLength(rest); length !== undefined; length = frameLength(rest)) {
        const frame = rest.subarray(0, length)
        rest = rest.subarray(length)
        yield readFrame(frame)
      }
    },
    end() {
      if (rest.length > 0) throw new BrokenFrame('The stream ended within a frame.')
    },
  }
}

/** `undefined` until all of the next frame is there; its length may itself be cut. */
function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < preludeLength) return undefined
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) {
    throw new BrokenFrame('The checksum of a frame’s prelude is wrong.')
  }
  const length = bytes.readUInt32BE(0)
  if (length > longestFrame || length < preludeLength + checksumLength) {
    throw new BrokenFrame(`A frame says that it has ${length} bytes.`)
  }
  return bytes.length < length ? undefined : length
}

function readFrame(bytes: Buffer): Frame {
  const end = bytes.length - checksumLength
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) {
    throw new BrokenFrame('The checksum of a frame is wrong.')
  }
  const start = preludeLength + bytes.readUInt32BE(4)
  if (start > end) throw new BrokenFrame('A frame’s headers are longer than the frame.')
  const headers = readHeaders(bytes.subarray(preludeLength, start))
  return { headers, payload: bytes.subarray(start, end), bytes }
}

/** Bytes of a header's value by its type; 6 and 7, bytes and text, say their own length. */
const valueLengths: Readonly<Record<number, number>> = {
  0: 0,
  1: 0,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  8: 8,
  9: 16,
}
const textType = 7

function readHeaders(bytes: Buffer): Record<string, string> {
  const headers: Record<string, string> = {}
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at)
    const name = bytes.toString('utf8', at + 1, nameEnd)
    const type = bytes.readUInt8(nameEnd)
    const known = valueLengths[type]
    const start = nameEnd + (known === undefined ? 3 : 1)
    const end = start + (known ?? bytes.readUInt16BE(nameEnd + 1))
    if (end > bytes.length) throw new BrokenFrame('A frame’s header ends outside of it.')
    if (type === textType) headers[name] = bytes.toString('utf8', start, end)
    at = end
  }
  return headers
}
