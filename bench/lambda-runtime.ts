/** What Lambda's Node runtime gives a streaming handler: `awslambda`, and a stream to answer into. */
import { Writable } from 'node:stream'

export type StreamingHandler = (
  event: unknown,
  response: ResponseStream,
  context: unknown,
) => Promise<void>

type Prelude = { readonly statusCode: number }

/** Takes an answer as the runtime's own stream does, and keeps only what a bench asks about. */
export class ResponseStream extends Writable {
  prelude: Prelude | undefined
  /** When the body began, by `performance.now()`. */
  firstByte: number | undefined
  /** The last piece that was written. */
  last: Buffer = Buffer.alloc(0)
  #opened = false

  /** As in the runtime, the prelude and eight zero bytes go before the first write. */
  override write(chunk: string | Uint8Array, ...rest: never[]): boolean {
    if (!this.#opened) {
      this.#opened = true
      super.write(JSON.stringify(this.prelude))
      super.write(new Uint8Array(8))
    }
    if (chunk.length > 0) this.firstByte ??= performance.now()
    return super.write(chunk, ...rest)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void) {
    this.last = chunk
    done()
  }
}

export function installRuntime(): void {
  const streamifyResponse = (handler: StreamingHandler) => handler
  const from = (stream: ResponseStream, prelude: Prelude) => Object.assign(stream, { prelude })
  Object.assign(globalThis, { awslambda: { streamifyResponse, HttpResponseStream: { from } } })
}
