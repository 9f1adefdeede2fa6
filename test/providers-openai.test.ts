/** OpenAI, Azure and servers like them as providers: what is sent, what is told, and how it fails. */
import OpenAI, { AzureOpenAI } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mistralOwn } from '../lambda/bodies/openai-outside.ts'
import type { ErrorCode } from '../lambda/core/errors.ts'
import type { EmbeddingModel, Model } from '../lambda/core/model.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import type { OutsideTargetConfig, ProviderConfig } from '../lambda/core/routes-config.ts'
import { outsideModel } from '../lambda/models/outside.ts'
import { openai } from '../lambda/providers/openai.ts'
import { startOpenAi } from '../local/vendors/openai.ts'
import type { OpenAiModel } from '../local/vendors/openai-body.ts'
import type { VendorFault, VendorServer } from '../local/vendors/vendor-server.ts'
import { startRaw } from './support/raw-server.ts'
import { asking, askVendor, embedAtVendor, keyKept, lastRequest } from './support/vendor-calls.ts'

const key = 'sk-proj-the-key-of-nobody-0123456789'
const secret = keyKept(`${key}\n`)
const apiVersion = '2024-10-21'
const models: Readonly<Record<string, OpenAiModel>> = {
  'gpt-4o-mini': { task: 'chat', context: 128_000, output: 16_384, sees: true },
  'gpt-5-mini': { task: 'chat', context: 400_000, output: 128_000, reasons: true },
  'text-embedding-3-small': { task: 'embed', context: 8_191, dimensions: [1536, 512] },
  'text-embedding-ada-002': { task: 'embed', context: 8_191, dimensions: [1536] },
}

let vendor: VendorServer
let azureVendor: VendorServer
let local: VendorServer
beforeAll(async () => {
  vendor = await startOpenAi({ key, models })
  azureVendor = await startOpenAi({ key, models, azure: { apiVersions: [apiVersion] } })
  local = await startOpenAi({ models })
})
afterAll(() => Promise.all([vendor, azureVendor, local].map((each) => each.close())))

type Place = 'openai' | 'azure' | 'local'
const serverOf = { openai: () => vendor, azure: () => azureVendor, local: () => local }

function config(place: Place): ProviderConfig {
  const { url } = serverOf[place]()
  if (place === 'azure') return { type: 'azure', url, apiVersion, key: secret }
  return { type: 'openai', url: `${url}/v1/`, ...(place === 'openai' && { key: secret }) }
}

function at(place: Place, model = 'gpt-4o-mini', facts: Partial<OutsideTargetConfig> = {}) {
  const server = config(place)
  return {
    provider: openai,
    server,
    model: outsideModel({ provider: 'vendor', model, ...facts }, server),
  }
}
const ask = (request: ChatRequest, ...where: Parameters<typeof at>) =>
  askVendor(at(...where), request)

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

const places = ['openai', 'azure', 'local'] as const
const ways = places.flatMap((place) => [false, true].map((stream) => ({ place, stream })))

const paths = {
  openai: '/v1/chat/completions',
  local: '/v1/chat/completions',
  azure: `/openai/deployments/gpt-4o-mini/chat/completions?api-version=${apiVersion}`,
} as const

