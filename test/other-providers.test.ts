/** The same request is answered by Bedrock, OpenAI, Azure, Anthropic and Cohere alike, whatever the dialect. */
import { describe, expect, it, vi } from 'vitest'
import { modelById } from '../lambda/models/index.ts'
import { accountOf } from './support/bills.ts'
import { type Conversing, conversing, readers } from './support/conversing.ts'
import { toldBy } from './support/fault-answers.ts'
import { type InProcessRequest, invoke } from './support/in-process.ts'
import {
  type Counted,
  countedBy,
  lastOf,
  limited,
  modelOf,
  nanoUsd,
  newTeam,
  type Outsider,
  outsiders,
  priceOf,
  startVendors,
  targetOf,
} from './support/vendors.ts'
import { ways } from './support/ways.ts'

const vendors = await startVendors()
const bedrockModel = 'amazon.nova-lite-v1:0'
const vectors = {
  openai: {
    provider: 'openai',
    model: 'text-embedding-3-small',
    dimensions: [1536, 512],
    price: priceOf.openaiVectors,
  },
  cohere: {
    provider: 'cohere',
    model: 'embed-v4.0',
    dimensions: [1536, 1024, 512, 256],
    price: priceOf.cohereVectors,
  },
} as const

const config = limited(vendors, {
  bedrock: bedrockModel,
  ...Object.fromEntries(outsiders.map((name) => [name, { targets: [targetOf(name)] }])),
  'openai-vectors': { targets: [vectors.openai] },
  'cohere-vectors': { targets: [vectors.cohere] },
})
vi.mock('#gateway-config', () => ({ default: config }))

type Place = 'bedrock' | Outsider
const places: readonly Place[] = ['bedrock', ...outsiders]

/** What whoever answered counted for its last answer. */
async function countedAt(place: Place): Promise<Counted> {
  if (place !== 'bedrock') return countedBy(vendors.of[place])
  const { input, output } = vendors.bedrock.billed.at(-1) ?? { input: 0, output: 0 }
  return { input, output }
}
const pricesOf = (place: Place) =>
  place === 'bedrock' ? (modelById.get(bedrockModel)?.price ?? []) : priceOf[place]

type Asked = { readonly request: InProcessRequest; readonly stream: boolean; readonly way: string }

/** Asks, and holds the answer against what the server counted, and the price. */
async function answered(place: Place, { request, stream, way }: Asked, team = 'free') {
  const answer = await invoke({ ...request, team })
  expect(answer.statusCode, answer.text).toBe(200)
  const read = readers[way]?.(answer, stream)
  if (read === undefined) throw new Error(`Nobody reads ${way}.`)
  const { headers, lines } = answer
  const model = place === 'bedrock' ? bedrockModel : modelOf[place]
  const region = place === 'bedrock' ? 'us-east-1' : undefined
  expect({
    model: headers['x-tollgate-model'],
    attempts: headers['x-tollgate-attempts'],
    region: headers['x-tollgate-region'],
    type: headers['content-type']?.split(';')[0],
  }).toEqual({
    model: `${place}/${model}`,
    attempts: `${region ?? place}:ok`,
    region,
    type: stream ? 'text/event-stream' : 'application/json',
  })

  const usage = await countedAt(place)
  expect(usage.output).toBeGreaterThan(0)
  expect(read.usage).toEqual(usage)
  const nano = nanoUsd(usage, pricesOf(place))
  expect(read.cost).toBe(nano / 1e9)
  expect(headers['x-tollgate-cost-usd']).toBe(stream ? undefined : usd(nano))
  expect(lines).toMatchObject([
    {
      ...{ team, model, target: expect.stringContaining(model), status: 200, outcome: 'ok' },
      ...{ stream, task: 'chat', attempts: `${region ?? place}:ok`, CostMicroUsd: nano / 1_000 },
      ...{ InputTokens: usage.input, OutputTokens: usage.output },
    },
  ])
  return { read, answer, usage, nano }
}

