/** Each fault does to the AWS SDK what it says it does. */
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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

it.each(['trottle', 'throttle:1', 'error:200:ThrottlingException', 'error:429', 'cut:soon', ''])(
  'the fault %j is refused, and told what would have worked',
  async (fault) => {
    const answer = await post(simulator.url, id, body, { 'x-simulator-fault': fault })
    expect([answer.status, errorType(answer)]).toEqual([400, 'ValidationException'])
    expect(await answer.text()).toContain('Known are: throttle, retired, error:STATUS:NAME')
    expect(() => simulator.fault(fault)).toThrow('Known are: throttle')
  },
)

/** Length of the first chunks' frames, from the frames' own lengths. */
async function bytesOfChunks(count: number): Promise<number> {
  const answer = await post(simulator.url, id, body, {}, 'invoke-with-response-stream')
  const bytes = Buffer.from(await answer.arrayBuffer())
  let length = 0
  for (let index = 0; index < count; index += 1) length += bytes.readUInt32BE(length)
  return length
}