describe.each(ways)('$place, streamed: $stream', ({ place, stream }) => {
  it('is asked at its own path, with its own header of the key and its own name of the bound', async () => {
    const { reply, notices } = await ask(
      asking('Hello', { stream, sampling: { temperature: 0 } }),
      place,
    )
    const { content, stop, usage } = await reply()
    expect(textIn(content)).toContain('You asked: "Hello".')
    expect(stop).toEqual({ reason: 'end' })
    expect(usage.guessed).toBeUndefined()
    expect(notices).toEqual([])
    const { method, path, headers, body } = lastRequest(serverOf[place]())
    expect(`${method} ${path}`).toBe(`POST ${paths[place]}`)
    expect(headers).toMatchObject({
      host: new URL(serverOf[place]().url).host,
      'content-type': 'application/json',
      accept: stream ? 'text/event-stream' : 'application/json',
    })
    expect({ bearer: headers.authorization, azure: headers['api-key'] }).toEqual({
      bearer: place === 'openai' ? `Bearer ${key}` : undefined,
      azure: place === 'azure' ? key : undefined,
    })
    expect(body).toEqual({
      ...(place !== 'azure' && { model: 'gpt-4o-mini' }),
      [place === 'azure' ? 'max_completion_tokens' : 'max_tokens']: 2_048,
      messages: [{ role: 'user', content: 'Hello' }],
      temperature: 0,
      ...(stream && { stream: true, stream_options: { include_usage: true } }),
    })
  })

  it('calls tools, and takes their results', async () => {
    const tools = [weather]
    const asked = asking('[[simulate:tool-calls:2]]', { stream, tools })
    const { content, stop } = await (await ask(asked, place)).reply()
    const calls = content.filter((block) => block.type === 'tool-call')
    expect(calls).toMatchObject([
      { name: 'get_weather', input: { place: expect.any(String) } },
      { name: 'get_weather' },
    ])
    expect(stop).toEqual({ reason: 'tool-calls' })
    const results = calls.map(({ id }) => ({
      type: 'tool-result' as const,
      callId: id,
      content: [{ type: 'text' as const, text: '18 C' }],
      failed: false,
    }))
    const more: ChatRequest = {
      ...asked,
      messages: [
        ...asked.messages,
        { role: 'assistant', content: calls },
        { role: 'user', content: results },
      ],
    }
    expect(textIn((await (await ask(more, place)).reply()).content)).toContain(
      'get_weather said: 18 C',
    )
  })

  it('answers by a schema, stops at a word, and says when it was cut', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
    const output = { type: 'json-schema', name: 'answer', schema } as const
    const held = await (await ask(asking('Hello', { stream, output }), place)).reply()
    expect(JSON.parse(textIn(held.content))).toEqual({ a: expect.any(String) })
    const short = await (await ask(asking('Hello', { stream, maxTokens: 2 }), place)).reply()
    expect(short.stop).toEqual({ reason: 'length' })
    const stopped = await (
      await ask(asking('Hello', { stream, sampling: { stop: ['You'] } }), place)
    ).reply()
    expect(textIn(stopped.content)).toBe('[simulated gpt-4o-mini] ')
  })
})

describe('words that differ from server to server', () => {
  it('a newer model of OpenAI’s is asked by the newer name of the bound, wherever it is', async () => {
    const thinking = { thinking: { type: 'adaptive', effort: 'low' } } as const
    const like = { like: 'openai.gpt-5.4' }
    const { reply } = await ask(asking('Hello', { ...thinking }), 'local', 'gpt-5-mini', like)
    expect(textIn((await reply()).content)).toContain('effort=low')
    expect(lastRequest(local).body).toMatchObject({ max_completion_tokens: 2_048 })
    const asIs = await ask(
      asking('Hello', { sampling: { temperature: 0.2 } }),
      'local',
      'gpt-5-mini',
    )
    expect(asIs.error).toMatchObject({
      code: 'invalid_body',
      message: expect.stringContaining("'temperature'"),
    })
  })

  it('a model that only answers whole is asked whole, and its answer told as one piece', async () => {
    const facts = { accepts: { streaming: false } }
    const { reply, notices } = await ask(
      asking('Hello', { stream: true }),
      'local',
      'gpt-4o-mini',
      facts,
    )
    expect(textIn((await reply()).content)).toContain('You asked')
    expect(lastRequest(local).body).not.toHaveProperty('stream')
    expect(notices).toEqual([expect.stringContaining('answers whole')])
  })

  it('Mistral gets no field it refuses, and ids of its own form', () => {
    const model = outsideModel(
      { provider: 'mistral', model: 'mistral-small-latest' },
      { type: 'openai', url: 'https://api.mistral.ai/v1' },
    ) as Model
    expect(model.body).toBe(mistralOwn)
    const call = {
      type: 'tool-call',
      id: 'toolu_01A09q90qw90lq917835lq9',
      name: 'f',
      input: {},
    } as const
    const result = { type: 'tool-result', callId: call.id, content: [], failed: false } as const
    const request = asking('Hello', { stream: true, sampling: { seed: 7 } })
    const messages: ChatRequest['messages'] = [
      ...request.messages,
      { role: 'assistant', content: [call] },
      { role: 'user', content: [result] },
    ]
    const body = model.body.build({ ...request, messages, maxTokens: 9 }, model, () => {})
    expect(body).toMatchObject({ max_tokens: 9, random_seed: 7, stream: true })
    for (const refused of ['seed', 'stream_options', 'max_completion_tokens'])
      expect(body).not.toHaveProperty(refused)
    const ids = [...JSON.stringify(body).matchAll(/"(?:id|tool_call_id)":"([^"]+)"/g)].map(
      ([, id]) => id,
    )
    expect(ids).toEqual([expect.stringMatching(/^[a-z0-9]{9}$/), ids[0]])
  })
})

