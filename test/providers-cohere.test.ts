/** Cohere's API v2 as a provider: what is sent, what is told, and how it fails. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cohereEmbedV2 } from '../lambda/bodies/cohere-embed-v2.ts'
import type { ErrorCode } from '../lambda/core/errors.ts'
import type { EmbeddingModel, Model } from '../lambda/core/model.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import type { OutsideTargetConfig } from '../lambda/core/routes-config.ts'
import { outsideModel } from '../lambda/models/outside.ts'
import { cohere } from '../lambda/providers/cohere.ts'
import { startCohere } from '../local/vendors/cohere.ts'
import { cohereModels } from '../local/vendors/cohere-models.ts'
import type { VendorFault, VendorServer } from '../local/vendors/vendor-server.ts'
import { asking, askVendor, embedAtVendor, keyKept, lastRequest } from './support/vendor-calls.ts'

const key = 'co-the-key-of-nobody'
const secret = keyKept(key)

let vendor: VendorServer
beforeAll(async () => {
  vendor = await startCohere({ key, models: Object.keys(cohereModels) })
})
afterAll(() => vendor.close())

const config = () => ({ type: 'cohere', url: vendor.url, key: secret }) as const
const modelNamed = (model: string, facts: Partial<OutsideTargetConfig> = {}) =>
  outsideModel({ provider: 'vendor', model, ...facts }, { type: 'cohere', key: secret }) as Model
const command = modelNamed('command-a-03-2025')
const thinker = modelNamed('command-a-reasoning-08-2025')
const seer = modelNamed('command-a-vision-07-2025')

const at = (model = command) => ({ provider: cohere, server: config(), model })
const ask = (request: ChatRequest, model = command) => askVendor(at(model), request)

const weather = {
  name: 'get_weather',
  description: 'The weather of a place.',
  input: {
    type: 'object',
    properties: { place: { type: 'string' } },
    required: ['place'],
  },
} as const

const textIn = (blocks: readonly { type: string; text?: string }[]): string =>
  blocks.flatMap(({ type, text }) => (type === 'text' ? [text] : [])).join('')

describe('what is known of a model', () => {
  const chats = Object.entries(cohereModels).flatMap(([name, model]) =>
    model.task === 'chat' ? [[name, model] as const] : [],
  )

  it.each(chats)('%s is within what Cohere documents', (name, { thinks, sees, ...limits }) => {
    const { accepts, limits: known } = modelNamed(name)
    expect(accepts).toMatchObject({ thinking: thinks ? 'budget' : 'no', images: sees ?? false })
    expect(known).toEqual({ context: limits.context, output: limits.output })
  })

  it('gives way to what the operator says', () => {
    const limits = { context: 9_000, output: 900 }
    const model = modelNamed('command-a-reasoning-08-2025', { limits, accepts: { thinking: 'no' } })
    expect(model).toMatchObject({ limits, accepts: { thinking: 'no' } })
  })
})

describe.each([false, true])('what is asked of Cohere, streamed: %s', (stream) => {
  it('goes to its address, with the key as a bearer’s, and the model’s own name', async () => {
    const sampling = { temperature: 0, topP: 0.5, topK: 3, seed: 7, stop: ['never said'] }
    const { reply, notices } = await ask(asking('Hello', { stream, sampling }))
    expect(textIn((await reply()).content)).toContain('You asked: "Hello".')
    expect(notices).toEqual([])
    const { method, path, headers, body } = lastRequest(vendor)
    expect(`${method} ${path}`).toBe('POST /v2/chat')
    expect(headers).toMatchObject({
      host: new URL(vendor.url).host,
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: stream ? 'text/event-stream' : 'application/json',
    })
    expect(body).toEqual({
      model: 'command-a-03-2025',
      stream,
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 2_048,
      temperature: 0,
      p: 0.5,
      k: 3,
      seed: 7,
      stop_sequences: ['never said'],
    })
  })

  it('is billed for what Cohere bills, not for its own words around it', async () => {
    const { usage } = await (await ask(asking('x'.repeat(400), { stream }))).reply()
    expect(usage).toMatchObject({ input: 100, cacheRead: 0 })
    expect(usage.output).toBeGreaterThan(10)
    expect(usage).not.toHaveProperty('guessed')
  })

  it('calls tools, and goes on from their results', async () => {
    const question = asking('[[simulate:tool-calls:2]] Weather?', { stream, tools: [weather] })
    const called = await (await ask(question)).reply()
    expect(called.stop).toEqual({ reason: 'tool-calls' })
    expect(called.content.map(({ type }) => type)).toEqual(['text', 'tool-call', 'tool-call'])
    const calls = called.content.filter((block) => block.type === 'tool-call')
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2)
    expect(calls[0]).toMatchObject({ name: 'get_weather', input: { place: expect.any(String) } })
    const messages = [
      ...question.messages,
      { role: 'assistant', content: called.content },
      {
        role: 'user',
        content: calls.map(({ id }, index) => ({
          type: 'tool-result',
          callId: id,
          content: index === 0 ? [{ type: 'text', text: '18 C' }] : [],
          failed: false,
        })),
      },
    ] as ChatRequest['messages']
    const answer = await (await ask({ ...question, messages })).reply()
    expect(textIn(answer.content)).toContain('tool get_weather said: 18 C')
  })

  it('calls the tool that is named, and no other', async () => {
    const clock = { name: 'clock', input: { type: 'object' } } as const
    const toolChoice = { type: 'tool', name: 'clock' } as const
    const request = asking('Hello', { stream, tools: [weather, clock], toolChoice })
    const { content } = await (await ask(request)).reply()
    expect(content).toEqual([expect.objectContaining({ name: 'clock', input: {} })])
  })

  it('thinks within its budget, and takes its thought back', async () => {
    const thinking = { type: 'budget', tokens: 500 } as const
    const question = asking('Why?', { stream, thinking })
    const { content } = await (await ask(question, thinker)).reply()
    expect(content.map(({ type }) => type)).toEqual(['thinking', 'text'])
    const messages = [
      ...question.messages,
      { role: 'assistant', content },
      { role: 'user', content: [{ type: 'text', text: 'And?' }] },
    ] as ChatRequest['messages']
    const answer = await (await ask({ ...question, messages }, thinker)).reply()
    expect(textIn(answer.content)).toContain('budget=500')
    expect(textIn(answer.content)).toContain('Received: unsigned thinking')
    const silent = await (await ask({ ...question, thinking: { type: 'off' } }, thinker)).reply()
    expect(silent.content.map(({ type }) => type)).toEqual(['text'])
  })

  it('sees images', async () => {
    const data = Buffer.from('not quite a picture').toString('base64')
    const image = { type: 'image', mediaType: 'image/png', data } as const
    const messages: ChatRequest['messages'] = [{ role: 'user', content: [image] }]
    const { content } = await (await ask(asking('', { stream, messages }), seer)).reply()
    expect(textIn(content)).toContain('image/png image of 19 bytes')
  })

  it.each([
    ['by the model itself', weather.input, [], 'response_format'],
    ['by a tool, where it would not take the schema', { ...weather.input, not: {} }, [], 'tools'],
    ['by a tool, beside others', weather.input, [{ ...weather, name: 'other' }], 'tool_choice'],
  ])('is held to a JSON schema %s', async (_, schema, tools, field) => {
    const output = { type: 'json-schema', name: 'weather', schema } as const
    const toolChoice = { type: 'none' } as const
    const request = asking('Where?', { stream, output, tools, toolChoice })
    const { content, stop } = await (await ask(request)).reply()
    expect(lastRequest(vendor).body).toHaveProperty(field)
    expect(JSON.parse(textIn(content))).toEqual({ place: expect.any(String) })
    expect(stop).toEqual({ reason: 'end' })
  })

  it('ends at the bound, and at a stop sequence', async () => {
    const bounded = await (await ask(asking('Hello', { stream, maxTokens: 3 }))).reply()
    expect(bounded.stop).toEqual({ reason: 'length' })
    const stopped = await (
      await ask(asking('Hello', { stream, sampling: { stop: ['asked'] } }))
    ).reply()
    expect(stopped.stop).toEqual({ reason: 'sequence' })
  })
})

describe('embeddings', () => {
  const limits = { context: 512, batch: 3 }
  const embedder = (id: string, dimensions: readonly number[]) =>
    ({ ...command, task: 'embed', id, limits, dimensions, body: cohereEmbedV2 }) as EmbeddingModel
  const v4 = embedder('embed-v4.0', [1536, 1024, 512, 256])
  const inputs = ['one', 'two', 'three', 'four', 'five', 'six', 'seven']

  it('are asked for in batches, and come in order', async () => {
    const before = vendor.requests.length
    const embedding = { provider: cohere, server: config(), model: v4 }
    const { reply } = await embedAtVendor(embedding, { inputs, dimensions: 256, use: 'query' })
    const { content, usage } = await reply()
    expect(vendor.requests.length - before).toBe(3)
    expect(lastRequest(vendor)).toMatchObject({
      path: '/v2/embed',
      headers: { authorization: `Bearer ${key}` },
      body: { model: 'embed-v4.0', input_type: 'search_query', output_dimension: 256 },
    })
    const alone = await (
      await embedAtVendor(embedding, { inputs: ['six'], dimensions: 256 })
    ).reply()
    expect(content).toHaveLength(7)
    expect(content[5]).toEqual(alone.content[0])
    expect(usage).toMatchObject({ input: 9, output: 0 })
  })

  it('of an older model have their one length', async () => {
    const model = embedder('embed-english-v3.0', [1024])
    const embedding = { provider: cohere, server: config(), model }
    const { reply } = await embedAtVendor(embedding, { inputs: ['a'], dimensions: 1024 })
    const [first] = (await reply()).content
    expect(first).toMatchObject({ type: 'embedding' })
    expect(lastRequest(vendor).body).not.toHaveProperty('output_dimension')
  })

  it('fail with what the batches that came are billed', async () => {
    vendor.fault({ type: 'slow' })
    vendor.fault({ type: 'slow' })
    vendor.fault({ type: 'refuse', status: 429, message: 'slow down' })
    const { error } = await embedAtVendor(
      { provider: cohere, server: config(), model: v4 },
      { inputs },
    )
    vendor.clearFaults()
    const input = expect.toSatisfy((tokens: number) => tokens > 0)
    expect(error).toMatchObject({ code: 'upstream_throttled', billed: { input, output: 0 } })
  })
})

type Refusal = readonly [status: number, message: string, code: ErrorCode]

/** Cohere, "Errors". */
const refusals: readonly Refusal[] = [
  [400, 'invalid request: temperature must be between 0 and 1.0 inclusive.', 'invalid_body'],
  [
    400,
    'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292.',
    'context_length_exceeded',
  ],
  [401, 'invalid api token', 'access_denied'],
  [402, 'Please add or update your payment method at the dashboard.', 'access_denied'],
  [403, 'forbidden', 'access_denied'],
  [404, "model 'xyz' not found", 'model_not_found'],
  [422, 'unprocessable', 'invalid_body'],
  [498, 'invalid token: the request has a token that is not allowed', 'invalid_body'],
  [
    429,
    'You are using a Trial key, which is limited to 40 API calls / minute.',
    'upstream_throttled',
  ],
  [500, 'internal server error, this has been reported', 'upstream_unavailable'],
  [503, 'service unavailable', 'upstream_unavailable'],
  [504, 'gateway timeout', 'upstream_timeout'],
]

