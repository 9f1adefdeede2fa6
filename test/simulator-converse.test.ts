/** Converse by the AWS SDK: what it reads, how it answers, in which order its stream tells it. */
import {
  type BedrockRuntimeClient,
  CountTokensCommand,
  type CountTokensInput,
} from '@aws-sdk/client-bedrock-runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { assistant, user } from './simulator-claude-refusals.ts'
import {
  converseStream,
  converseWhole,
  type HandlerName,
  handlers,
  post,
  sdkClient,
} from './simulator-client.ts'
import { chatModel } from './simulator-models.ts'

const sonnet = 'anthropic.claude-simulated-4'
const opus = 'anthropic.claude-simulated-5'
const nova = 'amazon.nova-simulated'
const oss = 'openai.gpt-oss-simulated'

const models = [
  chatModel(sonnet, 'claude-messages', { thinking: 'budget', oneSampler: true }),
  chatModel(opus, 'claude-messages', { thinking: 'adaptive', prefill: false }),
  chatModel(nova, 'nova2', { thinking: 'effort' }),
  chatModel(oss, 'gpt-oss', { thinking: 'effort', cachePoints: false }),
]

let simulator: Simulator
let client: BedrockRuntimeClient
beforeAll(async () => {
  simulator = await startSimulator({ region: 'us-east-1', models })
  client = sdkClient(simulator.url)
})
afterAll(async () => {
  client.destroy()
  await simulator.close()
})

const bytes = new TextEncoder().encode('hi')
const text = (words: string) => ({ text: words })
const inputSchema = {
  json: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}
const tools = ['get_weather', 'get_time'].map((name) => ({ toolSpec: { name, inputSchema } }))
const call = { toolUse: { toolUseId: 'a1', name: 'get_weather', input: {} } }
const result = (words: string, status?: 'error') => ({
  toolResult: { toolUseId: 'a1', content: [text(words)], ...(status && { status }) },
})
const image = { image: { format: 'png', source: { bytes } } }
const document = { document: { format: 'pdf', name: 'A report', source: { bytes } } }
const thought = { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } }
const asks = (words: string, more: object = {}) => ({ messages: [user(text(words))], ...more })

