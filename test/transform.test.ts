/** An operator's functions on every route: what they make of requests and answers is what is sent and told. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { Message } from '../lambda/core/conversation.ts'
import type {
  About,
  ReplyFunction,
  RequestFunction,
  TransformConfig,
} from '../lambda/core/transform-config.ts'
import { refuse } from '../lambda/transform/refuse.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { expectSettled } from './support/bills.ts'
import { readers } from './support/conversing.ts'
import { type InProcessAnswer, type InProcessRequest, invoke } from './support/in-process.ts'
import { byAddress, embedding, ways } from './support/ways.ts'

const told: About[] = []

const eachText =
  (made: (text: string) => string): RequestFunction =>
  (request, about) => {
    told.push(about)
    const messages = request.messages.map(
      (message): Message =>
        message.role === 'user'
          ? {
              ...message,
              content: message.content.map((block) =>
                block.type === 'text' ? { ...block, text: made(block.text) } : block,
              ),
            }
          : message,
    )
    return { ...request, messages }
  }
const adding = (word: string) => eachText((text) => `${text} ${word}`)
const asIs: RequestFunction = (request) => structuredClone(request)
const shouting: ReplyFunction = (reply) => ({
  ...reply,
  content: reply.content.map((block) =>
    block.type === 'text' ? { ...block, text: `<<${block.text}>>` } : block,
  ),
})

const broken: Readonly<Record<string, TransformConfig>> = {
  throwing: {
    request: () => {
      throw new TypeError('secret prompt\n    at secret prompt')
    },
  },
  mutating: {
    request: (request) => {
      ;(request.messages as Message[]).push({ role: 'user', content: [] })
      return request
    },
  },
  misshapen: {
    request: (request) => ({ ...request, messages: [{ role: 'user', content: 'Hi' }] }) as never,
  },
  refusing: { request: () => refuse('Ask about the weather alone.') },
  unasked: { request: (request) => ({ ...request, maxTokens: 1_000_000 }) },
  badreply: { reply: () => ({ content: [{ type: 'text' }] }) as never },
  latereply: { reply: async () => Promise.reject(new Error('secret answer')) },
}

const config: GatewayConfig = {
  regions: ['us-east-1'],
  models: {
    ...{ nova: 'amazon.nova-lite-v1:0', claude: 'anthropic.claude-haiku-4-5-20251001-v1:0' },
    ...{ titan: 'amazon.titan-text-express-v1', vectors: 'amazon.titan-embed-text-v2:0' },
    own: {
      targets: [{ model: 'amazon.nova-lite-v1:0' }],
      transform: { request: adding('alias'), reply: shouting },
    },
  },
  plans: { paid: { limits: [{ usd: 10, per: 'month' }] } },
  teams: {
    all: {
      plan: 'paid',
      models: '*',
      transform: { request: [adding('one'), async (...all) => adding('two')(...all)] },
    },
    same: { plan: 'paid', models: '*', transform: { request: [asIs, (request) => request] } },
    shout: { plan: 'paid', models: '*', transform: { reply: shouting } },
    other: {
      plan: 'paid',
      models: '*',
      transform: { request: (all) => ({ ...all, model: 'titan', stream: true, maxTokens: 7 }) },
    },
    fewer: {
      plan: 'paid',
      models: '*',
      transform: { request: (all) => ({ ...all, messages: [...all.messages, ...all.messages] }) },
    },
    ...Object.fromEntries(
      Object.entries(broken).map(([name, transform]) => [
        name,
        { plan: 'paid', models: '*' as const, transform },
      ]),
    ),
  },
}
vi.mock('#gateway-config', () => ({ default: config }))

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterAll(() => bedrock.close())
let from = 0
beforeEach(() => {
  from = bedrock.requests.length
  told.length = 0
})
const sent = () => bedrock.requests.slice(from).map(({ body }) => JSON.stringify(body))

const said = { model: 'nova', text: 'What is a dystopia?', maxTokens: 60 }
const each = ways.flatMap((way) => way.streams.map((stream) => ({ ...way, stream })))
const isNative = ({ name }: { readonly name: string }) => name.includes('/model/')
const errorOf = ({ text }: InProcessAnswer) => JSON.parse(text).error ?? JSON.parse(text)

describe.each(each)('$name, streamed: $stream', (way) => {
  const ask = (team: string, model = 'nova'): InProcessRequest => ({
    ...way.ask({ ...said, model, stream: way.stream }),
    team,
  })

  it('what functions made of it is sent, in their order', async () => {
    const before = bedrock.billed.length
    const answer = await invoke(ask('all'))
    expect(answer.statusCode, answer.text).toBe(200)
    expect(sent()).toHaveLength(1)
    expect(sent()[0]).toContain('What is a dystopia? one two')
    expect(answer.headers['x-tollgate-notice']).toBeUndefined()
    expect(told[0]).toMatchObject({ team: 'all', model: 'nova', task: 'chat' })
    if (way.name === 'POST /bedrock' && !way.stream) {
      await expectSettled('all', bedrock.billed.slice(before))
    }
  })

  it('what nothing was changed in is sent as it is without', async () => {
    const request = ask('same')
    const answer = await invoke(request)
    expect(answer.statusCode, answer.text).toBe(200)
    if (isNative(way) && way.name.includes('invoke')) expect(sent()).toEqual([request.body])
    expect(sent()[0]).toContain('"What is a dystopia?"')
  })

  it('an answer is told as functions made it, or is not asked for', async () => {
    const answer = await invoke(ask('shout'))
    if (isNative(way)) {
      expect(answer.statusCode).toBe(400)
      expect(answer.text).toContain('This key’s answers are transformed')
      expect(sent()).toEqual([])
      return
    }
    expect(answer.statusCode, answer.text).toBe(200)
    const { text, usage } = readers[way.name]?.(answer, way.stream) ?? {}
    expect(text).toMatch(/^<<\[simulated amazon\.nova-lite.*>>$/)
    const bill = bedrock.billed.at(-1)
    expect(usage).toEqual({ input: bill?.input, output: bill?.output })
  })
})

const question = ways[0] as (typeof ways)[number]
const asked = (team: string, more: Partial<typeof said> & { readonly stream?: boolean } = {}) =>
  invoke({ ...question.ask({ ...said, stream: false, ...more }), team })

describe('functions', () => {
  it('everybody’s, the team’s, and the alias’s last; of answers the other way round', async () => {
    const answer = await asked('all', { model: 'own' })
    expect(sent()[0]).toContain('What is a dystopia? one two alias')
    expect(JSON.parse(answer.text).answer).toMatch(/^<<.*>>$/)
  })

  it('a question in an address is a request too', async () => {
    const request = byAddress.ask({ ...said, stream: false })
    expect((await invoke({ ...request, team: 'all' })).statusCode).toBe(200)
    expect(sent()[0]).toContain('What is a dystopia? one two')
  })

  it('change neither the model nor whether it streams, and are held to what the model takes', async () => {
    const answer = await asked('other')
    expect(JSON.parse(answer.text).model_id).toBe('amazon.nova-lite-v1:0')
    expect(JSON.parse(sent()[0] ?? '').inferenceConfig.maxTokens).toBe(7)
  })

  it.each(embedding)('$name: each text, and as many come back', async (way) => {
    const request = way.ask({ ...said, model: 'vectors', stream: false })
    expect((await invoke({ ...request, team: 'all' })).statusCode).toBe(200)
    expect(sent()[0]).toContain('What is a dystopia? one two')
    expect((await invoke({ ...request, team: 'shout' })).statusCode).toBe(200)
    const wrong = await invoke({ ...request, team: 'fewer' })
    expect([wrong.statusCode, wrong.lines[0]?.fault]).toEqual([
      500,
      'team transform.request[0]: gave back a wrong messages: 2 for 1 texts',
    ])
  })

  it('a count is of what they made', async () => {
    const count = (team: string) =>
      invoke({
        resource: '/v1/messages/count_tokens',
        body: JSON.stringify({ model: 'claude', messages: [{ role: 'user', content: 'Hi' }] }),
        team,
      })
    const [bare, more] = [await count('same'), await count('all')]
    expect(JSON.parse(more.text).input_tokens).toBeGreaterThan(JSON.parse(bare.text).input_tokens)
    expect(told[0]?.task).toBe('count')
  })

  it('an estimate is of what the caller wrote', async () => {
    const body = JSON.stringify({ model: 'nova', messages: [{ role: 'user', content: 'Hi' }] })
    const ask = (team: string) => invoke({ resource: '/v1/estimate', body, team })
    const [one, other] = [await ask('same'), await ask('throwing')]
    expect([one.statusCode, other.statusCode]).toEqual([200, 200])
    expect(told).toEqual([])
  })
})

const failed = 'A transformer of this gateway failed. The request id finds the cause.'

describe('a function that fails is a designed answer, and says nothing of a prompt', () => {
  it.each([
    ['throwing', 500, failed, /^team transform\.request\[0\]: TypeError at .*transform\.test\.ts/],
    ['mutating', 500, failed, /^team transform\.request\[0\]: TypeError/],
    ['misshapen', 500, failed, /^team .*\[0\]: gave back a wrong messages\[0\]\.content$/],
    ['refusing', 400, 'Ask about the weather alone.', undefined],
    ['unasked', 400, /transformed so: max_tokens: got 1000000; .* takes 1 to/, undefined],
    ['badreply', 500, failed, /^team transform\.reply\[0\]: gave back a wrong content\[0\]\.text$/],
    ['latereply', 500, failed, /^team transform\.reply\[0\]: Error at/],
  ] as const)('%s', async (team, status, message, fault) => {
    const before = bedrock.billed.length
    const answer = await asked(team)
    expect(answer.statusCode).toBe(status)
    expect(errorOf(answer).message).toMatch(message)
    const log = JSON.stringify(answer.lines)
    expect(log).not.toContain('secret')
    if (fault !== undefined) expect(answer.lines[0]?.fault).toMatch(fault)
    /** What was answered was paid; what was not asked was not. */
    expect(bedrock.billed.length - before).toBe(team.endsWith('reply') ? 1 : 0)
    await expectSettled(team, bedrock.billed.slice(before))
  })

  it('ends a stream that has begun', async () => {
    const answer = await asked('badreply', { stream: true })
    expect(answer.statusCode).toBe(200)
    expect(answer.text).toMatch(/event: error\ndata: .*internal_error/)
    expect(answer.lines[0]).toMatchObject({ outcome: 'internal_error' })
  })
})