describe.each([false, true])('a refusal by Cohere, streamed: %s', (stream) => {
  it.each(refusals)('%i %s is %s', async (status, words, code) => {
    const message = `${words} (${key} at ${vendor.url})`
    vendor.fault({ type: 'refuse', status, message, headers: { 'retry-after': '3' } })
    const { error, events } = await ask(asking('Hello', { stream }))
    expect(events).toEqual([])
    expect(error).toMatchObject({ code, billed: undefined, cause: { name: `HTTP${status}` } })
    const waits = code === 'upstream_throttled' || code === 'upstream_unavailable'
    expect(error?.retryAfter).toBe(waits ? 3 : undefined)
    expect(error?.message).not.toContain(key)
    expect(error?.message).not.toContain('127.0.0.1')
  })
})

describe('an answer that breaks', () => {
  const broken = async (fault: VendorFault, stream = true) => {
    vendor.fault(fault)
    const { error, events } = await ask(asking('Hello', { stream }))
    const last = events.at(-1)
    return { events, error: error ?? (last?.type === 'reply-error' ? last.error : undefined) }
  }

  it('with an error before anything was said rejects', async () => {
    const { events, error } = await broken({ type: 'error-event', events: 0 })
    expect(events.filter(({ type }) => type === 'block-delta')).toEqual([])
    expect(error).toMatchObject({ code: 'upstream_error', cause: { name: 'ERROR' } })
  })

  it.each([
    ['an error event', { type: 'error-event', events: 5 }, 'upstream_error'],
    ['no message-end', { type: 'end', events: 5 }, 'upstream_error'],
    ['a connection that is cut', { type: 'cut', bytes: 900 }, 'upstream_unavailable'],
  ] as const)('with %s after content is told in the stream', async (_, fault, code) => {
    const { error, events } = await broken(fault)
    expect(events.map(({ type }) => type)).toContain('block-delta')
    expect(events.at(-1)?.type).toBe('reply-error')
    expect(error).toMatchObject({ code })
  })

  it('without the last mark of its stream is whole all the same', async () => {
    vendor.fault({ type: 'cut', bytes: 1_000_000 })
    const { reply } = await ask(asking('Hello', { stream: true }))
    expect((await reply()).stop).toEqual({ reason: 'end' })
  })

  it.each([false, true])('that never comes may be billed, streamed: %s', async (stream) => {
    vendor.fault({ type: 'hang' })
    const patience = { firstByteMs: 40 }
    const { error } = await askVendor({ ...at(), patience }, asking('Hello', { stream }))
    expect(error).toMatchObject({ code: 'upstream_timeout', billed: 'unknown' })
  })

  it('whole and cut in two is of no use, and may be billed', async () => {
    const { error } = await broken({ type: 'cut', bytes: 40 }, false)
    expect(error).toMatchObject({ billed: 'unknown', retryable: true })
  })

  it('to a count of tokens is not to be had', async () => {
    const { error } = await askVendor({ ...at(), task: 'count' }, asking('Hello'))
    expect(error).toMatchObject({ code: 'unsupported_parameter', param: 'model' })
  })
})

