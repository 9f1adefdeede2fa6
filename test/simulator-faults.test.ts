/** Each fault does to the AWS SDK what it says it does. */
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { faultKinds } from '../local/simulator/fault-kinds.ts'
import { faultForms } from '../local/simulator/faults.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import {
  errorType,
  type HandlerName,
  handlers,
  invokeStream,
  invokeWhole,
  minimalBodies,
  post,
  sdkClient,
} from './simulator-client.ts'

const id = 'us.amazon.nova-2-lite-v1:0'
const body = minimalBodies.nova2?.('What is a dystopia?')

let simulator: Simulator
beforeEach(async () => {
  simulator = await startSimulator({ region: 'us-east-1' })
})
afterEach(() => simulator.close())

/** What the SDK makes of it, or `in time` where it makes nothing. */
async function outcome(work: Promise<unknown>, patience = 150): Promise<unknown> {
  const later = new Promise((resolve) => setTimeout(resolve, patience, 'nothing yet'))
  return Promise.race([work.catch((error: unknown) => error), later])
}

describe.each(Object.keys(handlers) as HandlerName[])('over %s', (handler) => {
  let client: BedrockRuntimeClient
  beforeEach(() => {
    client = sdkClient(simulator.url, 'us-east-1', handler)
  })
  afterEach(() => client.destroy())

  const whole = () => invokeWhole(client, id, body)
  const stream = () => invokeStream(client, id, body)

  it.each([
    ['throttle', 'ThrottlingException', 429],
    ['retired', 'ResourceNotFoundException', 404],
    ['error:503:ServiceUnavailableException', 'ServiceUnavailableException', 503],
    ['error:403:AccessDeniedException', 'AccessDeniedException', 403],
    ['error:424:ModelErrorException', 'ModelErrorException', 424],
    ['error:500:InternalServerException', 'InternalServerException', 500],
  ])('%s is %s', async (fault, name, httpStatusCode) => {
    simulator.fault(fault)
    const expected = { name, $metadata: { httpStatusCode } }
    await expect(whole()).rejects.toMatchObject(expected)
    await expect(stream()).rejects.toMatchObject(expected)
    expect(simulator.billed).toEqual([])
  })

  it('slow-first-byte waits before the headers', async () => {
    simulator.fault('slow-first-byte:80')
    expect(await outcome(whole(), 40)).toBe('nothing yet')
    expect(await whole()).toHaveProperty('output')
  })

  it('slow-stream waits between the chunks', async () => {
    simulator.fault('slow-stream:5')
    const before = performance.now()
    const chunks = await stream()
    expect(performance.now() - before).toBeGreaterThan(4 * (chunks.length - 1))
  })

  it('exception comes after so many chunks', async () => {
    simulator.fault('exception:modelStreamErrorException:2')
    await expect(stream()).rejects.toMatchObject({ name: 'ModelStreamErrorException' })
  })

  it('exception leaves a whole answer alone', async () => {
    simulator.fault('exception:ThrottlingException:2')
    expect(await whole()).toHaveProperty('output')
  })

  it('bad-crc spoils one frame', async () => {
    simulator.fault('bad-crc:1')
    await expect(stream()).rejects.toThrow(/checksum/i)
  })

  it('bad-prelude and false-length lie about one frame', async () => {
    for (const fault of ['bad-prelude:2', 'false-length:2:40']) {
      simulator.clearFaults()
      simulator.fault(fault)
      await expect(stream()).rejects.toThrow(/checksum/i)
    }
  })

  it('bad-json is in a frame that is sound', async () => {
    simulator.fault('bad-json:2')
    await expect(stream()).rejects.toThrow(/JSON/i)
  })

  it('an error frame carries its code and its words', async () => {
    simulator.fault('error-frame:InternalFailure:2')
    await expect(stream()).rejects.toMatchObject({
      name: 'InternalFailure',
      message: 'Simulated InternalFailure.',
    })
  })

  it('an event that nobody knows is passed over', async () => {
    const all = await stream()
    simulator.fault('event:brandNewEvent:2')
    const told = await stream()
    expect(told.filter((chunk) => chunk !== undefined)).toEqual(all)
  })

  it('no-usage says nothing of tokens, and the tokens are billed', async () => {
    const counted = /usage|inputTokens|TokenCount/i
    expect(JSON.stringify(await stream())).toMatch(counted)
    simulator.fault('no-usage')
    expect(JSON.stringify(await stream())).not.toMatch(counted)
    expect(JSON.stringify(await whole())).not.toMatch(counted)
    const [first, ...others] = simulator.billed.map(({ output }) => output)
    expect(others).toEqual([first, first])
  })

  it('hang never answers', async () => {
    simulator.fault('hang')
    expect(await outcome(whole())).toBe('nothing yet')
  })

  it('hang-stream falls silent', async () => {
    simulator.fault('hang-stream:2')
    expect(await outcome(stream())).toBe('nothing yet')
    expect(simulator.billed).toHaveLength(1)
  })

  it('html is no exception of Bedrock', async () => {
    simulator.fault('html')
    await expect(whole()).rejects.toMatchObject({ $metadata: { httpStatusCode: 502 } })
  })

  it('a stream that ends cleanly at a frame looks whole to the SDK', async () => {
    const all = await stream()
    simulator.fault(`end:${await bytesOfChunks(3)}`)
    expect(await stream()).toEqual(all.slice(0, 3))
  })
})

