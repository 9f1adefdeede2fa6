/** Anthropic's own API as a provider: what is sent, what is told, and how it fails. */
import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ErrorCode } from '../lambda/core/errors.ts'
import type { Model } from '../lambda/core/model.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { outsideModel } from '../lambda/models/outside.ts'
import { anthropic } from '../lambda/providers/anthropic.ts'
import { startAnthropic } from '../local/vendors/anthropic.ts'
import type { VendorFault, VendorServer } from '../local/vendors/vendor-server.ts'
import { asking, askVendor, keyKept, lastRequest } from './support/vendor-calls.ts'

const key = 'sk-ant-api03-the-key-of-nobody'
const secret = keyKept(key)
const names = ['claude-haiku-4-5', 'claude-opus-5']

let vendor: VendorServer
beforeAll(async () => {
  vendor = await startAnthropic({ key, models: names })
})
afterAll(() => vendor.close())

const config = () => ({ type: 'anthropic', url: vendor.url, key: secret }) as const
const modelNamed = (model: string) =>
  outsideModel({ provider: 'vendor', model }, { type: 'anthropic', key: secret }) as Model
const haiku = modelNamed('claude-haiku-4-5')
const opus = modelNamed('claude-opus-5')

const at = (model = haiku) => ({ provider: anthropic, server: config(), model })
const ask = (request: ChatRequest, model = haiku) => askVendor(at(model), request)

const weather = {
  name: 'get_weather',
  description: 'The weather of a place.',
  input: {
    type: 'object',
    properties: { place: { type: 'string' } },
    required: ['place'],
    additionalProperties: false,
  },
} as const

const textIn = (blocks: readonly { type: string; text?: string }[]): string =>
  blocks.flatMap(({ type, text }) => (type === 'text' ? [text] : [])).join('')

