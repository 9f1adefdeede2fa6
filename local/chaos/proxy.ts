/** A bad network between two who speak HTTP/1.1: carries bytes as they are, and fails as it is told to. */
import { randomInt } from 'node:crypto'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** What befalls one request; bytes are those of its answer, headers included, the first is 0. */
export type Chaos =
  /** Milliseconds before the first byte. */
  | `delay:${number}`
  /** Both directions are closed after so many bytes. */
  | `cut:${number}`
  /** Both are reset after so many bytes. */
  | `reset:${number}`
  /** No more comes after so many bytes, though the connection stays, and the server may go on. */
  | `half-close:${number}`
  /** One byte at a time, so many milliseconds apart. */
  | `trickle:${number}`
  /** This byte has all its bits turned. */
  | `corrupt:${number}`
  /** Reset as the request comes; the server learns of nothing. */
  | 'drop'
  /** Never answered; the server learns of nothing. */
  | 'hang'

export type ChaosProxy = {
  readonly url: string
  /** For the next requests, one each, before what befalls every request. */
  readonly order: (...chaos: readonly Chaos[]) => void
  /** For every request, until it is called again. */
  readonly always: (chaos?: Chaos) => void
  /** How many requests came, on however many connections. */
  readonly requests: () => number
  /** Connections are refused, and those that are open are reset. */
  readonly down: () => Promise<void>
  readonly up: () => Promise<void>
  readonly close: () => Promise<void>
}

const host = '127.0.0.1'

/** `to`: an `http:` address. */
export async function startChaosProxy(to: string): Promise<ChaosProxy> {
  const { hostname, port: behind } = new URL(to)
  const orders: Chaos[] = []
  const open = new Set<Socket>()
  let standing: Chaos | undefined
  let requests = 0

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const service = connect({
      ...{ host: hostname, port: Number(behind) },
      ...{ allowHalfOpen: true, noDelay: true },
    })
    for (const socket of [client, service]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => open.delete(socket))
    }
    client.once('close', () => service.destroy())
    carry(client, service, () => {
      requests += 1
      return orders.shift() ?? standing
    })
  })
  const reset = () => {
    for (const socket of open) socket.resetAndDestroy()
  }
  const port = await listenAnywhere(server)
  return {
    url: `http://${host}:${port}`,
    order: (...chaos) => void orders.push(...chaos),
    always(chaos) {
      standing = chaos
    },
    requests: () => requests,
    async down() {
      const closed = ended(server)
      reset()
      await closed
    },
    async up() {
      if (!server.listening) await listen(server, port)
    },
    async close() {
      orders.length = 0
      const closed = ended(server)
      reset()
      await closed
    },
  }
}

type Exchange = {
  readonly kind: string
  readonly number: number
  /** Bytes of the answer that the client was given. */
  sent: number
  answered: boolean
}

function begun(chaos: Chaos | undefined): Exchange {
  const [kind = '', number = '0'] = chaos?.split(':') ?? []
  return { kind, number: Number(number), sent: 0, answered: false }
}

/** What a client sends after it was answered is its next request: nobody asks ahead. */
function carry(client: Socket, service: Socket, next: () => Chaos | undefined): void {
  let exchange: Exchange = { ...begun(undefined), answered: true }
  client.on('data', (bytes: Buffer) => {
    if (exchange.answered) exchange = begun(next())
    if (exchange.kind === 'drop') client.resetAndDestroy()
    else if (exchange.kind !== 'hang' && !service.write(bytes)) {
      client.pause()
      service.once('drain', () => client.resume())
    }
  })
  client.once('end', () => service.end())

  async function answer(): Promise<void> {
    for await (const bytes of service as AsyncIterable<Buffer>) {
      exchange.answered = true
      if (!client.writableEnded) await tell(exchange, bytes, client)
    }
    client.end()
  }
  answer().catch(() => client.resetAndDestroy())
}

async function tell(exchange: Exchange, bytes: Buffer, client: Socket): Promise<void> {
  const { kind, number } = exchange
  switch (kind) {
    case 'delay':
      if (exchange.sent === 0) await pause(number)
      return give(exchange, bytes, client)
    case 'trickle':
      for (const byte of bytes) {
        if (exchange.sent > 0) await pause(number)
        await give(exchange, Buffer.of(byte), client)
      }
      return
    case 'corrupt':
      return give(exchange, turned(bytes, number - exchange.sent), client)
    case 'cut':
    case 'reset':
    case 'half-close': {
      const left = number - exchange.sent
      await give(exchange, bytes.subarray(0, left), client)
      if (bytes.length >= left) await endings[kind](client)
      return
    }
    default:
      return give(exchange, bytes, client)
  }
}

/** Resolves when the bytes have left. */
function give(exchange: Exchange, bytes: Buffer, client: Socket): Promise<void> {
  exchange.sent += bytes.length
  if (bytes.length === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    client.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

function turned(bytes: Buffer, at: number): Buffer {
  const byte = bytes[at]
  if (byte === undefined) return bytes
  const other = Buffer.from(bytes)
  other[at] = byte ^ 0xff
  return other
}

/** How long bytes get to be read before a reset makes the receiver forget them. */
const readTime = 25

const endings = {
  /** The service learns of it as the client's connection closes. */
  cut: async (client: Socket) => client.destroySoon(),
  async reset(client: Socket) {
    await pause(readTime)
    client.resetAndDestroy()
  },
  'half-close': async (client: Socket) => void client.end(),
} as const satisfies Record<string, (client: Socket) => Promise<void>>

/**
 * Below the ports that Linux gives to those who ask for any (32,768 and up), so that nobody else
 * has it while the proxy is down.
 */
const ports = { from: 20_000, to: 32_000 }

async function listenAnywhere(server: Server): Promise<number> {
  for (;;) {
    const port = randomInt(ports.from, ports.to)
    try {
      await listen(server, port)
      return port
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw thrown
    }
  }
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

const ended = (server: Server): Promise<void> =>
  new Promise((resolve) => void server.close(() => resolve()))
