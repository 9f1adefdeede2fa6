/** Lets a function answer a request: whole, or chunk by chunk as the function writes them. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { FunctionHost } from '../function/pool.ts'
import { type Head, openHeadReader, readAnswer } from './answers.ts'
import { type Exchange, proxyEventOf } from './event.ts'
import { limits } from './incoming.ts'
import type { Method } from './methods.ts'
import { type Refusal, refusals } from './refusals.ts'
import type { Matched } from './routing.ts'

export type Client = { readonly request: IncomingMessage; readonly response: ServerResponse }

/** What the client got: a status of the function, or nothing yet and a refusal is due. */
export type Outcome = { readonly status: number; readonly whole: boolean } | Refusal

/** API Gateway cuts a connection on which nothing came for so long (regional endpoints). */
const silenceMs = 300_000

export type Timeouts = { readonly silenceMs: number }

type Ready = Exchange & { readonly matched: Matched<Method> }

export async function integrate(
  exchange: Ready,
  body: Buffer,
  host: FunctionHost,
  client: Client,
  timeouts: Timeouts = { silenceMs },
): Promise<Outcome> {
  const event = JSON.stringify(proxyEventOf(exchange, body))
  if (Buffer.byteLength(event) > limits.event) return refusals.tooLarge
  const { mode } = exchange.matched.method
  return mode === 'STREAM'
    ? streamed(exchange, event, host, client, timeouts)
    : buffered(exchange, event, host, client)
}

async function buffered(
  exchange: Ready,
  event: string,
  host: FunctionHost,
  { response }: Client,
): Promise<Outcome> {
  const { timeoutMs } = exchange.matched.method
  const late = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => late.resolve('late'), timeoutMs)
  const ending = await Promise.race([host.invoke(exchange.incoming.requestId, event), late.promise])
  clearTimeout(timer)
  if (ending === 'late' || ending.type === 'timed-out') return refusals.timedOut
  const answer =
    ending.type === 'done' && ending.payload !== undefined ? readAnswer(ending.payload) : undefined
  if (answer === undefined) return refusals.integrationFailed
  writeHead(response, answer, exchange)
  response.end(answer.body)
  return { status: answer.status, whole: true }
}

/** Resolves when the client's answer is over; the function may still be at work. */
function streamed(
  exchange: Ready,
  event: string,
  host: FunctionHost,
  client: Client,
  timeouts: Timeouts,
): Promise<Outcome> {
  const { response } = client
  const { timeoutMs } = exchange.matched.method
  return new Promise((resolve) => {
    const readHead = openHeadReader()
    let status: number | undefined
    let over = false
    let silence: NodeJS.Timeout | undefined
    let release: (() => void) | undefined
    const whole = setTimeout(() => fail(refusals.timedOut), timeoutMs)
    listen()

    function fail(refusal: Refusal): void {
      if (over) return
      if (status !== undefined) cut(client)
      finish(status === undefined ? refusal : { status, whole: false })
    }

    function finish(outcome: Outcome): void {
      if (over) return
      over = true
      clearTimeout(whole)
      clearTimeout(silence)
      release?.()
      resolve(outcome)
    }

    function listen(): void {
      clearTimeout(silence)
      silence = setTimeout(() => fail(refusals.timedOut), timeouts.silenceMs)
    }

    response.on('drain', () => release?.())
    response.on('close', () => finish({ status: status ?? 499, whole: response.writableFinished }))

    function chunk(bytes: Uint8Array): Promise<void> | undefined {
      if (over) return undefined
      listen()
      if (status !== undefined) return write(bytes)
      const read = readHead(bytes)
      if (read === 'more') return undefined
      if (read === 'malformed') {
        fail(refusals.integrationFailed)
        return undefined
      }
      status = read.head.status
      writeHead(response, read.head, exchange)
      if (read.rest.length > 0) return write(read.rest)
      response.flushHeaders()
      return undefined
    }

    function write(bytes: Uint8Array): Promise<void> | undefined {
      if (response.write(bytes)) return undefined
      return new Promise((resolve) => {
        release = resolve
      })
    }

    function end(): void {
      if (over) return
      if (status === undefined) fail(refusals.integrationFailed)
      else {
        response.end()
        finish({ status, whole: true })
      }
    }

    host
      .invoke(exchange.incoming.requestId, event, { chunk, end })
      .then((ending) =>
        fail(ending.type === 'timed-out' ? refusals.timedOut : refusals.integrationFailed),
      )
  })
}

function writeHead(response: ServerResponse, { status, headers }: Head, exchange: Exchange): void {
  for (const [name, value] of Object.entries(gatewayHeaders(exchange))) {
    response.setHeader(name, value)
  }
  for (const [name, values] of headers) {
    response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values)
  }
  response.statusCode = status
}

/** On every answer of API Gateway. */
export const gatewayHeaders = ({ incoming }: Exchange): Readonly<Record<string, string>> => ({
  'x-amzn-requestid': incoming.requestId,
  'x-amz-apigw-id': incoming.extendedRequestId,
  'x-amzn-trace-id': incoming.traceId,
})

/** Ends an answer so that nobody takes it for whole; what was written still arrives. */
function cut({ request, response }: Client): void {
  if (request.httpVersionMajor === 1) request.socket.destroySoon()
  else (response as unknown as Http2ServerResponse).stream.close(internalError)
}

/** RFC 9113 §7, INTERNAL_ERROR. */
const internalError = 2