it('a connection cut within a frame fails, over HTTP/1.1 at every byte', async () => {
  const client = sdkClient(simulator.url, 'us-east-1', 'HTTP/1.1')
  for (const length of [0, 10, await bytesOfChunks(3)]) {
    simulator.clearFaults()
    simulator.fault(`cut:${length}`)
    await expect(invokeStream(client, id, body)).rejects.toThrow()
  }
  client.destroy()
})

it('a connection cut between frames is silent to the SDK over HTTP/2', async () => {
  const client = sdkClient(simulator.url)
  simulator.fault(`cut:${await bytesOfChunks(3)}`)
  expect(await invokeStream(client, id, body)).toHaveLength(3)
  client.destroy()
})

it.each([
  ['throttle', 429, null],
  ['throttle:7', 429, '7'],
  ['error:503:ServiceUnavailableException', 503, null],
  ['error:503:ServiceUnavailableException:30', 503, '30'],
])('%s asks to be left alone for as long as it says', async (fault, status, seconds) => {
  simulator.fault(fault)
  const answer = await post(simulator.url, id, body)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([status, seconds])
})

it('no-usage leaves ConverseStream without its metadata', async () => {
  const converse = { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }
  const asked = () => post(simulator.url, id, converse, {}, 'converse-stream')
  expect(await (await asked()).text()).toContain('metadata')
  simulator.fault('no-usage')
  const told = await (await asked()).text()
  expect(told).toContain('messageStop')
  expect(told).not.toContain('metadata')
})

/** One of each kind, and how it shows; the rest of what it does is above. */
const examples: Readonly<Record<string, string>> = {
  throttle: 'throttle:1',
  retired: 'retired',
  error: 'error:500:InternalServerException',
  refuse: 'refuse',
  'slow-first-byte': 'slow-first-byte:60',
  'slow-stream': 'slow-stream:10',
  'slow-bytes': 'slow-bytes:1',
  cut: 'cut:9',
  end: 'end:9',
  'cut-after': 'cut-after:1:4',
  'end-after': 'end-after:1',
  exception: 'exception:throttlingException:1',
  'error-frame': 'error-frame:InternalFailure:1',
  event: 'event:unheardOf:0',
  'bad-crc': 'bad-crc:0',
  'bad-prelude': 'bad-prelude:0',
  'false-length': 'false-length:0:999999999',
  'bad-json': 'bad-json:0',
  'no-usage': 'no-usage',
  'hang-stream': 'hang-stream:1',
  hang: 'hang',
  empty: 'empty',
  odd: 'odd',
  mistyped: 'mistyped',
  html: 'html',
}

it.each(Object.keys(faultKinds))(
  '%s befalls the request it was ordered for, and no other',
  async (kind) => {
    const operation = faultKinds[kind]?.streamsOnly ? 'invoke-with-response-stream' : 'invoke'
    async function asked() {
      const started = performance.now()
      const silence = new Promise((resolve) => setTimeout(resolve, 200, 'silent')).then(
        () => 'silent',
      )
      async function told() {
        const answer = await post(simulator.url, id, body, {}, operation)
        const { status, headers } = answer
        const bytes = Buffer.from(await answer.arrayBuffer()).toString('base64')
        return [status, headers.get('content-type'), headers.get('retry-after'), bytes]
      }
      const outcome = await Promise.race([told().catch(() => 'broken'), silence])
      return { outcome, ms: performance.now() - started }
    }
    const plain = await asked()
    simulator.fault(examples[kind] ?? 'this kind has no example', { times: 1 })
    const hit = await asked()
    if (/^slow/.test(kind)) expect(hit.ms).toBeGreaterThan(50)
    else expect(hit.outcome).not.toEqual(plain.outcome)
    expect((await asked()).outcome).toEqual(plain.outcome)
  },
)

