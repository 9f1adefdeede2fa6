/** A request as it came in: read whole, within API Gateway's limits. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type Pair = readonly [name: string, value: string]

export type Incoming = {
  readonly requestId: string
  readonly extendedRequestId: string
  readonly traceId: string
  readonly verb: string
  /** As sent, percent-encoded, without the query. */
  readonly path: string
  readonly query: readonly Pair[]
  /** Names as sent; one that came twice is there twice. */
  readonly headers: readonly Pair[]
  readonly sourceIp: string
  readonly protocol: string
  readonly time: number
}

/** Names and values of all headers together, and the body: API Gateway's documented limits. */
export const limits = { headers: 10_240, body: 10 * 1024 * 1024, event: 6 * 1024 * 1024 }

export function readHead(request: IncomingMessage, time: number): Incoming {
  const [path = '/', ...query] = (request.url ?? '/').split('?')
  const pairs = new URLSearchParams(query.join('?'))
  return {
    requestId: randomUUID(),
    extendedRequestId: randomBytes(11).toString('base64'),
    traceId: `Root=1-${Math.floor(time / 1000).toString(16)}-${randomBytes(12).toString('hex')}`,
    verb: request.method ?? 'GET',
    path: pathOf(path),
    query: [...pairs],
    headers: headersOf(request),
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    protocol: request.httpVersionMajor === 1 ? 'HTTP/1.1' : 'HTTP/2.0',
    time,
  }
}

/** A client may send a whole address where a path is due. */
const pathOf = (target: string) => target.replace(/^https?:\/\/[^/]*/, '') || '/'

export const headersTooLarge = ({ headers }: Incoming): boolean =>
  headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0) > limits.headers

export const headerValues = ({ headers }: Incoming, name: string): readonly string[] =>
  headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value)

/** Pairs are in `rawHeaders`, one after the other; HTTP/2 puts the host into `:authority`. */
function headersOf({ rawHeaders, headers }: IncomingMessage): readonly Pair[] {
  const pairs: Pair[] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (!name.startsWith(':')) pairs.push([name, rawHeaders[index + 1] ?? ''])
  }
  const authority = headers[':authority']
  const hasHost = pairs.some(([name]) => name.toLowerCase() === 'host')
  return hasHost || typeof authority !== 'string' ? pairs : [['Host', authority], ...pairs]
}

export type Body =
  | { readonly type: 'whole'; readonly bytes: Buffer }
  | { readonly type: 'too-large' }
  | { readonly type: 'gone' }

export async function readBody(request: IncomingMessage): Promise<Body> {
  if (Number(request.headers['content-length'] ?? 0) > limits.body) return discard(request)
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limits.body) {
        chunks.length = 0
        resolve(discard(request))
      } else chunks.push(chunk)
    })
    request.on('end', () => resolve({ type: 'whole', bytes: Buffer.concat(chunks) }))
    request.on('close', () => resolve({ type: 'gone' }))
    request.on('error', () => resolve({ type: 'gone' }))
  })
}

/** The rest is taken and thrown away, so that the client gets to read the refusal. */
function discard(request: IncomingMessage): Body {
  request.removeAllListeners('data')
  request.on('error', () => {})
  request.resume()
  return { type: 'too-large' }
}
