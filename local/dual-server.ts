/** One TCP port that takes HTTP/1.1 and cleartext HTTP/2 with prior knowledge, for one listener. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createHttp2Server, type Http2ServerRequest } from 'node:http2'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'

export type DualServer = {
  /** Port 0: a free one. Resolves with the port that was taken. */
  readonly listen: (port: number, host?: string) => Promise<number>
  /** Takes no more connections and ends those that are open. */
  readonly close: () => Promise<void>
}

/** What every HTTP/2 client says first, RFC 9113 §3.4; no HTTP/1.1 request begins so. */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

const keepAliveTimeout = 75_000
/** Bytes. More than the listener allows, so that it is the one who refuses, in its own words. */
const maxHeaderSize = 64 * 1024
const firstBytesTimeout = 60_000

/** `listener` gets HTTP/2 requests through Node's compatibility API, so it is written once. */
export function createDualServer(listener: RequestListener): DualServer {
  const http1 = createServer({ keepAliveTimeout, maxHeaderSize }, listener)
  const http2 = createHttp2Server(listener as unknown as Http2Listener)
  http2.on('sessionError', () => {})
  const open = new Set<Socket>()
  const tcp = createTcpServer({ noDelay: true }, function sniff(socket) {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    readProtocol(socket, function handOver(isHttp2) {
      const server = isHttp2 ? http2 : http1
      server.emit('connection', socket)
      if (!isHttp2) process.nextTick(() => socket.resume())
    })
  })
  return {
    listen: (port, host = '127.0.0.1') =>
      new Promise((resolve, reject) => {
        tcp.once('error', reject)
        tcp.listen(port, host, () => resolve((tcp.address() as AddressInfo).port))
      }),
    close: () =>
      new Promise((resolve) => {
        tcp.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

type Http2Listener = Parameters<typeof createHttp2Server>[1]

/** Reads until the protocol is certain, however the bytes arrive, then puts them back. */
function readProtocol(socket: Socket, decided: (isHttp2: boolean) => void): void {
  let seen: Buffer = Buffer.alloc(0)
  const giveUp = () => socket.destroy()
  socket.setTimeout(firstBytesTimeout, giveUp)
  socket.on('data', function peek(bytes: Buffer) {
    seen = Buffer.concat([seen, bytes])
    const length = Math.min(seen.length, preface.length)
    const mayBeHttp2 = preface.subarray(0, length).equals(seen.subarray(0, length))
    if (mayBeHttp2 && length < preface.length) return
    socket.off('data', peek)
    socket.pause()
    socket.setTimeout(0)
    socket.off('timeout', giveUp)
    socket.unshift(seen)
    decided(mayBeHttp2)
  })
}

/** Ends the connection a request came on at once, as a network failure would. */
export function dropConnection(request: IncomingMessage): void {
  if (request.httpVersionMajor === 1) request.socket.destroy()
  else (request as unknown as Http2ServerRequest).stream.session?.destroy()
}