describe.each([false, true])('what is asked of Anthropic, streamed: %s', (stream) => {
  it('goes to its address, with key and version in headers, and the model’s own name', async () => {
    const { reply, notices } = await ask(asking('Hello', { stream, sampling: { temperature: 0 } }))
    expect(textIn((await reply()).content)).toContain('You asked: "Hello".')
    expect(notices).toEqual([])
    const { method, path, headers, body } = lastRequest(vendor)
    expect(`${method} ${path}`).toBe('POST /v1/messages')
    expect(headers).toMatchObject({
      host: new URL(vendor.url).host,
      'x-api-key': key,
      'anthropic-version': '2023-06-01',
      'content-type': 'application/json',
      accept: stream ? 'text/event-stream' : 'application/json',
    })
    expect(headers).not.toHaveProperty('authorization')
    expect(headers).not.toHaveProperty('anthropic-beta')
    expect(body).toEqual({
      model: 'claude-haiku-4-5',
      max_tokens: 2_048,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      temperature: 0,
      ...(stream && { stream: true }),
    })
  })

  it('has its betas in a header, and its tier in the body', async () => {
    const betas = ['interleaved-thinking-2025-05-14', 'context-management-2025-06-27', 'no-such']
    const { reply, notices } = await ask(asking('Hello', { stream, betas, serviceTier: 'default' }))
    await reply()
    const { headers, body } = lastRequest(vendor)
    expect(headers['anthropic-beta']).toBe(betas.slice(0, 2).join(','))
    expect(body).toMatchObject({ service_tier: 'standard_only' })
    expect(body).not.toHaveProperty('anthropic_beta')
    expect(notices).toEqual([expect.stringContaining('no-such left out')])
  })

  it('is billed for what Anthropic counted, its cache told apart', async () => {
    const cache = { ttl: '5m' } as const
    const long = { type: 'text', text: `streamed ${stream} `.repeat(600), cache } as const
    const messages: ChatRequest['messages'] = [{ role: 'user', content: [long] }]
    const first = await (await ask(asking('', { stream, messages }))).reply()
    const second = await (await ask(asking('', { stream, messages }))).reply()
    expect(first.usage.cacheWrite5m).toBeGreaterThan(1_024)
    expect(first.usage).not.toHaveProperty('guessed')
    expect(second.usage).toMatchObject({ cacheRead: first.usage.cacheWrite5m, cacheWrite5m: 0 })
    expect(second.usage.output).toBeGreaterThan(10)
  })

  it('calls a tool, and goes on from its result', async () => {
    const question = asking('[[simulate:tool-calls:2]] Weather?', { stream, tools: [weather] })
    const called = await (await ask(question)).reply()
    expect(called.stop).toEqual({ reason: 'tool-calls' })
    const calls = called.content.filter((block) => block.type === 'tool-call')
    expect(calls.map(({ name, input }) => [name, input])).toEqual(
      Array(2).fill(['get_weather', { place: expect.any(String) }]),
    )
    const results = calls.map(({ id }, index) => ({
      type: 'tool-result' as const,
      callId: id,
      content: [{ type: 'text' as const, text: `${18 + index} C` }],
      failed: index === 1,
    }))
    const messages: ChatRequest['messages'] = [
      ...question.messages,
      { role: 'assistant', content: calls },
      { role: 'user', content: results },
    ]
    const answer = await (await ask({ ...question, messages })).reply()
    expect(textIn(answer.content)).toContain('tool get_weather said: 18 C')
    expect(textIn(answer.content)).toContain('tool get_weather failed: 19 C')
  })

  it('thinks, and takes its thought back with the signature', async () => {
    const thinking = { type: 'budget', tokens: 1_024 } as const
    const question = asking('Why?', { stream, thinking })
    const { content } = await (await ask(question)).reply()
    const [thought] = content
    expect(thought).toMatchObject({ type: 'thinking', signature: expect.stringMatching(/.{8}/) })
    const messages = [
      ...question.messages,
      { role: 'assistant', content },
      { role: 'user', content: [{ type: 'text', text: 'And?' }] },
    ] as ChatRequest['messages']
    const answer = await (await ask({ ...question, messages })).reply()
    expect(textIn(answer.content)).toContain('Received: signed thinking')
  })

  it('sees images and reads documents', async () => {
    const data = Buffer.from('not quite a picture').toString('base64')
    const content = [
      { type: 'image', mediaType: 'image/png', data },
      { type: 'document', mediaType: 'application/pdf', name: 'Bill', data },
    ] as const
    const messages: ChatRequest['messages'] = [{ role: 'user', content }]
    const { content: said } = await (await ask(asking('', { stream, messages }))).reply()
    expect(textIn(said)).toContain('image/png image of 19 bytes')
    expect(textIn(said)).toContain('application/pdf document "Bill" of 19 bytes')
  })

  it.each([
    ['by the model itself', haiku, 'output_config'],
    ['by a tool', opus, 'tool_choice'],
  ])('is held to a JSON schema %s', async (_, model, field) => {
    const output = { type: 'json-schema', name: 'weather', schema: weather.input } as const
    const { content, stop } = await (await ask(asking('Where?', { stream, output }), model)).reply()
    expect(JSON.parse(textIn(content))).toEqual({ place: expect.any(String) })
    expect(stop).toEqual({ reason: 'end' })
    expect(lastRequest(vendor).body).toHaveProperty(field)
  })

  it('ends at the bound, and at a stop sequence', async () => {
    const bounded = await (await ask(asking('Hello', { stream, maxTokens: 3 }))).reply()
    expect(bounded.stop).toEqual({ reason: 'length' })
    const sampling = { stop: ['asked'] }
    const stopped = await (await ask(asking('Hello', { stream, sampling }))).reply()
    expect(stopped.stop).toEqual({ reason: 'sequence', sequence: 'asked' })
  })
})