describe('vectors', () => {
  const embed = (inputs: readonly string[], place: Place, more: { dimensions?: number } = {}) =>
    embedAtVendor(at(place, 'text-embedding-3-small', { dimensions: [1536, 512] }), {
      inputs,
      ...more,
    })

  it.each(places)(
    '%s gives one for each text, in order, in as few calls as may be',
    async (place) => {
      const before = serverOf[place]().requests.length
      const texts = Array.from({ length: 70 }, (_, index) => `text ${index}`)
      const { content, usage } = await (await embed(texts, place)).reply()
      expect(serverOf[place]().requests.length - before).toBe(3)
      const alone = await (await embed(['text 69'], place)).reply()
      expect(content).toHaveLength(70)
      expect(content[69]).toEqual(alone.content[0])
      expect(usage).toMatchObject({ input: texts.length * 2, output: 0 })
      const azurePath = `/openai/deployments/text-embedding-3-small/embeddings?api-version=${apiVersion}`
      expect(lastRequest(serverOf[place]()).path).toBe(
        place === 'azure' ? azurePath : '/v1/embeddings',
      )
    },
  )

  it('are of the length that was asked for, which is sent only where it is another than usual', async () => {
    const { content } = await (await embed(['a'], 'openai', { dimensions: 512 })).reply()
    expect(content).toMatchObject([{ vector: { length: 512 } }])
    const old = at('openai', 'text-embedding-ada-002', { dimensions: [1536] })
    const told = await (await embedAtVendor(old, { inputs: ['a'], dimensions: 1536 })).reply()
    expect(told.content).toHaveLength(1)
  })

  it('that are refused are billed nothing, and those given up the most they can be', async () => {
    vendor.fault({ type: 'refuse', status: 500 })
    const refused = await embed(['four'], 'openai')
    expect(refused.error).toMatchObject({ code: 'upstream_unavailable', billed: { input: 0 } })
    vendor.fault({ type: 'hang' })
    const asked = { ...at('openai', 'text-embedding-3-small', { dimensions: [1536] }) }
    const late = await embedAtVendor(
      { ...asked, patience: { firstByteMs: 80 } },
      { inputs: ['four'] },
    )
    expect(late.error).toMatchObject({ code: 'upstream_timeout' })
    const { billed } = late.error ?? {}
    const sent = JSON.stringify(lastRequest(vendor).body).length
    expect(typeof billed === 'object' && billed.input).toBeGreaterThan(sent)
  })

  it('that are not one for each text are of no use', async () => {
    await using server = await startRaw([JSON.stringify({ data: [{ index: 0, embedding: [1] }] })])
    const asked = {
      ...at('local', 'e', { dimensions: [1] }),
      server: { type: 'openai', url: `${server.url}/v1` } as const,
    }
    const { error } = await embedAtVendor(asked, { inputs: ['a', 'b'] })
    expect(error).toMatchObject({ code: 'upstream_error' })
  })
})

