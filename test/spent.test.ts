/** A call that did not come to its end is charged what Bedrock bills for it, and a stated margin more. */
import type { IncomingMessage } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openCalibration } from '../lambda/budget/calibration.ts'
import { noUsage, worstUsage } from '../lambda/budget/estimate.ts'
import { fastest, openSpent, type Spent, unread } from '../lambda/budget/spent.ts'
import type { Call, ChatCall } from '../lambda/core/contracts.ts'
import type { TollgateError } from '../lambda/core/errors.ts'
import type { ReplyEvent, Usage } from '../lambda/core/reply.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { anyModelById, modelById, models } from '../lambda/models/index.ts'
import { bedrock } from '../lambda/providers/bedrock.ts'
import { bedrockEvents } from '../lambda/providers/bedrock-stream.ts'
import { openDeadline } from '../lambda/routing/deadline.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { chatCall, embedCall, noTokens, operated, promptOf, targetFor } from './support/calls.ts'

const tool = { name: 'look', description: 'Looks.', input: { type: 'object', properties: {} } }

const ask = (text: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'chat',
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  tools: [],
  maxTokens: 1_000,
  sampling: {},
  stream: true,
  ...more,
})

const called = (id: string, request: ChatRequest, more: Partial<ChatCall> = {}): ChatCall => {
  const model = modelById.get(id)
  if (model === undefined) throw new Error(`the catalogue lost ${id}`)
  return chatCall(request, model, more)
}

const novaId = 'amazon.nova-lite-v1:0'
const haikuId = 'anthropic.claude-haiku-4-5-20251001-v1:0'
const still = () => 0

/** What was billed, without who asked. */
const usageOf = ({ input, cacheRead, cacheWrite5m, cacheWrite1h, output }: Usage): Usage => ({
  ...{ input, cacheRead, cacheWrite5m, cacheWrite1h, output },
})

function expectAtLeast(charged: Usage, billed: Usage) {
  expect(promptOf(charged)).toBeGreaterThanOrEqual(promptOf(billed))
  expect(charged.output).toBeGreaterThanOrEqual(billed.output)
}

/** Each batch of a simulated stream's events, with the output that was written by then. */
async function* streamed(call: ChatCall) {
  const pieces = operated(call, true)?.delivery.pieces ?? []
  let output = 0
  async function* sent() {
    for (const { bytes, tokens } of pieces) {
      output += tokens
      yield bytes
    }
  }
  const options = { reader: call.body.openStream(), native: false, heard: () => {} }
  const answer = Object.assign(sent(), { headers: {} })
  const batches = bedrockEvents(answer as unknown as IncomingMessage, options)
  for await (const events of batches) yield { events, output }
}

const bytesOf = (event: ReplyEvent): number => {
  if (event.type !== 'block-delta') return event.type === 'block-start' ? 64 : 0
  const { delta } = event
  const text = 'text' in delta ? delta.text : 'json' in delta ? delta.json : ''
  return Buffer.byteLength(text)
}

const questions = {
  'a short answer': ask('Hello'),
  'a long answer': ask('[[simulate:words:60]]'),
  'an answer of many bytes': ask('[[simulate:say]]漢字 👩‍👩‍👧‍👦 "quoted" {"a": [1, 2, 3]}'),
  'calls of tools': ask('[[simulate:tool-calls:2]]', { tools: [tool] }),
  'an answer after thinking': ask('[[simulate:thinking]]'),
  'a cut answer': ask('[[simulate:words:500]]', { maxTokens: 30 }),
}

describe.each(Object.entries(questions))('a stream of %s', (_, request) => {
  const able = models.filter(
    ({ accepts }) => accepts.streaming && (accepts.tools || request.tools.length === 0),
  )

  it.each(able.map(({ id }) => id))(
    'of %s is covered wherever it is left, and exact at its end',
    async (id) => {
      const call = called(id, request)
      const billed = operated(call, true)?.told?.usage
      if (billed === undefined) throw new Error(`${id} refused`)
      const spent = openSpent(call, undefined, still)
      const worst = worstUsage(call)
      let seen = 0
      for await (const { events, output } of streamed(call)) {
        for (const event of events) {
          spent.see(event)
          seen += bytesOf(event)
        }
        const charged = spent.usage()
        expectAtLeast(charged, { ...billed, output })
        expectAtLeast(worst, charged)
        expect(charged.output).toBeLessThanOrEqual(Math.max(seen + unread, billed.output + unread))
      }
      expect(spent.usage()).toEqual(usageOf(billed))
    },
  )
})