describe('a count of tokens', () => {
  it('is what an answer’s input would be, and no wish for an answer is sent', async () => {
    const request = asking('How long is this?', {
      tools: [weather],
      toolChoice: { type: 'any' },
      sampling: { temperature: 0.5, stop: ['x'] },
      betas: ['context-management-2025-06-27'],
    })
    const counted = await (await askVendor({ ...at(), task: 'count' }, request)).reply()
    const { path, body, headers } = lastRequest(vendor)
    expect(path).toBe('/v1/messages/count_tokens')
    expect(Object.keys(body as object).toSorted()).toEqual([
      'messages',
      'model',
      'tool_choice',
      'tools',
    ])
    expect(headers['anthropic-beta']).toBe('context-management-2025-06-27')
    const answered = await (await ask(request)).reply()
    expect(counted).toEqual({
      content: [],
      stop: { reason: 'end' },
      usage: { ...answered.usage, output: 0 },
    })
  })

  it('is free, also where it fails', async () => {
    vendor.fault({ type: 'html', status: 200 })
    const { error } = await askVendor({ ...at(), task: 'count' }, asking('Hello'))
    expect(error).toMatchObject({ code: 'upstream_error', billed: undefined })
  })
})

type Refusal = readonly [status: number, name: string, code: ErrorCode]

/** Anthropic, "Errors". */
const refusals: readonly Refusal[] = [
  [400, 'invalid_request_error', 'invalid_body'],
  [401, 'authentication_error', 'access_denied'],
  [402, 'billing_error', 'access_denied'],
  [403, 'permission_error', 'access_denied'],
  [404, 'not_found_error', 'model_not_found'],
  [413, 'request_too_large', 'request_too_large'],
  [429, 'rate_limit_error', 'upstream_throttled'],
  [500, 'api_error', 'upstream_unavailable'],
  [504, 'timeout_error', 'upstream_timeout'],
  [529, 'overloaded_error', 'upstream_unavailable'],
]

describe.each([false, true])('a refusal by Anthropic, streamed: %s', (stream) => {
  it.each(refusals)('%i %s is %s, and not billed', async (status, name, code) => {
    const message = `No: ${key} at ${vendor.url}/v1/messages`
    vendor.fault({ type: 'refuse', status, name, message, headers: { 'retry-after': '7' } })
    const { error, events } = await ask(asking('Hello', { stream }))
    expect(events).toEqual([])
    expect(error).toMatchObject({ code, billed: undefined, cause: { name } })
    const waits = code === 'upstream_throttled' || code === 'upstream_unavailable'
    expect(error?.retryAfter).toBe(waits ? 7 : undefined)
    expect(error?.message).not.toContain(key)
    expect(error?.message).not.toContain('127.0.0.1')
  })
})

describe('a stream that breaks', () => {
  const streamed = asking('Hello', { stream: true })
  const broken = async (fault: VendorFault, request = streamed) => {
    vendor.fault(fault)
    const { error, events } = await ask(request)
    const last = events.at(-1)
    return { events, error: error ?? (last?.type === 'reply-error' ? last.error : undefined) }
  }

  it.each([
    ['overloaded_error', 'upstream_unavailable'],
    ['rate_limit_error', 'upstream_throttled'],
    ['api_error', 'upstream_unavailable'],
  ])('%s before anything was said rejects as %s', async (name, code) => {
    const { error, events } = await broken({ type: 'error-event', events: 0, name })
    expect(events).toEqual([])
    expect(error).toMatchObject({ code, cause: { name }, billed: undefined })
  })

  it.each([
    ['an error event', { type: 'error-event', events: 6 }, 'upstream_unavailable'],
    ['no message_stop', { type: 'end', events: 6 }, 'upstream_error'],
    ['a connection that is cut', { type: 'cut', bytes: 1_000 }, 'upstream_unavailable'],
  ] as const)('%s after content is told in the stream', async (_, fault, code) => {
    const { error, events } = await broken(fault)
    expect(events.map(({ type }) => type)).toContain('block-delta')
    expect(events.at(-1)?.type).toBe('reply-error')
    expect(error).toMatchObject({ code })
  })

  it('silence in the middle is a time-out', async () => {
    vendor.fault({ type: 'hang-after', events: 6 })
    const patience = { idleMs: 40 }
    const { events } = await askVendor({ ...at(), patience }, streamed)
    expect(events.at(-1)).toMatchObject({ error: { code: 'upstream_timeout' } })
  })

  it.each([false, true])(
    'no answer at all is a time-out that may be billed: %s',
    async (stream) => {
      vendor.fault({ type: 'hang' })
      const patience = { firstByteMs: 40 }
      const { error } = await askVendor({ ...at(), patience }, asking('Hello', { stream }))
      expect(error).toMatchObject({ code: 'upstream_timeout', billed: 'unknown' })
    },
  )

  it.each([
    ['cut in two', { type: 'cut', bytes: 40 }],
    ['a page of HTML', { type: 'html', status: 200 }],
  ] as const)('a whole answer that is %s is of no use, and may be billed', async (_, fault) => {
    const { error } = await broken(fault, asking('Hello'))
    expect(error).toMatchObject({ billed: 'unknown', retryable: true })
  })
})

