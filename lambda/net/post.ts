/** Sends one POST over a kept connection, and gives back the answer as soon as it has a status. */
import type { ClientRequest, IncomingMessage } from 'node:http'
import { Agent, request as requestHttps } from 'node:https'

const connectMs = 1_000

export type Post = {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly signal: AbortSignal
  /** On a connection of its own, which is closed after it. */
  readonly fresh?: boolean
}

const agent = new Agent({ keepAlive: true })

/** `node:http` is loaded only for an address that needs it, which AWS's own does not. */
let plain: { request: typeof requestHttps; agent: Agent } | undefined
function plainHttp() {
  if (plain === undefined) {
    const http = process.getBuiltinModule('node:http')
    plain = {
      request: http.request as typeof requestHttps,
      agent: new http.Agent({ keepAlive: true }) as Agent,
    }
  }
  return plain
}

/** A kept connection may have been closed from afar while nobody looked; that is no answer yet. */
export async function post(message: Post): Promise<IncomingMessage> {
  try {
    return await send(message)
  } catch (thrown) {
    if (!isStale(thrown)) throw thrown
    return send({ ...message, fresh: true })
  }
}

/** The same, for those who count every attempt: a stale connection is told, not tried again. */
export const postOnce = (message: Post): Promise<IncomingMessage> => send(message)

const stale = new WeakSet<Error>()

/** It broke before any answer, on a connection that had been kept. */
export const isStale = (thrown: unknown): boolean => thrown instanceof Error && stale.has(thrown)

/**
 * Node takes its own listeners off a socket while it gives it back to the agent; an abort in that
 * moment would end the process.
 */
const unheard = () => {}

function send({ url, headers, body, signal, fresh }: Post): Promise<IncomingMessage> {
  const { request, agent: kept } =
    url.protocol === 'http:' ? plainHttp() : { request: requestHttps, agent }
  return new Promise((resolve, reject) => {
    const outgoing: ClientRequest = request(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': body.byteLength },
      agent: fresh === true ? false : kept,
      signal,
    })
    outgoing.on('response', resolve)
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const cut = error.code === 'ECONNRESET' || error.code === 'EPIPE'
      if (cut && outgoing.reusedSocket && !signal.aborted) stale.add(error)
      reject(error)
    })
    outgoing.once('socket', (socket) => {
      if (!socket.listeners('error').includes(unheard)) socket.on('error', unheard)
      if (!socket.connecting) return
      const late = setTimeout(() => {
        outgoing.destroy(Object.assign(new Error('connect'), { code: 'ETIMEDOUT' }))
      }, connectMs)
      const over = () => clearTimeout(late)
      socket.once(url.protocol === 'http:' ? 'connect' : 'secureConnect', over).once('close', over)
    })
    outgoing.end(body)
  })
}

/** All of an answer's body; rejects where the connection broke before its end. */
export async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}