it('every kind says how it is ordered', () => {
  for (const form of faultForms()) {
    expect(form).toMatch(/^[a-z-]+(:[A-Z]+)*(\[:SECONDS\])?$/)
  }
})

it('empty answers 200 without a body', async () => {
  simulator.fault('empty')
  const answer = await post(simulator.url, id, body)
  expect([answer.status, await answer.text()]).toEqual([200, ''])
  expect(simulator.billed).toEqual([])
})

it('cut and end stop a whole answer where they say', async () => {
  const ended = await post(simulator.url, id, body, { 'x-simulator-fault': 'end:7' })
  expect(await ended.text()).toBe('{"outpu')
  const cut = await post(simulator.url, id, body, { 'x-simulator-fault': 'cut:7' })
  await expect(cut.text()).rejects.toThrow()
})

it('a client that hangs up is billed for what was generated', async () => {
  const fault = { 'x-simulator-fault': 'slow-stream:20' }
  const answer = await post(simulator.url, id, body, fault, 'invoke-with-response-stream')
  const reader = answer.body?.getReader()
  await reader?.read()
  await reader?.read()
  await reader?.cancel()
  await new Promise((resolve) => setTimeout(resolve, 60))
  const [bill] = simulator.billed
  const output = bill?.output ?? 0
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(bill?.output).toBe(output)
  await post(simulator.url, id, body)
  expect(output).toBeLessThan(simulator.billed[1]?.output ?? 0)
})

it('faults hit as often, and only the model, they were ordered for', async () => {
  simulator.fault('throttle', { times: 2, model: 'amazon.nova-2-lite-v1:0' })
  const nova = (model: string) => post(simulator.url, model, body).then(({ status }) => status)
  expect(await nova('us.amazon.nova-pro-v1:0')).toBe(200)
  expect(await nova(id)).toBe(429)
  expect(await nova(id)).toBe(429)
  expect(await nova(id)).toBe(200)
})

it('faults can be ordered and cleared over HTTP', async () => {
  const faults = `${simulator.url}/simulator/faults`
  const order = { fault: 'throttle', times: 1 }
  const ordered = await fetch(faults, { method: 'POST', body: JSON.stringify(order) })
  expect(await ordered.json()).toEqual({ ordered: [{ fault: 'throttle', left: 1 }] })
  await fetch(faults, { method: 'DELETE' })
  expect((await post(simulator.url, id, body)).status).toBe(200)
  const requests = await fetch(`${simulator.url}/simulator/requests`)
  expect(await requests.json()).toMatchObject([{ modelId: id, body }])
  const billed = await fetch(`${simulator.url}/simulator/billed`)
  expect(await billed.json()).toEqual(simulator.billed)
})

it.each([
  'trottle',
  'throttle:soon',
  'throttle:1:2',
  'error:200:ThrottlingException',
  'error:429',
  'error:429:ThrottlingException:soon',
  'false-length:1',
  'cut:soon',
  '',
])('the fault %j is refused, and told what would have worked', async (fault) => {
  const answer = await post(simulator.url, id, body, { 'x-simulator-fault': fault })
  expect([answer.status, errorType(answer)]).toEqual([400, 'ValidationException'])
  expect(await answer.text()).toContain(
    'Known are: throttle[:SECONDS], retired, error:STATUS:NAME[:SECONDS]',
  )
  expect(() => simulator.fault(fault)).toThrow('Known are: throttle')
})

/** Length of the first chunks' frames, from the frames' own lengths. */
async function bytesOfChunks(count: number): Promise<number> {
  const answer = await post(simulator.url, id, body, {}, 'invoke-with-response-stream')
  const bytes = Buffer.from(await answer.arrayBuffer())
  let length = 0
  for (let index = 0; index < count; index += 1) length += bytes.readUInt32BE(length)
  return length
}
