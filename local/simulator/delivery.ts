/** An answer as pieces of bytes, and how they are sent: when, how far, and how it ends. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { dropConnection } from '../dual-server.ts'

/** `tokens` were generated for this piece. */
export type DeliveredPiece = { readonly bytes: Buffer; readonly tokens: number }

export type Delivery = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly pieces: readonly DeliveredPiece[]
  readonly isStream: boolean
  /** Whether a model answered, and is paid for. */
  readonly isAnswer: boolean
  /** Milliseconds before the headers; `never`: nothing is ever sent. */
  readonly before: number | 'never'
  /** Milliseconds before each piece but the first. */
  readonly between: number
  readonly ending: 'end' | 'cut' | 'hang'
}

/** A delivery that nothing disturbs. */
export const plainly = {
  isStream: false,
  isAnswer: false,
  before: 0,
  between: 0,
  ending: 'end',
} as const satisfies Partial<Delivery>

/** How long bytes get to leave the machine before their connection is cut. */
const flushTime = 25

/** `generated` hears of tokens as they go out; rejects with an AbortError if the client hangs up. */
export async function deliver(
  request: IncomingMessage,
  response: ServerResponse,
  delivery: Delivery,
  generated?: (tokens: number) => void,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const { signal } = gone
  if (delivery.before === 'never') return
  if (delivery.before > 0) await pause(delivery.before, undefined, { signal })
  response.writeHead(delivery.status, delivery.headers)
  response.flushHeaders()
  for (const [index, piece] of delivery.pieces.entries()) {
    if (index > 0 && delivery.between > 0) await pause(delivery.between, undefined, { signal })
    generated?.(piece.tokens)
    if (!response.write(piece.bytes)) await once(response, 'drain', { signal })
  }
  if (delivery.ending === 'end') response.end()
  if (delivery.ending !== 'cut') return
  await pause(flushTime, undefined, { signal })
  dropConnection(request)
}

/** The first `length` bytes of a delivery's body, in the pieces they came in. */
export function firstBytes(pieces: readonly DeliveredPiece[], length: number) {
  let left = length
  return pieces.flatMap(function cut(piece): readonly DeliveredPiece[] {
    if (left <= 0) return []
    const bytes = piece.bytes.subarray(0, left)
    left -= bytes.length
    return [{ ...piece, bytes }]
  })
}
