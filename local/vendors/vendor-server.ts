/** A server that stands in for another provider's: what it was asked, what it answers, how it fails. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Delivery, deliver, firstBytes, plainly } from '../simulator/delivery.ts'
import { parsed, readBytes } from '../simulator/requests.ts'

/** Headers as they came, the key among them: tests look at what went over the wire. */
export type VendorRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Parsed JSON; `undefined` where it is none. */
  readonly body: unknown
}

/** What the provider refuses, in its own words; `name` is its type of the error, if it has types. */
export class Refused extends Error {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    name: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.name = name
    this.status = status
    this.headers = headers
  }
}

/** Counts are of a stream's events; a whole answer is one. */
export type VendorFault =
  | {
      readonly type: 'refuse'
      readonly status: number
      readonly name?: string
      readonly message?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  /** Never answers. */
  | { readonly type: 'hang' }
  /** Falls silent after so many events. */
  | { readonly type: 'hang-after'; readonly events: number }
  /** Waits before the headers, and before each event but the first. */
  | { readonly type: 'slow'; readonly beforeMs?: number; readonly betweenMs?: number }
  /** The connection is destroyed after so many bytes of the body. */
  | { readonly type: 'cut'; readonly bytes: number }
  /** The body ends, as if all were well, after so many events. */
  | { readonly type: 'end'; readonly events: number }
  /** A failure is told in the stream after so many events, and ends it. */
  | {
      readonly type: 'error-event'
      readonly events: number
      readonly name?: string
      readonly message?: string
    }
  /** A proxy's page in place of an answer. */
  | { readonly type: 'html'; readonly status: number }

export type Vendor = {
  /** Throws `Refused`. */
  readonly answer: (request: VendorRequest) => Delivery
  readonly refusal: (refused: Refused) => object
  /** One event of a stream, as bytes. */
  readonly failureEvent: (name: string, message: string) => Buffer
  /** What a fault is called that says nothing else. */
  readonly usual: { readonly name: string; readonly message: string }
}

export type VendorServer = {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly requests: readonly VendorRequest[]
  /** For the next `times` requests, after those that were ordered before; once by default. */
  readonly fault: (fault: VendorFault, times?: number) => void
  readonly clearFaults: () => void
  readonly close: () => Promise<void>
}

export const json = (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Delivery => ({
  ...plainly,
  status,
  isAnswer: status === 200,
  headers: { 'content-type': 'application/json', ...headers },
  pieces: [{ bytes: Buffer.from(JSON.stringify(body)), tokens: 0 }],
})

export const eventStream = (events: readonly Buffer[]): Delivery => ({
  ...plainly,
  status: 200,
  isAnswer: true,
  isStream: true,
  headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
  pieces: events.map((bytes) => ({ bytes, tokens: 0 })),
})

/** Data without a name is `message` to those who read it. */
export const serverEvent = (name: string | undefined, data: string): Buffer =>
  Buffer.from(`${name === undefined ? '' : `event: ${name}\n`}data: ${data}\n\n`)

export async function startVendor(vendor: Vendor): Promise<VendorServer> {
  const requests: VendorRequest[] = []
  const faults: VendorFault[] = []

  async function plan(incoming: IncomingMessage): Promise<Delivery> {
    const { method = '', url = '/', headers } = incoming
    const body = parsed(await readBytes(incoming))
    const request = { method, path: url, headers, body }
    requests.push(request)
    const fault = faults.shift()
    const delivery = answered(request)
    return fault === undefined ? delivery : failing(delivery, fault, vendor)
  }

  function answered(request: VendorRequest): Delivery {
    try {
      return vendor.answer(request)
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown
      return json(thrown.status, vendor.refusal(thrown), thrown.headers)
    }
  }

  const server = createServer((incoming, response) => {
    plan(incoming)
      .then((delivery) => deliver(incoming, response, delivery))
      .catch((thrown: unknown) => {
        if (!response.headersSent && !response.destroyed) response.writeHead(500)
        response.end(thrown instanceof Error ? thrown.stack : '')
      })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fault: (fault, times = 1) => void faults.push(...Array<VendorFault>(times).fill(fault)),
    clearFaults: () => void faults.splice(0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function failing(delivery: Delivery, fault: VendorFault, vendor: Vendor): Delivery {
  const { pieces } = delivery
  switch (fault.type) {
    case 'refuse': {
      const { name, message } = { ...vendor.usual, ...fault }
      const refused = new Refused(fault.status, name, message, fault.headers)
      return json(fault.status, vendor.refusal(refused), refused.headers)
    }
    case 'hang':
      return { ...delivery, before: 'never' }
    case 'hang-after':
      return { ...delivery, pieces: pieces.slice(0, fault.events), ending: 'hang' }
    case 'slow':
      return { ...delivery, before: fault.beforeMs ?? 0, between: fault.betweenMs ?? 0 }
    case 'cut':
      return { ...delivery, pieces: firstBytes(pieces, fault.bytes), ending: 'cut' }
    case 'end':
      return { ...delivery, pieces: pieces.slice(0, fault.events) }
    case 'error-event': {
      const { name, message } = { ...vendor.usual, ...fault }
      const told = { bytes: vendor.failureEvent(name, message), tokens: 0 }
      return { ...delivery, pieces: [...pieces.slice(0, fault.events), told] }
    }
    case 'html': {
      const page = '<html><head><title>Bad Gateway</title></head><body>Bad Gateway</body></html>'
      const bytes = Buffer.from(page)
      const headers = { 'content-type': 'text/html' }
      return { ...plainly, status: fault.status, headers, pieces: [{ bytes, tokens: 0 }] }
    }
  }
}
