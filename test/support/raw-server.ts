/** A server that says exactly these pieces to whoever asks, as servers with their own habits do. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type RawServer = AsyncDisposable & { readonly url: string }

/** `stay`: the connection is left open after all was said. */
export async function startRaw(
  pieces: readonly string[],
  ending: 'end' | 'stay' = 'end',
  status = 200,
): Promise<RawServer> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      const type = status === 200 ? 'text/event-stream' : 'application/json'
      response.writeHead(status, { 'content-type': type })
      for (const piece of pieces) response.write(piece)
      if (ending === 'end') response.end()
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
