/** Frames of AWS's event streams: read as the SDK writes them, whatever way the network cuts them. */
import { EventStreamCodec } from '@smithy/core/event-streams'
import { fromUtf8, toUtf8 } from '@smithy/core/serde'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Frame, frameReader } from '../lambda/providers/frames.ts'
import { eventStreamFrame } from '../lambda/wire/event-stream.ts'
import { runs } from './support/effort.ts'

const codec = new EventStreamCodec(toUtf8, fromUtf8)
const text = fc.string({ maxLength: 20 })
const message = fc.record({
  headers: fc.dictionary(
    fc.string({ unit: fc.constantFrom(...':abc-'), minLength: 1, maxLength: 12 }),
    text,
  ),
  payload: fc.uint8Array({ maxLength: 300 }),
})
type Message = { headers: Record<string, string>; payload: Uint8Array }

const encoded = ({ headers, payload }: Message): Buffer => {
  const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }])
  return Buffer.from(codec.encode({ headers: Object.fromEntries(typed), body: payload } as never))
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((start, index) => bytes.subarray(start, places[index] ?? bytes.length))
}

function readAll(parts: readonly Buffer[]): Frame[] {
  const reader = frameReader()
  const frames = parts.flatMap((part) => [...reader.read(part)])
  reader.end()
  return frames
}

describe('a stream of frames', () => {
  it('reads the same, whatever way it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (messages, cuts) => {
          const frames = readAll(cutAt(Buffer.concat(messages.map(encoded)), cuts))
          expect(
            frames.map(({ headers, payload }) => ({ headers, payload: new Uint8Array(payload) })),
          ).toEqual(messages.map(({ headers, payload }) => ({ headers: { ...headers }, payload })))
        },
      ),
      { numRuns: runs(300, 100_000) },
    )
  })

  it('is the SDK’s own when we write it', () => {
    fc.assert(
      fc.property(message, (one) => {
        expect(eventStreamFrame(one.headers, one.payload)).toEqual(encoded(one))
      }),
    )
  })

  it('is refused with any byte changed, and told up to the frame before', () => {
    fc.assert(
      fc.property(
        message,
        message,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (good, bad, at, change) => {
          const [first, second] = [encoded(good), encoded(bad)]
          const place = at % second.length
          second[place] = (second[place] ?? 0) ^ change
          const told: Frame[] = []
          const reader = frameReader()
          expect(() => {
            for (const frame of reader.read(Buffer.concat([first, second]))) told.push(frame)
            reader.end()
          }).toThrow()
          expect(told).toHaveLength(1)
        },
      ),
      { numRuns: runs(300, 100_000) },
    )
  })

  it('is refused when it ends within a frame', () => {
    const bytes = encoded({ headers: { ':event-type': 'chunk' }, payload: Buffer.from('{}') })
    for (let length = 1; length < bytes.length; length++) {
      expect(() => readAll([bytes.subarray(0, length)])).toThrow('ended within a frame')
    }
    expect(readAll([])).toEqual([])
  })

  it('is not given memory for a length that lies', () => {
    const lie = Buffer.from(eventStreamFrame({}, Buffer.alloc(0)))
    lie.writeUInt32BE(0x7000_0000, 0)
    expect(() => readAll([lie])).toThrow(/checksum of a frame’s prelude/)
  })
})
