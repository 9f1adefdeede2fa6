/** Each request to a provider is one subsegment of the function's trace, where it is sampled, and says nothing of a prompt. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sampledTrace, sendSubsegment } from '../lambda/aws/xray.ts'
import { converse } from '../lambda/bodies/converse.ts'
import type { Deadline, Provider, TargetedCall } from '../lambda/core/contracts.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Model } from '../lambda/core/model.ts'
import { type Reply, type ReplyEvent, replay } from '../lambda/core/reply.ts'
import { modelById } from '../lambda/models/index.ts'
import { tracing } from '../lambda/traced.ts'
import { callFacts, chatCall, targetFor } from './support/calls.ts'

const root = '1-5759e988-bd862e3fe1be46a994272793'
const parent = '53995c3f42cd8ad8'
const sampled = `Root=${root};Parent=${parent};Sampled=1`

type Document = Record<string, unknown> & { readonly start_time: number; readonly end_time: number }

let daemon: Socket
const heard: string[] = []
const names = ['_X_AMZN_TRACE_ID', 'AWS_XRAY_DAEMON_ADDRESS'] as const
const before = Object.fromEntries(names.map((name) => [name, process.env[name]]))

beforeAll(async () => {
  daemon = createSocket('udp4').bind(0, '127.0.0.1')
  await once(daemon, 'listening')
  daemon.on('message', (bytes) => void heard.push(bytes.toString()))
  process.env.AWS_XRAY_DAEMON_ADDRESS = `tcp:127.0.0.1:1 udp:127.0.0.1:${daemon.address().port}`
})
beforeEach(() => {
  heard.length = 0
  process.env._X_AMZN_TRACE_ID = sampled
})
afterEach(() => {
  delete process.env._X_AMZN_TRACE_ID
})
afterAll(() => {
  daemon.close()
  for (const name of names) {
    if (before[name] === undefined) delete process.env[name]
    else process.env[name] = before[name]
  }
})

/** A last datagram of the test's own: what was sent before it has arrived. */
async function documents(): Promise<readonly Document[]> {
  const fence = { name: 'fence', namespace: 'remote', from: 0, to: 0, annotations: {} } as const
  const from = heard.length
  await sendSubsegment({ root, parent }, fence)
  while (!heard.slice(from).some((text) => text.includes('"fence"'))) await once(daemon, 'message')
  return heard
    .map((text) => {
      const [header, document = ''] = text.split('\n')
      expect(header).toBe('{"format": "json", "version": 1}')
      return JSON.parse(document) as Document
    })
    .filter(({ name }) => name !== 'fence')
}

const named = (id: string): Model => {
  const model = modelById.get(id)
  if (model === undefined) throw new Error(`the catalogue lost ${id}`)
  return model
}
const nova = named('amazon.nova-lite-v1:0')

const secret = 'a-word-nobody-else-says'
const deadline: Deadline = {
  signal: new AbortController().signal,
  heard() {},
  passed: () => false,
  done() {},
  abandon() {},
  fresh: false,
}

const works: (() => Promise<void>)[] = []
const facts = { ...callFacts, atEnd: (work: () => Promise<void>) => void works.push(work) }

function asked(more: Partial<TargetedCall> = {}, stream = false): TargetedCall {
  const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: secret }] }]
  const request = { model: 'nova', messages, tools: [], sampling: {}, stream, maxTokens: 10 }
  const call = chatCall(request, nova, facts)
  return { ...call, target: targetFor(nova), ...more } as TargetedCall
}

const reply: Reply = {
  content: [{ type: 'text', text: secret }],
  stop: { reason: 'end' },
  usage: { input: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 1 },
}
const answers: Provider = async () => replay(reply)

async function all(events: AsyncIterable<ReplyEvent>): Promise<readonly ReplyEvent[]> {
  const told: ReplyEvent[] = []
  for await (const event of events) told.push(event)
  return told
}

/** Reads all of an answer, and does what the function does when it is over. */
async function through(ask: Provider, call = asked()): Promise<readonly ReplyEvent[]> {
  try {
    return await all(await tracing(ask)(call, deadline))
  } finally {
    await Promise.all(works.splice(0).map((work) => work()))
  }
}

const failing =
  (error: TollgateError): Provider =>
  async () => {
    throw error
  }