describe('what is charged of a stream that is left', () => {
  const text = (words: string): ReplyEvent => ({
    type: 'block-delta',
    index: 0,
    delta: { type: 'text', text: words },
  })

  it('is the prompt as the provider told it, where it begins with that', () => {
    const told = { ...noTokens, input: 7, cacheRead: 100, output: 1 }
    const spent = openSpent(called(haikuId, ask('Hello')), undefined, still)
    spent.see({ type: 'reply-start', usage: told })
    spent.see(text('four'))
    expect(spent.usage()).toEqual({ ...told, output: 4 + unread })
  })

  it('is what could be written while the caller did not read on', () => {
    const spent = openSpent(called(novaId, ask('Hello')), undefined, still)
    spent.see({ type: 'reply-start' })
    spent.held(600)
    expect(spent.usage().output).toBe(0.6 * fastest + unread)
    spent.held(600_000)
    expect(spent.usage().output).toBe(1_000)
  })

  it('is what could be thought in the time, of a model that may think out of sight', () => {
    let now = 0
    const thinking = { type: 'adaptive' } as const
    const spent = openSpent(called(haikuId, ask('Hello', { thinking })), undefined, () => now)
    spent.see({ type: 'reply-start' })
    now = 1_000
    expect(spent.usage().output).toBe(fastest + unread)
  })

  it('is what is likely, where that is how its team is held', () => {
    const calibration = openCalibration()
    const call = called(novaId, ask('word '.repeat(2_000)))
    for (let calls = 0; calls < 60; calls += 1) {
      calibration.learn(call, { ...noTokens, input: 2_500, output: 10 })
    }
    const spent = openSpent(call, calibration, still)
    spent.see({ type: 'reply-start' })
    spent.see(text('thirty bytes of text, or there'))
    const { input, output } = spent.usage()
    expect(input).toBeLessThan(4_000)
    expect(output).toBe(10 + unread)
  })
})

describe('an answer of which no usage is told', () => {
  const call = called(novaId, ask('Hello', { stream: false }))
  const worst = worstUsage(call)
  const end = (guessed: 'prompt' | 'answer' | 'all'): ReplyEvent => ({
    type: 'reply-end',
    stop: { reason: 'end' },
    usage: { ...noTokens, input: 3, output: 2, guessed },
  })
  const delta = { type: 'text', text: 'eight by' } as const

  it.each([
    ['prompt', { ...worst, output: 2 }],
    ['answer', { ...noTokens, input: 3, output: 8 }],
    ['all', { ...worst, output: 8 }],
  ] as const)('keeps the bound of its %s', (guessed, charged) => {
    const spent = openSpent(call)
    spent.see({ type: 'block-delta', index: 0, delta })
    spent.see(end(guessed))
    expect(spent.usage()).toEqual(charged)
  })
})