type Failing = readonly [fault: VendorFault, code: ErrorCode, name: string, billed?: 'unknown']

const refuse = (status: number, more: Partial<Extract<VendorFault, { type: 'refuse' }>> = {}) =>
  ({
    type: 'refuse',
    status,
    name: '',
    message: `said with ${key} to org-abcdefgh at https://x.y/z`,
    ...more,
  }) as const

const failings: readonly Failing[] = [
  [refuse(400), 'invalid_body', 'HTTP400'],
  [
    refuse(400, { name: 'context_length_exceeded' }),
    'context_length_exceeded',
    'context_length_exceeded',
  ],
  [refuse(400, { message: 'prompt is too long' }), 'context_length_exceeded', 'HTTP400'],
  [refuse(400, { message: 'Please pass a valid API key.' }), 'access_denied', 'HTTP400'],
  [refuse(401, { name: 'invalid_api_key' }), 'access_denied', 'invalid_api_key'],
  [refuse(402), 'access_denied', 'HTTP402'],
  [refuse(403), 'access_denied', 'HTTP403'],
  [refuse(404, { name: 'model_not_found' }), 'model_not_found', 'model_not_found'],
  [refuse(408), 'upstream_timeout', 'HTTP408'],
  [refuse(413), 'request_too_large', 'HTTP413'],
  [refuse(422), 'invalid_body', 'HTTP422'],
  [refuse(429, { name: 'rate_limit_exceeded' }), 'upstream_throttled', 'rate_limit_exceeded'],
  [refuse(429, { name: 'insufficient_quota' }), 'access_denied', 'insufficient_quota'],
  [refuse(500, { name: 'server_error' }), 'upstream_unavailable', 'server_error'],
  [refuse(502), 'upstream_unavailable', 'HTTP502'],
  [refuse(503), 'upstream_unavailable', 'HTTP503'],
  [refuse(504), 'upstream_timeout', 'HTTP504'],
  [refuse(529), 'upstream_unavailable', 'HTTP529'],
  [refuse(302), 'upstream_error', 'HTTP302'],
  [{ type: 'html', status: 502 }, 'upstream_unavailable', 'HTTP502'],
  [{ type: 'html', status: 200 }, 'upstream_error', 'SyntaxError|TollgateError', 'unknown'],
  [{ type: 'cut', bytes: 0 }, 'upstream_unavailable', 'Error', 'unknown'],
]

const named = (error: { readonly cause?: unknown } | undefined): string =>
  error?.cause instanceof Error ? error.cause.name : 'TollgateError'

describe.each([false, true])('a failure before anything was told, streamed: %s', (stream) => {
  it.each(failings.map(([fault, code, name, billed]) => ({ fault, code, name, billed })))(
    '$fault is $code, named $name',
    async ({ fault, code, name, billed }) => {
      vendor.fault(fault)
      const { error, events } = await ask(asking('Hello', { stream }), 'openai')
      expect(events).toEqual([])
      expect(error).toMatchObject({ code })
      expect(named(error)).toMatch(new RegExp(`^(${name})$`))
      expect(error?.billed).toBe(billed)
      for (const hidden of [key, 'org-', 'https:', '127.0.0.1', secret])
        expect(error?.message).not.toContain(hidden)
    },
  )

  it('waits as long as the server says', async () => {
    const waits = [
      [{ 'retry-after': '7' }, 7],
      [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1.5],
      [{ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }, expect.closeTo(58, -1)],
      [{}, 5],
    ] as const
    for (const [headers, seconds] of waits) {
      vendor.fault(refuse(429, { headers }))
      const { error } = await ask(asking('Hello', { stream }), 'openai')
      expect(error?.retryAfter).toEqual(seconds)
    }
  })

  it('is nobody’s where nobody answers in time', async () => {
    vendor.fault({ type: 'hang' })
    const patience = { firstByteMs: 80 }
    const { error } = await askVendor({ ...at('openai'), patience }, asking('Hello', { stream }))
    expect(error).toMatchObject({
      code: 'upstream_timeout',
      billed: 'unknown',
      cause: { name: 'TimeoutError' },
    })
  })

  it('bills nothing where no server is', async () => {
    const server = { type: 'openai', url: 'http://127.0.0.1:9/v1' } as const
    const { error } = await askVendor({ ...at('local'), server }, asking('Hello', { stream }))
    expect(error).toMatchObject({ code: 'upstream_unavailable', cause: { code: 'ECONNREFUSED' } })
    expect(error?.billed).toBeUndefined()
    expect(error?.message).not.toContain('127.0.0.1')
  })
})