describe('what Cohere would refuse', () => {
  const hello = { role: 'user', content: 'Hello' }
  const least = { model: 'command-a-03-2025', messages: [hello] }
  const authorization = `Bearer ${key}`
  const tools = [{ type: 'function', function: { name: 'clock' } }]
  const call = { id: 'c', type: 'function', function: { name: 'clock', arguments: '{}' } }
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }

  it.each([
    ['no key', 401, 'no api key supplied', {}, least],
    ['a wrong key', 401, 'invalid api token', { authorization: 'Bearer x' }, least],
    ['no model', 400, 'a model parameter is required', { authorization }, { messages: [hello] }],
    ['an unknown model', 404, "model 'x' not found", { authorization }, { ...least, model: 'x' }],
    ['an unknown field', 400, 'unknown field', { authorization }, { ...least, top_p: 1 }],
    ['a wrong type', 400, 'invalid type', { authorization }, { ...least, max_tokens: '1' }],
    ['p of 1', 400, 'between 0.01 and 0.99', { authorization }, { ...least, p: 1 }],
    [
      'a choice without tools',
      400,
      'tool_choice requires tools',
      { authorization },
      { ...least, tool_choice: 'REQUIRED' },
    ],
    [
      'a tool that is named',
      400,
      'must be one of REQUIRED, NONE',
      { authorization },
      { ...least, tools, tool_choice: 'clock' },
    ],
    [
      'a format beside tools',
      400,
      'not supported with tools',
      { authorization },
      { ...least, tools, response_format: { type: 'json_object' } },
    ],
    [
      'a result without a call',
      400,
      'not found in previous turn',
      { authorization },
      { ...least, messages: [hello, { role: 'tool', tool_call_id: 'c', content: 'x' }] },
    ],
    [
      'a call without a result',
      400,
      'no tool results for c',
      { authorization },
      { ...least, messages: [hello, { role: 'assistant', tool_calls: [call] }, hello] },
    ],
    [
      'an image for a model that sees none',
      400,
      'must be one of text',
      { authorization },
      { ...least, messages: [{ role: 'user', content: [image] }] },
    ],
    [
      'a thought of a model that has none',
      400,
      'unknown field',
      { authorization },
      { ...least, thinking: { type: 'enabled' } },
    ],
    [
      'too long an answer',
      400,
      'too many tokens',
      { authorization },
      { ...least, max_tokens: 9_000 },
    ],
  ])('%s', async (_, status, words, headers: Readonly<Record<string, string>>, body) => {
    const answer = await fetch(`${vendor.url}/v2/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({
      id: expect.any(String),
      message: expect.stringContaining(words),
    })
  })
})
