/** Stands before an AWS service and fails as networks and services do, when it is told to. */
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { Values } from '../template/values.ts'
import { jsonError, operationOf, readJson } from './answers.ts'

/** What is answered in the service's place; it learns of nothing. */
const refusals = {
  throttle: [400, 'ThrottlingException', 'Rate of requests exceeds the allowed throughput.'],
  exceeded: [
    400,
    'ProvisionedThroughputExceededException',
    'The level of configured provisioned throughput for the table was exceeded.',
  ],
  error: [500, 'InternalServerError', 'Internal server error'],
  denied: [400, 'AccessDeniedException', 'User is not authorized to perform this action.'],
} as const satisfies Record<string, readonly [status: number, code: string, message: string]>

export type Fault =
  | { readonly type: keyof typeof refusals }
  /** Never answers; the service learns of nothing. */
  | { readonly type: 'hang' }
  /** The connection is reset; the service learns of nothing. */
  | { readonly type: 'reset' }
  /** The service does it, and the connection ends without an answer. */
  | { readonly type: 'lost' }
  /** Goes on to the service when this is over, even if nobody waits any more. */
  | { readonly type: 'hold-request'; readonly until: Promise<unknown> }
  /** The service does it; its answer goes on when this is over. */
  | { readonly type: 'hold-answer'; readonly until: Promise<unknown> }

/** A request: `PutItem`, and what it asks. */
export type Asked = { readonly operation: string; readonly input: Values }

export type Which = {
  /** Default: every request. */
  readonly when?: (asked: Asked) => boolean
  /** Of those, from now on, only this one; 1 is the next. Default: all of them. */
  readonly nth?: number
}

export type Order = {
  /** Resolves when a request first meets the fault, and the service has done what it will do. */
  readonly met: Promise<Asked>
  readonly cancel: () => void
}

export type FaultProxy = {
  readonly url: string
  readonly order: (fault: Fault, which?: Which) => Order
  /** How many requests came, by operation. */
  readonly counts: () => Readonly<Record<string, number>>
  readonly close: () => Promise<void>
}

type Standing = {
  readonly fault: Fault
  readonly isFor: (asked: Asked) => boolean
  readonly meet: (asked: Asked) => void
}

type Exchange = {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly body: Buffer
}

export async function startFaultProxy(service: string): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true })
  const orders = new Set<Standing>()
  const counts = new Map<string, number>()

  async function listen(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const exchange = { incoming, outgoing, body: await buffer(incoming) }
    const headers = { 'x-amz-target': String(incoming.headers['x-amz-target']) }
    const operation = operationOf({ headers })
    const asked = { operation, input: readJson(exchange.body.toString()) ?? {} }
    counts.set(operation, (counts.get(operation) ?? 0) + 1)
    /** All of them count, though one alone is met. */
    const [first] = [...orders].filter(({ isFor }) => isFor(asked))
    if (first === undefined) await pass(exchange)
    else await fail(first, asked, exchange)
  }

  async function fail({ fault, meet }: Standing, asked: Asked, exchange: Exchange): Promise<void> {
    switch (fault.type) {
      case 'hang':
        return meet(asked)
      case 'reset':
        exchange.incoming.socket.resetAndDestroy()
        return meet(asked)
      case 'lost':
        await (await forwarded(exchange)).toArray()
        exchange.incoming.socket.destroy()
        return meet(asked)
      case 'hold-request':
        meet(asked)
        await fault.until
        return pass(exchange)
      case 'hold-answer': {
        const answer = await forwarded(exchange)
        const body = await buffer(answer)
        meet(asked)
        await fault.until
        exchange.outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body)
        return
      }
      default: {
        const [status, code, message] = refusals[fault.type]
        const { headers, body } = jsonError(status, code, message)
        exchange.outgoing.writeHead(status, headers).end(body)
        return meet(asked)
      }
    }
  }

  function forwarded({ incoming, body }: Exchange): Promise<IncomingMessage> {
    const { method, headers, url = '/' } = incoming
    return new Promise((resolve, reject) => {
      request(new URL(url, service), { method, headers, agent }, resolve)
        .on('error', reject)
        .end(body)
    })
  }

  async function pass(exchange: Exchange): Promise<void> {
    const answer = await forwarded(exchange)
    exchange.outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(exchange.outgoing)
  }

  const server = createServer((incoming, outgoing) => {
    listen(incoming, outgoing).catch(() => outgoing.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    counts: () => Object.fromEntries(counts),
    order(fault, { when = () => true, nth } = {}) {
      let seen = 0
      const { promise: met, resolve: meet } = Promise.withResolvers<Asked>()
      const isFor = (asked: Asked) => when(asked) && (++seen === nth || nth === undefined)
      const standing = { fault, isFor, meet }
      orders.add(standing)
      return { met, cancel: () => void orders.delete(standing) }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
        agent.destroy()
      }),
  }
}