it('the caller’s own mistake is told in the server’s words, and nothing of the gateway’s', async () => {
  const long = await ask(asking('x'.repeat(600_000)), 'openai')
  expect(long.error).toMatchObject({
    code: 'context_length_exceeded',
    message: expect.stringContaining('150000 tokens'),
  })
  const missing = await ask(asking('Hello'), 'azure', 'no-such')
  expect(missing.error).toMatchObject({
    code: 'model_not_found',
    cause: { name: 'DeploymentNotFound' },
  })
  const wrong = await askVendor(
    {
      ...at('openai'),
      server: { ...config('openai'), type: 'openai', url: `${azureVendor.url}/v1` },
    },
    asking('Hello'),
  )
  expect(wrong.error).toMatchObject({
    code: 'access_denied',
    message: expect.stringContaining('operator'),
  })
})

const last = (events: readonly { type: string }[]) => events.at(-1)?.type

describe('a stream that breaks after it began', () => {
  it.each<[string, VendorFault, ErrorCode, string]>([
    ['ends too soon', { type: 'end', events: 3 }, 'upstream_error', 'TollgateError'],
    ['is cut', { type: 'cut', bytes: 500 }, 'upstream_unavailable', 'Error'],
    ['tells a failure', { type: 'error-event', events: 3 }, 'upstream_unavailable', 'server_error'],
    ['falls silent', { type: 'hang-after', events: 3 }, 'upstream_timeout', 'TimeoutError'],
  ])('%s', async (_, fault, code, name) => {
    vendor.fault(fault)
    const patience = { idleMs: 150 }
    const { error, events } = await askVendor(
      { ...at('openai'), patience },
      asking('Hello', { stream: true }),
    )
    expect(error).toBeUndefined()
    expect(events[0]?.type).toBe('reply-start')
    expect(events.at(-1)).toMatchObject({ type: 'reply-error', error: { code } })
    const broken = events.at(-1)
    expect(named(broken?.type === 'reply-error' ? broken.error : undefined)).toBe(name)
  })

  it('before its first event is no stream: another target may be asked', async () => {
    vendor.fault({ type: 'error-event', events: 0, name: 'rate_limit_exceeded' })
    const told = await ask(asking('Hello', { stream: true }), 'openai')
    expect(told.error).toMatchObject({
      code: 'upstream_throttled',
      cause: { name: 'rate_limit_exceeded' },
    })
    expect(told.error?.billed).toBeUndefined()
    vendor.fault({ type: 'end', events: 0 })
    const empty = await ask(asking('Hello', { stream: true }), 'openai')
    expect(empty.error).toMatchObject({ code: 'upstream_error', billed: 'unknown' })
  })
})

const chunk = (choice: object, more: object = {}): string =>
  `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }], ...more })}\n\n`
const said = chunk({ delta: { role: 'assistant', content: 'Hi' }, finish_reason: null })
const finished = chunk({ delta: {}, finish_reason: 'stop' })
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}\n\n'
const done = 'data: [DONE]\n\n'

