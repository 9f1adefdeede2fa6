/** A bad network does to a client what it was told to do, and nothing else. */
import { once } from 'node:events'
import { Agent, createServer, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Chaos, type ChaosProxy, startChaosProxy } from '../local/chaos/proxy.ts'

const body = 'One answer, of some length, to whoever asks.'
let asked = 0
let behind = 0

const service = createServer((request, response) => {
  asked += 1
  request.resume()
  response.sendDate = false
  response.writeHead(200, { 'content-length': body.length }).end(body)
})
let proxy: ChaosProxy
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

beforeAll(async () => {
  await once(service.listen(0, '127.0.0.1'), 'listening')
  behind = (service.address() as AddressInfo).port
  proxy = await startChaosProxy(`http://127.0.0.1:${behind}`)
})
afterAll(async () => {
  agent.destroy()
  await proxy.close()
  service.close().closeAllConnections()
})

type Outcome = { readonly text: string; readonly failed?: string; readonly reused?: boolean }

/** What a client of HTTP gets: bytes of the body, and how it failed. */
function ask(): Promise<Outcome> {
  return new Promise((resolve) => {
    let text = ''
    const request = get(proxy.url, { agent }, (answer: IncomingMessage) => {
      answer.setEncoding('latin1')
      answer.on('data', (some) => {
        text += some
      })
      answer.on('end', () => resolve({ text, reused: request.reusedSocket }))
      answer.on('error', ({ code }: NodeJS.ErrnoException) => resolve({ text, failed: code ?? '' }))
    })
    request.on('error', ({ code }: NodeJS.ErrnoException) => resolve({ text, failed: code ?? '' }))
  })
}

/** The bytes themselves, and how the connection ended. */
async function raw(): Promise<{ readonly bytes: Buffer; readonly ending: string }> {
  const socket = connect({ port: Number(new URL(proxy.url).port), allowHalfOpen: true })
  const chunks: Buffer[] = []
  socket.on('data', (some: Buffer) => chunks.push(some))
  socket.write('GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n')
  const ending = await new Promise<string>((resolve) => {
    socket.once('end', () => resolve('end'))
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)))
  })
  onTestFinished(() => void socket.destroy())
  return { bytes: Buffer.concat(chunks), ending }
}

const whole = async () => (await raw()).bytes

it('carries what is said, on one kept connection', async () => {
  expect(await ask()).toMatchObject({ text: body })
  expect(await ask()).toEqual({ text: body, reused: true })
})

it.each<[Chaos, Outcome, times: number]>([
  ['drop', { text: '', failed: 'ECONNRESET' }, 0],
  ['reset:0', { text: '', failed: 'ECONNRESET' }, 1],
  ['cut:0', { text: '', failed: 'ECONNRESET' }, 1],
  ['half-close:0', { text: '', failed: 'ECONNRESET' }, 1],
])('%s fails before any answer', async (chaos, outcome, times) => {
  const before = asked
  proxy.order(chaos)
  expect(await ask()).toEqual(outcome)
  expect(asked - before).toBe(times)
  expect((await ask()).text).toBe(body)
})

it.each(['cut', 'reset', 'half-close'] as const)(
  '%s tells so many bytes, not one more',
  async (how) => {
    const all = await whole()
    for (const length of [1, 20, all.length - 1]) {
      proxy.order(`${how}:${length}`)
      const { bytes, ending } = await raw()
      expect(bytes).toEqual(all.subarray(0, length))
      expect(ending).toBe(how === 'reset' ? 'ECONNRESET' : 'end')
    }
  },
)

it('an answer that breaks off is an error to a client, in its body too', async () => {
  const head = (await whole()).length - body.length
  for (const how of ['cut', 'reset', 'half-close'] as const) {
    proxy.order(`${how}:${head + 3}`)
    expect(await ask()).toMatchObject({ text: /^One?/, failed: 'ECONNRESET' })
  }
})

it('corrupts the one byte', async () => {
  const all = await whole()
  const expected = Buffer.from(all)
  expected[25] = (all[25] ?? 0) ^ 0xff
  proxy.order('corrupt:25')
  expect((await raw()).bytes).toEqual(expected)
})

it('delays the first byte, and trickles the others', async () => {
  const { length } = await whole()
  for (const [chaos, atLeast] of [
    ['delay:60', 60],
    ['trickle:1', length - 1],
  ] as const) {
    const started = performance.now()
    proxy.order(chaos)
    expect((await ask()).text).toBe(body)
    expect(performance.now() - started).toBeGreaterThan(atLeast - 2)
  }
})

it('hangs until the client has enough of it', async () => {
  const before = asked
  proxy.order('hang')
  const request = get(proxy.url, { signal: AbortSignal.timeout(50) })
  const [error] = await once(request, 'error')
  expect([error.name, asked - before]).toEqual(['AbortError', 0])
})

it('does in order what was ordered, then what always befalls, until that is lifted', async () => {
  proxy.always('drop')
  proxy.order('delay:1', 'reset:0')
  const before = proxy.requests()
  expect((await ask()).text).toBe(body)
  for (let times = 0; times < 3; times += 1) expect((await ask()).failed).toBe('ECONNRESET')
  proxy.always()
  expect((await ask()).text).toBe(body)
  expect(proxy.requests() - before).toBe(5)
})

it('refuses connections while it is down, and is there again', async () => {
  agent.destroy()
  await proxy.down()
  expect((await ask()).failed).toBe('ECONNREFUSED')
  await proxy.up()
  expect((await ask()).text).toBe(body)
})