describe('over a connection', () => {
  let simulator: Simulator
  beforeAll(async () => {
    process.env.AWS_ACCESS_KEY_ID ??= 'AKIASIMULATED'
    process.env.AWS_SECRET_ACCESS_KEY ??= 'simulated'
    simulator = await startSimulator({ region: 'us-east-1' })
  })
  afterEach(() => simulator.clearFaults())
  afterAll(() => simulator.close())

  const targetOf = ({ model }: Call, region: string) =>
    targetFor(model, {
      region,
      endpoint: region === 'us-east-1' ? simulator.url : 'http://127.0.0.1:9',
    })

  type Course = { readonly leaveAfter?: number; readonly region?: string }

  /** As a policy sees it, from before the call is sent until nobody reads on. */
  async function course(call: Call, spent: Spent, { leaveAfter, region }: Course = {}) {
    const target = targetOf(call, region ?? 'us-east-1')
    const patience = { firstByteMs: 60_000, idleMs: 60_000, totalMs: call.remaining() - 1_500 }
    const deadline = openDeadline(patience, call.signal)
    let seen = 0
    try {
      const events = await bedrock({ ...call, target } as Parameters<typeof bedrock>[0], deadline)
      for await (const event of events) {
        spent.see(event)
        seen += 1
        if (seen === leaveAfter) break
      }
    } catch (thrown) {
      deadline.abandon()
      spent.failed((thrown as TollgateError).billed ?? noUsage)
    }
    return spent.usage()
  }

  /** What came of one call, once Bedrock knows of its end too. */
  async function charged(call: Call, how: Course = {}) {
    const before = simulator.billed.length
    const usage = await course(call, openSpent(call, undefined, still), how)
    await new Promise((resolve) => setTimeout(resolve, 60))
    const bills = simulator.billed.slice(before)
    const sum = (kind: 'input' | 'output') => bills.reduce((all, bill) => all + bill[kind], 0)
    const billed: Usage = { ...noTokens, input: sum('input'), output: sum('output') }
    return { usage, billed, bills }
  }

  const long = ask('[[simulate:words:60]]')
  const whole = { ...long, stream: false }
  const ends = {
    'the caller leaves': () => ({ signal: AbortSignal.timeout(60) }),
    'the time is over': () => ({ remaining: () => 1_500 + 60 }),
  }

  /** Its `unread` is charged once; `prompt` and `worst` are the bounds. */
  const prompt = (call: ChatCall): Usage => ({ ...worstUsage(call), output: unread })

  it.each([
    ['refused with 429', 'throttle'],
    ['refused with 503', 'error:503:ServiceUnavailableException'],
    ['refused by something before Bedrock', 'html'],
  ])('%s, nothing is charged', async (_, fault) => {
    for (const request of [whole, long]) {
      simulator.fault(fault)
      expect(await charged(called(novaId, request))).toMatchObject({ usage: noUsage, bills: [] })
    }
  })

  it('an exception before anything was written is a refusal', async () => {
    simulator.fault('exception:throttlingException:0')
    expect(await charged(called(novaId, long))).toMatchObject({ usage: noUsage, bills: [] })
  })

  it('what never reached Bedrock is charged nothing', async () => {
    const nowhere = { region: 'us-west-2' }
    expect((await charged(called(novaId, long), nowhere)).usage).toEqual(noUsage)
  })

  it.each(Object.entries(ends))(
    'before the first event, %s: a whole answer is written to its end',
    async (_, when) => {
      simulator.fault('slow-first-byte:300')
      const call = called(novaId, whole, when())
      const { usage, billed } = await charged(call)
      expect(usage).toEqual(worstUsage(call))
      expect(billed.output).toBeGreaterThan(50)
      expectAtLeast(usage, billed)
    },
  )

  it.each(Object.entries(ends))(
    'before the first event, %s: of a stream the prompt is charged',
    async (_, when) => {
      simulator.fault('slow-first-byte:300')
      const call = called(novaId, long, when())
      const { usage, billed } = await charged(call)
      expect(usage).toEqual(prompt(call))
      expectAtLeast(usage, billed)
    },
  )

  it.each([
    ['is empty', 'empty'],
    ['ends early', 'end:20'],
    ['is cut off', 'cut:20'],
    ['is cut off before its first byte', 'cut:0'],
  ])('an answer that %s keeps its worst case', async (_, fault) => {
    simulator.fault(fault)
    const call = called(novaId, whole)
    const { usage, billed } = await charged(call)
    expect(usage).toEqual(worstUsage(call))
    expectAtLeast(usage, billed)
  })

  it.each([
    ['the caller leaves', { leaveAfter: 12 }, 'slow-stream:4'],
    ['the connection is cut', {}, 'cut:3000'],
    ['the connection ends', {}, 'end:3000'],
    ['Bedrock breaks off', {}, 'exception:modelStreamErrorException:9'],
    ['a frame is broken', {}, 'bad-crc:9'],
  ])('in the middle of a stream %s: no less than was billed', async (_, how, fault) => {
    for (const id of [novaId, haikuId, 'meta.llama3-3-70b-instruct-v1:0']) {
      simulator.clearFaults()
      simulator.fault(fault)
      const call = called(id, long)
      const { usage, billed, bills } = await charged(call, how)
      expect(bills).toHaveLength(1)
      expectAtLeast(usage, billed)
      expect(usage.output).toBeGreaterThan(unread)
      expect(usage.output).toBeLessThan(call.request.maxTokens)
    }
  })

  it('the prompt of Claude and Llama is charged as told, however early a stream is left', async () => {
    simulator.fault('slow-stream:4')
    for (const id of [haikuId, 'meta.llama3-3-70b-instruct-v1:0']) {
      const { usage, billed, bills } = await charged(called(id, long), { leaveAfter: 3 })
      expect(promptOf(usage)).toBe(promptOf(billed))
      expect(bills[0]?.aborted).toBe(true)
    }
  })

  it('a whole answer told as a stream is charged as billed, wherever it is left', async () => {
    const llama4 = 'meta.llama4-scout-17b-instruct-v1:0'
    const { usage, billed } = await charged(called(llama4, long), { leaveAfter: 2 })
    expect(usage).toEqual(billed)
  })

  it('of a batch of embeddings that fails, the answered and the begun are charged', async () => {
    simulator.fault('slow-first-byte:5', { times: 5 })
    simulator.fault('throttle', { times: 1 })
    const model = anyModelById.get('amazon.titan-embed-text-v2:0')
    if (model?.task !== 'embed') throw new Error('the catalogue lost Titan')
    const call = embedCall(
      Array.from({ length: 200 }, (_, index) => `text number ${index}`),
      model,
    )
    const { usage, billed, bills } = await charged(call)
    expect(bills.length).toBeGreaterThan(0)
    expect(bills.length).toBeLessThan(20)
    expectAtLeast(usage, billed)
    expect(usage.input).toBeLessThan(worstUsage(call).input / 4)
  })

  it('a count of tokens is charged nothing', async () => {
    const call = { ...called(haikuId, whole), task: 'count' } as const
    expect((await charged(call)).usage).toEqual(noUsage)
  })

  it('a bill says when, and whether its answer was heard to its end', async () => {
    const { bills } = await charged(called(novaId, long))
    expect(bills).toMatchObject([{ aborted: false, model: novaId }])
    expect(Math.abs((bills[0]?.at ?? 0) - Date.now())).toBeLessThan(5_000)
  })
})