describe('servers with habits of their own', () => {
  it.each<[string, readonly string[], object]>([
    [
      'usage in every chunk',
      [
        said,
        chunk(
          { delta: {}, finish_reason: 'stop' },
          { usage: { prompt_tokens: 3, completion_tokens: 1 } },
        ),
        done,
      ],
      { input: 3, output: 1 },
    ],
    ['usage unasked after the last choice', [said, finished, usage, done], { input: 3, output: 1 }],
    ['no usage at all, so that it is guessed', [said, finished, done], { guessed: 'all' }],
    ['no mark of the end', [said, finished, usage], { input: 3, output: 1 }],
    [
      'signs of life before the first word',
      [': OPENROUTER PROCESSING\n\n', said, finished, usage, done],
      { output: 1 },
    ],
    ['a page of nothing after the end', [said, finished, usage, done, ': bye\n\n'], { output: 1 }],
  ])('%s', async (_, pieces, counts) => {
    await using server = await startRaw(pieces)
    const asked = { ...at('local'), server: { type: 'openai', url: `${server.url}/v1` } as const }
    const { reply, error } = await askVendor(asked, asking('Hello', { stream: true }))
    expect(error).toBeUndefined()
    expect(await reply()).toMatchObject({
      content: [{ type: 'text', text: 'Hi' }],
      stop: { reason: 'end' },
      usage: counts,
    })
  })

  it('one that says everything and does not hang up is not waited for', async () => {
    await using server = await startRaw([said, finished, usage, done], 'stay')
    const asked = { ...at('local'), server: { type: 'openai', url: `${server.url}/v1` } as const }
    const { events } = await askVendor(asked, asking('Hello', { stream: true }))
    expect(last(events)).toBe('reply-end')
  })

  it('a wrong field is told in words, however it is wrapped', async () => {
    const detail = [
      { type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' },
    ]
    await using server = await startRaw(
      [JSON.stringify({ object: 'error', message: { detail }, type: 'invalid_request_error' })],
      'end',
      422,
    )
    const asked = { ...at('local'), server: { type: 'openai', url: `${server.url}/v1` } as const }
    const { error } = await askVendor(asked, asking('Hello'))
    expect(error).toMatchObject({
      code: 'invalid_body',
      message: expect.stringContaining('body.seed: Extra inputs are not permitted'),
    })
  })
})

describe('the strict server', () => {
  const client = () => new OpenAI({ baseURL: `${vendor.url}/v1`, apiKey: key, maxRetries: 0 })
  const messages = [{ role: 'user' as const, content: 'Hello' }]
  const model = 'gpt-4o-mini'

  it('takes what OpenAI’s own client sends', async () => {
    const whole = await client().chat.completions.create({ model, messages, max_tokens: 50 })
    expect(whole.choices[0]?.message.content).toContain('Hello')
    const stream = await client().chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks: object[] = []
    for await (const each of stream) chunks.push(each)
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: expect.any(Number) },
    })
    const parameters = {
      type: 'object',
      properties: { place: { type: 'string' } },
      required: ['place'],
    }
    const tools = [{ type: 'function' as const, function: { name: 'weather', parameters } }]
    const runner = await client().chat.completions.create({
      model,
      messages,
      tools,
      tool_choice: 'required',
    })
    expect(runner.choices[0]?.message.tool_calls).toMatchObject([{ function: { name: 'weather' } }])
    const { data } = await client().embeddings.create({
      model: 'text-embedding-3-small',
      input: ['a', 'b'],
    })
    expect(data.map(({ embedding }) => embedding.length)).toEqual([1536, 1536])
  })

  it('takes what OpenAI’s client for Azure sends', async () => {
    const azure = new AzureOpenAI({
      endpoint: azureVendor.url,
      apiKey: key,
      apiVersion,
      maxRetries: 0,
    })
    const whole = await azure.chat.completions.create({ model, messages })
    expect(whole.choices[0]?.message.content).toContain('Hello')
  })

  it.each<[string, object, object]>([
    [
      'an unknown field',
      { model, messages, wibble: 1 },
      { status: 400, code: 'unknown_parameter', param: 'wibble' },
    ],
    [
      'a wrong type',
      { model, messages, temperature: 'hot' },
      { status: 400, code: 'invalid_type', param: 'temperature' },
    ],
    [
      'no messages',
      { model },
      { status: 400, code: 'missing_required_parameter', param: 'messages' },
    ],
    [
      'an older name of the bound',
      { model: 'gpt-5-mini', messages, max_tokens: 9 },
      { status: 400, code: 'unsupported_parameter', param: 'max_tokens' },
    ],
    [
      'both names of it',
      { model, messages, max_tokens: 9, max_completion_tokens: 9 },
      { status: 400 },
    ],
    [
      'usage of no stream',
      { model, messages, stream_options: { include_usage: true } },
      { status: 400 },
    ],
    ['no such model', { model: 'gpt-0', messages }, { status: 404, code: 'model_not_found' }],
    ['a model of another kind', { model: 'text-embedding-3-small', messages }, { status: 404 }],
  ])('refuses %s', async (_, body, error) => {
    const asked = client().post('/chat/completions', { body })
    await expect(asked).rejects.toMatchObject(error)
  })

  it('refuses a wrong key, and none', async () => {
    const wrong = new OpenAI({ baseURL: `${vendor.url}/v1`, apiKey: 'sk-wrong', maxRetries: 0 })
    await expect(wrong.chat.completions.create({ model, messages })).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    })
    const none = await fetch(`${vendor.url}/v1/chat/completions`, { method: 'POST', body: '{}' })
    expect(none.status).toBe(401)
  })
})