describe.each(Object.keys(handlers) as HandlerName[])('over %s', (handler) => {
  let own: BedrockRuntimeClient
  beforeAll(() => {
    own = sdkClient(simulator.url, 'us-east-1', handler)
  })
  afterAll(() => own.destroy())

  it('all that is sent is read', async () => {
    const { output, stopReason, metrics, serviceTier } = await converseWhole(own, sonnet, {
      system: [text('Be brief'), { cachePoint: { type: 'default', ttl: '1h' } }],
      messages: [
        user(text('First'), image),
        assistant(thought, call),
        user(result('boom', 'error'), text(' Second'), document),
      ],
      toolConfig: { tools },
      inferenceConfig: { maxTokens: 2_000, temperature: 0.5, stopSequences: ['xyz'] },
      additionalModelRequestFields: { top_k: 20 },
      requestMetadata: { team: 'demo' },
      serviceTier: { type: 'flex' },
    })
    expect(output?.message?.content).toEqual([
      text(
        `[simulated ${sonnet}] You asked: "(error: boom) Second". System: "Be brief". Turns before: 2. ` +
          'Given: tools: get_weather, get_time. temperature=0.5 topK=20 max=2000 stop=1 ' +
          'Received: image/png image of 2 bytes; signed thinking; tool get_weather failed: boom; ' +
          'application/pdf document "A report" of 2 bytes.',
      ),
    ])
    expect([stopReason, metrics?.latencyMs, serviceTier]).toEqual([
      'end_turn',
      expect.any(Number),
      { type: 'flex' },
    ])
  })

  it('a stream opens tool calls only, and ends with its metadata', async () => {
    const events = await converseStream(own, sonnet, {
      ...asks('[[simulate:tool-calls:2]]', { toolConfig: { tools } }),
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
      inferenceConfig: { maxTokens: 2_000 },
    })
    const names = events.map((event) => Object.keys(event).join())
    expect(names.filter((name, at) => name !== names[at - 1])).toEqual([
      'messageStart',
      'contentBlockDelta',
      'contentBlockStop',
      'contentBlockDelta',
      'contentBlockStop',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'contentBlockStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ])
    expect(events[1]?.contentBlockDelta).toMatchObject({
      contentBlockIndex: 0,
      delta: { reasoningContent: { text: expect.any(String) } },
    })
    const starts = events.flatMap(({ contentBlockStart }) => contentBlockStart ?? [])
    expect(starts.map(({ start, contentBlockIndex }) => [contentBlockIndex, start])).toEqual(
      ['get_weather', 'get_time'].map((name, index) => [
        index + 2,
        { toolUse: { toolUseId: expect.stringMatching(/^tooluse_/), name } },
      ]),
    )
    const input = events.map(({ contentBlockDelta: delta }) =>
      delta?.contentBlockIndex === 3 ? (delta.delta?.toolUse?.input ?? '') : '',
    )
    expect(JSON.parse(input.join(''))).toEqual({ city: 'simulated' })
    expect(events.at(-2)).toEqual({ messageStop: { stopReason: 'tool_use' } })
  })

  it('tokens are counted as they will be billed', async () => {
    const converse = asks('How long is this?', {
      system: [text('Be brief')],
      toolConfig: { tools },
    })
    const count = (input: object) =>
      own.send(new CountTokensCommand({ modelId: sonnet, input: input as CountTokensInput }))
    const { inputTokens } = await count({ converse })
    const { usage } = await converseWhole(own, sonnet, converse)
    expect(inputTokens).toBe(usage?.inputTokens)
    const native = {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 9,
      messages: [user({ type: 'text', text: 'How long is this?' })],
    }
    const body = new TextEncoder().encode(JSON.stringify(native))
    const billed = simulator.billed.length
    const counted = await count({ invokeModel: { body } })
    expect(simulator.billed).toHaveLength(billed)
    await post(simulator.url, sonnet, native)
    expect(simulator.billed.at(-1)?.input).toBe(counted.inputTokens)
  })
})

const content = async (model: string, body: object) =>
  (await converseWhole(client, model, body)).output?.message?.content ?? []

it('a forced tool is called, and nothing said', async () => {
  const named = { tools, toolChoice: { tool: { name: 'get_time' } } }
  expect(await content(nova, asks('Hello', { toolConfig: named }))).toEqual([
    { toolUse: { toolUseId: expect.any(String), name: 'get_time', input: { city: 'simulated' } } },
  ])
  const any = { tools, toolChoice: { any: {} } }
  expect(await content(nova, asks('Hello', { toolConfig: any }))).toMatchObject([
    { toolUse: { name: 'get_weather' } },
  ])
})

it('Claude signs what it thinks, Nova and gpt-oss do not', async () => {
  const thinking = { type: 'adaptive', display: 'omitted' }
  const hidden = asks('Hello', { additionalModelRequestFields: { thinking } })
  expect(await content(opus, hidden)).toMatchObject([
    { reasoningContent: { reasoningText: { text: '', signature: expect.any(String) } } },
    { text: expect.any(String) },
  ])
  const reasoningConfig = { type: 'enabled', maxReasoningEffort: 'low' }
  const wish = { additionalModelRequestFields: { reasoningConfig } }
  const unsigned = { reasoningContent: { reasoningText: { text: expect.any(String) } } }
  expect((await content(nova, asks('Hello', wish)))[0]).toEqual(unsigned)
  expect((await content(oss, asks('Hello')))[0]).toEqual(unsigned)
  const [redacted] = await content(sonnet, asks('[[simulate:redacted]]'))
  expect(redacted?.reasoningContent?.redactedContent).toBeInstanceOf(Uint8Array)
})

it('redacted thoughts and silent ones are told in the stream', async () => {
  const redacted = await converseStream(client, sonnet, asks('[[simulate:redacted]]'))
  const thoughts = redacted.map((event) => event.contentBlockDelta?.delta?.reasoningContent)
  expect(thoughts.find((each) => each?.redactedContent)).toBeDefined()
  const thinking = { type: 'adaptive', display: 'omitted' }
  const wish = { additionalModelRequestFields: { thinking } }
  const [, first] = await converseStream(client, opus, asks('Hello', wish))
  expect(first?.contentBlockDelta?.delta?.reasoningContent).toEqual({
    signature: expect.any(String),
  })
})

it('a schema is kept to', async () => {
  const schema = JSON.stringify({ type: 'object', properties: { yes: { type: 'boolean' } } })
  const textFormat = { type: 'json_schema', structure: { jsonSchema: { schema, name: 'answer' } } }
  const body = asks('Hello', { outputConfig: { textFormat } })
  expect(await content(nova, body)).toEqual([text('{"yes":true}')])
})

const endings: readonly (readonly [model: string, body: object, stopReason: string])[] = [
  [nova, asks('Hello', { inferenceConfig: { maxTokens: 2 } }), 'max_tokens'],
  [nova, asks('Hello', { inferenceConfig: { stopSequences: ['asked'] } }), 'stop_sequence'],
  [sonnet, asks('[[simulate:refusal]]'), 'content_filtered'],
  [nova, asks('[[simulate:filtered]]'), 'content_filtered'],
  [sonnet, asks('[[simulate:context-window]]'), 'model_context_window_exceeded'],
]

it.each(endings)('%s answers %j and stops with %s', async (model, body, stopReason) => {
  expect((await converseWhole(client, model, body)).stopReason).toBe(stopReason)
  const events = await converseStream(client, model, body)
  expect(events.at(-2)?.messageStop?.stopReason).toBe(stopReason)
})

it('which sequence stopped Claude can be asked for', async () => {
  const body = asks('Hello', {
    inferenceConfig: { stopSequences: ['asked'] },
    additionalModelResponseFieldPaths: ['/stop_sequence', '/nothing'],
  })
  const fields = { stop_sequence: 'asked' }
  const whole = await converseWhole(client, sonnet, body)
  expect(whole.additionalModelResponseFields).toEqual(fields)
  const events = await converseStream(client, sonnet, body)
  expect(events.at(-2)?.messageStop?.additionalModelResponseFields).toEqual(fields)
})

it('what was remembered is read, with its writes apart by how long they last', async () => {
  const long = text('long '.repeat(2_000))
  const point = (ttl: string) => ({ cachePoint: { type: 'default', ttl } })
  const body = asks('Hello', { system: [long, point('1h'), long, point('5m')] })
  const first = (await converseWhole(client, sonnet, body)).usage
  expect(first).toMatchObject({
    inputTokens: 2,
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 5_000,
    cacheDetails: [
      { ttl: '1h', inputTokens: 2_500 },
      { ttl: '5m', inputTokens: 2_500 },
    ],
    totalTokens: 5_002 + (first?.outputTokens ?? 0),
  })
  const again = (await converseWhole(client, sonnet, body)).usage
  expect(again).toMatchObject({ inputTokens: 2, cacheReadInputTokens: 5_000 })
  expect(again?.cacheDetails).toBeUndefined()
})

it('an exception in a stream is thrown from it', async () => {
  simulator.fault('exception:throttlingException:3', { times: 1 })
  const failure = await converseStream(client, nova, asks('Hello')).catch((error) => error)
  expect(failure).toMatchObject({ name: 'ThrottlingException' })
})

it('frames carry the event itself, padded', async () => {
  const answer = await post(simulator.url, nova, asks('Hello'), {}, 'converse-stream')
  expect(answer.headers.get('content-type')).toBe('application/vnd.amazon.eventstream')
  const frames = Buffer.from(await answer.arrayBuffer()).toString('latin1')
  expect(frames).toMatch(/:event-type.*messageStart.*\{"role":"assistant","p":"[a-zA-Z0-9]+"\}/s)
})

it.each([
  [nova, { invokeModel: { body: new TextEncoder().encode('{}') } }],
  [`us.${sonnet}`, { converse: asks('Hello') }],
])('tokens are not counted for %s', async (modelId, input) => {
  const failure = client.send(new CountTokensCommand({ modelId, input: input as CountTokensInput }))
  await expect(failure).rejects.toMatchObject({
    name: 'ValidationException',
    message: "The provided model doesn't support counting tokens.",
  })
})
