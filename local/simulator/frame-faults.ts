/** Streams that are over too early, told by whole frames: where a broken stream looks most like a whole one. */
import type { Delivery } from './delivery.ts'
import type { Kind } from './fault-kinds.ts'

export const frameFaults: Readonly<Record<string, Kind>> = {
  'cut-after': {
    parameters: ['CHUNKS', 'BYTES'],
    does: 'destroys the connection after so many chunks, and so many bytes of the next',
    streamsOnly: true,
    apply: (delivery, { number, second }) => ({
      ...firstChunks(delivery, number, second),
      ending: 'cut',
    }),
  },
  'end-after': {
    parameters: ['CHUNKS'],
    does: 'ends the body cleanly after so many chunks',
    streamsOnly: true,
    apply: (delivery, { number }) => firstChunks(delivery, number),
  },
}

function firstChunks(delivery: Delivery, chunks: number, bytes = 0): Delivery {
  const next = delivery.pieces[chunks]
  const some =
    bytes > 0 && next !== undefined ? [{ ...next, bytes: next.bytes.subarray(0, bytes) }] : []
  return { ...delivery, pieces: [...delivery.pieces.slice(0, chunks), ...some] }
}