/** Without a power of ten. */
const usd = (nano: number): string => (nano / 1e9).toFixed(9).replace(/\.?0+$/, '')

const chats = ways.filter(({ name }) => name in readers)

describe.each(places)('%s', (model) => {
  const text = 'What is a dystopia?'
  const cases = chats.flatMap((way) => way.streams.map((stream) => ({ way, stream })))

  it.each(cases)('answers $way.name, streamed: $stream', async ({ way, stream }) => {
    const request = way.ask({ model, text, maxTokens: 60, stream })
    const team = newTeam()
    const asked = { request, stream, way: way.name }
    const { read, answer, usage, nano } = await answered(model, asked, team)
    expect(toldBy(way.name, stream, answer)).toEqual({ kind: 'answer', text: read.text })
    expect(read.text).toContain(`You asked: "${text}".`)
    expect(await accountOf(team)).toEqual({
      requests: 1,
      tokens: usage.input + usage.output,
      microUsd: Math.ceil(nano / 1_000),
      open: 0,
    })
  })

  const either = conversing.flatMap((way) => [false, true].map((stream) => ({ way, stream })))

  it.each(either)('has tools by $way.name, streamed: $stream', async ({ way, stream }) => {
    const question = way.user('[[simulate:tool-call]] Weather in Oslo?')
    const asked = { model, stream, more: way.tools }
    const first = asking(way, stream, way.ask({ ...asked, turns: [question] }))
    const { read } = await answered(model, first)
    const [call, ...others] = read.calls
    if (call === undefined) throw new Error(`no tool was called: ${read.text}`)
    expect(others).toEqual([])
    expect(call).toMatchObject({ name: 'get_weather', input: { city: expect.any(String) } })

    const turns = [question, ...read.turn, way.result(call, 'Snow, minus 4')]
    const second = asking(way, stream, way.ask({ ...asked, turns }))
    const { read: last } = await answered(model, second)
    expect(last.calls).toEqual([])
    expect(last.text).toContain('Snow, minus 4')
  })
})

const asking = ({ name }: Conversing, stream: boolean, request: InProcessRequest): Asked => ({
  request,
  stream,
  way: name,
})

describe('thinking that Anthropic signed', () => {
  const either = conversing.flatMap((way) => [false, true].map((stream) => ({ way, stream })))

  it.each(either)('goes back to it by $way.name, streamed: $stream', async ({ way, stream }) => {
    const question = way.user('[[simulate:tool-call]] Weather in Oslo?')
    const asked = { model: 'anthropic', stream, more: { ...way.tools, ...way.thinking } }
    const first = asking(way, stream, way.ask({ ...asked, turns: [question] }))
    const { read } = await answered('anthropic', first)
    const [call] = read.calls
    if (call === undefined) throw new Error(`no tool was called: ${read.text}`)
    const turns = [question, ...read.turn, way.result(call, 'Snow, minus 4')]
    const second = asking(way, stream, way.ask({ ...asked, turns }))
    const { read: last } = await answered('anthropic', second)
    expect(last.text).toContain('Snow, minus 4')
    const { messages } = lastOf(vendors.of.anthropic).body as { messages: Message[] }
    expect(messages.find(({ role }) => role === 'assistant')?.content[0]).toMatchObject({
      type: 'thinking',
      thinking: expect.stringContaining('Simulated thinking'),
      signature: expect.stringMatching(/^[\w+/=]{20,}$/),
    })
  })
})
type Message = { readonly role: string; readonly content: readonly object[] }