describe('a request to Bedrock', () => {
  it('is a subsegment of the function’s, in X-Ray’s form', async () => {
    const from = Date.now()
    expect(await through(answers)).toEqual(await all(replay(reply)))
    const [document, ...more] = await documents()
    expect(more).toEqual([])
    expect(document).toEqual({
      ...{ type: 'subsegment', trace_id: root, parent_id: parent },
      ...{ id: expect.stringMatching(/^[\da-f]{16}$/), name: 'Bedrock', namespace: 'aws' },
      ...{ start_time: expect.any(Number), end_time: expect.any(Number) },
      aws: { operation: 'InvokeModel', region: 'us-east-1' },
      annotations: {
        ...{ request: 'request-1', model: nova.id, target: targetFor(nova).modelId },
      },
    })
    const { start_time: begin = 0, end_time: end = 0 } = document ?? {}
    expect(begin * 1000).toBeGreaterThanOrEqual(from)
    expect(end).toBeGreaterThanOrEqual(begin)
    expect(end * 1000).toBeLessThanOrEqual(Date.now())
    expect(heard.join()).not.toContain(secret)
  })

  it.each<[string, Partial<TargetedCall>, boolean, object]>([
    [
      'a stream',
      {},
      true,
      { aws: { operation: 'InvokeModelWithResponseStream', region: 'us-east-1' } },
    ],
    [
      'a stream by Converse',
      { body: converse } as Partial<TargetedCall>,
      true,
      { aws: { operation: 'ConverseStream', region: 'us-east-1' } },
    ],
    [
      'a native body',
      { native: { operation: 'converse', body: '{}', headers: {} } },
      false,
      { aws: { operation: 'Converse', region: 'us-east-1' } },
    ],
    [
      'a count',
      { task: 'count' } as Partial<TargetedCall>,
      false,
      { aws: { operation: 'CountTokens', region: 'us-east-1' } },
    ],
    [
      'another region, another account',
      { target: targetFor(nova, { region: 'eu-west-1', place: 'eu-west-1@other' }) },
      false,
      { aws: { operation: 'InvokeModel', region: 'eu-west-1' } },
    ],
  ])('says what was asked: %s', async (_, more, stream, told) => {
    await through(answers, asked(more, stream))
    expect(await documents()).toMatchObject([told])
  })

  it.each([
    ['upstream_throttled', { error: true, throttle: true }],
    ['upstream_unavailable', { fault: true }],
    ['upstream_timeout', { fault: true }],
    ['invalid_body', { error: true }],
    ['access_denied', { error: true }],
  ] as const)('that failed says whose fault it is: %s', async (code, flags) => {
    const error = new TollgateError(code, secret)
    await expect(through(failing(error))).rejects.toBe(error)
    const [document] = await documents()
    expect(document).toMatchObject(flags)
    for (const flag of ['error', 'throttle', 'fault']) {
      if (!(flag in flags)) expect(document).not.toHaveProperty(flag)
    }
    expect(heard.join()).not.toContain(secret)
  })

  it('ends with its last event, once, also where that tells a failure, or nobody reads on', async () => {
    const error = new TollgateError('upstream_error', secret)
    const broken: Provider = async () =>
      (async function* (): AsyncGenerator<ReplyEvent> {
        yield { type: 'reply-error', error }
      })()
    await through(broken)
    expect(await documents()).toMatchObject([{ fault: true }])
    heard.length = 0
    for await (const _ of await tracing(answers)(asked(), deadline)) break
    expect(await documents()).toMatchObject([{ name: 'Bedrock' }])
  })
})

describe('another provider', () => {
  it('is told by its name', async () => {
    const server = { type: 'openai', url: 'https://models.example', key: secret } as never
    const bare = { ...targetFor(nova), type: 'openai', provider: 'open"ai', server }
    await through(answers, asked({ target: bare } as unknown as Partial<TargetedCall>))
    const [document] = await documents()
    expect(document).toMatchObject({ name: 'open_ai', namespace: 'remote' })
    expect(document).not.toHaveProperty('aws')
    expect(heard.join()).not.toContain(secret)
  })
})

describe('nothing is sent', () => {
  it.each<[string, string | undefined]>([
    ['where nothing is traced', undefined],
    ['where it is not sampled', sampled.replace('Sampled=1', 'Sampled=0')],
    ['where the function has no segment', `Root=${root};Sampled=1`],
    ['of what is no trace', 'Root=1;Parent=x;Sampled=1'],
  ])('%s', async (_, header) => {
    if (header === undefined) delete process.env._X_AMZN_TRACE_ID
    else process.env._X_AMZN_TRACE_ID = header
    await through(answers)
    expect(await documents()).toEqual([])
  })

  it('without a daemon', () => {
    expect(sampledTrace({ _X_AMZN_TRACE_ID: sampled })).toBeUndefined()
    const told = { _X_AMZN_TRACE_ID: `${sampled};Lineage=1:a:0`, AWS_XRAY_DAEMON_ADDRESS: 'x' }
    expect(sampledTrace(told)).toEqual({ root, parent })
  })
})