describe('what Anthropic would refuse', () => {
  const least = {
    model: 'claude-haiku-4-5',
    max_tokens: 16,
    messages: [{ role: 'user', content: 'Hello' }],
  }
  const headers = {
    'x-api-key': key,
    'anthropic-version': '2023-06-01',
    'content-type': 'application/json',
  }
  const { 'x-api-key': _key, ...keyless } = headers
  const { 'anthropic-version': _version, ...versionless } = headers
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' }
  const { max_tokens: _bound, ...unbounded } = least
  const open = { type: 'object', properties: {} }

  it.each([
    ['no key', 401, 'authentication_error', keyless, least],
    ['a wrong key', 401, 'authentication_error', { ...headers, 'x-api-key': 'x' }, least],
    ['no version', 400, 'anthropic-version', versionless, least],
    ['an unknown beta', 400, 'anthropic-beta', { ...headers, 'anthropic-beta': 'x' }, least],
    ['an unknown model', 404, 'model: x', headers, { ...least, model: 'x' }],
    ['no max_tokens', 400, 'max_tokens: Field required', headers, unbounded],
    ['a field of Bedrock’s', 400, 'Extra inputs', headers, { ...least, anthropic_version: 'x' }],
    ['a wrong type', 400, 'valid integer', headers, { ...least, max_tokens: '16' }],
    [
      'a result without a call',
      400,
      'unexpected `tool_use_id`',
      headers,
      { ...least, messages: [{ role: 'user', content: [result] }] },
    ],
    [
      'an open schema',
      400,
      'additionalProperties',
      headers,
      { ...least, output_config: { format: { type: 'json_schema', schema: open } } },
    ],
  ])('%s', async (_, status, words, sent, body) => {
    const answer = await fetch(`${vendor.url}/v1/messages`, {
      method: 'POST',
      headers: sent,
      body: JSON.stringify(body),
    })
    expect(answer.status).toBe(status)
    const said = await answer.text()
    expect(said).toContain(words)
    expect(JSON.parse(said)).toMatchObject({ type: 'error', error: { type: expect.any(String) } })
  })

  it('takes the requests of Anthropic’s own SDK', async () => {
    const client = new Anthropic({ apiKey: key, baseURL: vendor.url, maxRetries: 0 })
    const tools = [{ name: 'get_weather', input_schema: weather.input as never }]
    const asked = {
      ...least,
      max_tokens: 512,
      tools,
      messages: [{ role: 'user' as const, content: '[[simulate:tool-call]] Weather?' }],
    }
    const whole = await client.messages.create(asked)
    const streamed = await client.messages.stream(asked).finalMessage()
    expect(streamed.content).toEqual(whole.content)
    expect(whole).toMatchObject({ stop_reason: 'tool_use', model: 'claude-haiku-4-5' })
    const counted = await client.messages.countTokens({
      model: asked.model,
      messages: asked.messages,
      tools,
    })
    expect(counted.input_tokens).toBe(whole.usage.input_tokens)
    await expect(client.messages.create({ ...asked, model: 'x' })).rejects.toThrow(
      Anthropic.NotFoundError,
    )
  })
})