describe('vectors', () => {
  const inputs = Array.from({ length: 100 }, (_, index) => `text ${index}`)
  /** OpenAI takes as many texts a call as its limit of tokens allows, Cohere 96. */
  const cases = [
    { provider: 'openai', calls: 4, price: priceOf.openaiVectors },
    { provider: 'cohere', calls: 2, price: priceOf.cohereVectors },
  ] as const

  it.each(cases)('come from $provider, one for each text', async ({ provider, calls, price }) => {
    const vendor = vendors.of[provider]
    const before = vendor.requests.length
    const team = newTeam()
    const answer = await invoke({
      team,
      resource: '/v1/embeddings',
      body: JSON.stringify({ model: `${provider}-vectors`, input: inputs, dimensions: 512 }),
    })
    expect(answer.statusCode, answer.text).toBe(200)
    const { data, usage } = JSON.parse(answer.text) as Vectors
    expect(data.map(({ embedding }) => embedding.length)).toEqual(inputs.map(() => 512))
    const asked = vendor.requests.slice(before)
    expect(asked).toHaveLength(calls)

    const counts = await Promise.all(asked.map((each) => countedBy(vendor, each)))
    const tokens = counts.reduce((sum, { input }) => sum + input, 0)
    expect(usage).toMatchObject({ prompt_tokens: tokens, total_tokens: tokens })
    const nano = nanoUsd({ input: tokens, output: 0 }, price)
    expect(answer.headers).toMatchObject({
      'x-tollgate-model': `${provider}/${vectors[provider].model}`,
      'x-tollgate-attempts': `${provider}:ok`,
      'x-tollgate-cost-usd': usd(nano),
    })
    expect(answer.headers).not.toHaveProperty('x-tollgate-region')
    expect(answer.lines).toMatchObject([{ team, task: 'embed', outcome: 'ok', status: 200 }])
    const microUsd = Math.ceil(nano / 1_000)
    expect(await accountOf(team)).toEqual({ requests: 1, tokens, microUsd, open: 0 })
  })
})
type Vectors = {
  readonly data: readonly { readonly embedding: readonly number[] }[]
  readonly usage: object
}

describe('a count of tokens', () => {
  const asked = (model: string) => ({
    team: newTeam(),
    resource: '/v1/messages/count_tokens',
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'What is a dystopia?' }] }),
  })

  it('is Anthropic’s own, and free', async () => {
    const { requests } = vendors.of.anthropic
    const before = requests.length
    const request = asked('anthropic')
    const answer = await invoke(request)
    expect(answer.statusCode, answer.text).toBe(200)
    expect(JSON.parse(answer.text).input_tokens).toBeGreaterThan(0)
    expect(answer.headers).toMatchObject({
      'x-tollgate-model': 'anthropic/claude-haiku-4-5',
      'x-tollgate-attempts': 'anthropic:ok',
    })
    const paths = requests.slice(before).map(({ path }) => path)
    expect(paths).toEqual(['/v1/messages/count_tokens'])
    const { tokens, microUsd, open } = await accountOf(request.team)
    expect([tokens, microUsd, open]).toEqual([0, 0, 0])
  })

  it.each(['openai', 'azure', 'cohere'] as const)('is not to be had of %s', async (place) => {
    const before = vendors.of[place].requests.length
    const { statusCode, text } = await invoke(asked(place))
    expect([statusCode, JSON.parse(text).error]).toMatchObject([
      400,
      { code: 'invalid_body', message: expect.stringContaining(modelOf[place]), param: 'model' },
    ])
    expect(vendors.of[place].requests).toHaveLength(before)
  })
})

describe('Bedrock’s own operations', () => {
  const natives = ways.filter(({ name }) => name.includes('/model/{modelId}/'))
  const cases = outsiders.flatMap((model) => natives.map((way) => ({ model, way })))

  it.each(cases)('$way.name has no $model', async ({ model, way }) => {
    const before = vendors.of[model].requests.length
    const [stream = false] = way.streams
    const said = { model, text: 'What is a dystopia?', maxTokens: 60, stream }
    const { statusCode, text, headers } = await invoke({ ...way.ask(said), team: newTeam() })
    expect(statusCode, text).toBe(400)
    expect(headers['x-amzn-errortype']).toBe('ValidationException')
    expect(JSON.parse(text).error).toMatchObject({
      code: 'invalid_body',
      message: `model: ${modelOf[model]} is no model of Bedrock; POST /v1/chat/completions and /v1/messages have it.`,
    })
    expect(vendors.of[model].requests).toHaveLength(before)
  })
})