describe('facts of a model that is not in the catalogue', () => {
  const server: ProviderConfig = { type: 'openai', url: 'https://api.openai.com/v1', key: secret }
  const of = (facts: Partial<OutsideTargetConfig>, provider: ProviderConfig = server) =>
    outsideModel({ provider: 'vendor', model: 'm', ...facts }, provider)

  it('are those of any such model, of one it is like, or its own', () => {
    expect(of({})).toMatchObject({
      id: 'm',
      name: 'm',
      price: [],
      limits: { context: 128_000, output: 16_384 },
      accepts: { tools: true, documents: false },
    })
    const like = of({ like: 'anthropic.claude-haiku-4-5-20251001-v1:0' })
    expect(like).toMatchObject({
      price: [{ input: 1, output: 5 }],
      accepts: { documents: false, cachePoints: false },
    })
    expect((like as Model).price[0]).not.toHaveProperty('geoPercent')
    const own = { from: '2026-01-01', input: 3, output: 4 }
    expect(
      of({
        like: 'openai.gpt-5.4',
        price: [own],
        limits: { context: 9, output: 8 },
        accepts: { images: false },
        name: 'M',
      }),
    ).toMatchObject({
      name: 'M',
      price: [own],
      limits: { context: 9, output: 8 },
      accepts: { images: false, thinking: 'effort' },
    })
  })

  it('are of a model that makes vectors where they say so', () => {
    const vectors = of({ dimensions: [8, 4] }) as EmbeddingModel
    expect(vectors).toMatchObject({
      task: 'embed',
      dimensions: [8, 4],
      body: { id: 'openai-embeddings' },
    })
    expect(of({ like: 'cohere.embed-v4:0' })).toMatchObject({
      task: 'embed',
      dimensions: [1536, 1024, 512, 256],
    })
  })

  it('are known of a Claude by Anthropic’s own name of it, but for its price', () => {
    const anthropic: ProviderConfig = { type: 'anthropic', key: secret }
    const haiku = of({ model: 'claude-haiku-4-5' }, anthropic)
    expect(haiku).toMatchObject({ price: [], accepts: { thinking: 'budget' } })
  })

  it('are one row for one target, and two for two', () => {
    const target: OutsideTargetConfig = { provider: 'vendor', model: 'm' }
    expect(outsideModel(target, server)).toBe(outsideModel(target, server))
    expect(outsideModel(target, server)).not.toBe(outsideModel({ ...target }, server))
  })
})
