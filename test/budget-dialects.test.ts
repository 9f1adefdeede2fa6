/** The same conversation moves the ledger by the same amounts, however it is asked for: by what Bedrock bills. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { type Bill, type Simulator, startSimulator } from '../local/simulator/index.ts'
import { accountOf, billOf, expectSettled } from './support/bills.ts'
import { everything } from './support/effort.ts'
import { type InProcessAnswer, type InProcessRequest, invoke } from './support/in-process.ts'
import { byAddress, embedding, type Way, ways } from './support/ways.ts'

const plan = { limits: [{ usd: 100, per: 'month' }] } as const
const letters = 'abcdefghijklmnopqrstuvwxyz'.split('')
const teams = letters.flatMap((one) => letters.map((other) => one + other))

const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  regions: ['us-east-1'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    vectors: 'amazon.titan-embed-text-v2:0',
  },
  plans: { plan },
  teams: Object.fromEntries(teams.map((team) => [team, { plan: 'plan', models: '*' }])),
}
vi.mock('#gateway-config', () => ({ default: config }))

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterAll(() => bedrock.close())

/** Each asker has a ledger of its own. */
function newTeam(): string {
  const team = teams.pop()
  if (team === undefined) throw new Error('There are no more teams.')
  return team
}

async function billed(request: InProcessRequest, team: string) {
  const before = bedrock.billed.length
  const answer = await invoke({ ...request, team })
  expect(answer.statusCode, answer.text).toBe(200)
  return { answer, bills: bedrock.billed.slice(before) }
}

/** Each way whole and streamed, where it has both. */
const both = (all: readonly Way[]) =>
  all.flatMap((way) =>
    way.streams.map((stream) => ({
      way,
      stream,
      name: `${way.name}${stream ? ', streamed' : ''}`,
    })),
  )

const toldCost = ({ headers, text }: InProcessAnswer): number => {
  const [, said] = /"cost_usd":\s*([\d.e-]+)/.exec(text) ?? []
  return Number(headers['x-tollgate-cost-usd'] ?? said)
}

describe.each(['nova', 'claude'])('a conversation with %s', (model) => {
  const said = { model, text: 'What is a dystopia? [[simulate:words:40]]', maxTokens: 300 }
  let first: Bill | undefined

  it.each(both([...ways, byAddress]))('by $name', async ({ way, stream }) => {
    const team = newTeam()
    const { bills } = await billed(way.ask({ ...said, stream }), team)
    await expectSettled(team, bills)
    first ??= bills[0]
    expect(await accountOf(team)).toEqual({ ...billOf(first ? [first] : []), open: 0 })
  })
})

describe.each(['5m', '1h'] as const)('a prompt that is kept for %s', (ttl) => {
  const json = (body: unknown) => ({ body: JSON.stringify(body) })
  const cache_control = { type: 'ephemeral', ttl }
  const parts = (text: string, mark: object) => [
    { type: 'text', text, ...mark },
    { type: 'text', text: 'What is it about?' },
  ]
  const anthropic = (text: string) => ({
    max_tokens: 200,
    messages: [{ role: 'user', content: parts(text, { cache_control }) }],
  })
  const path = { modelId: 'claude' }
  const invoked = (text: string) => ({
    ...{ path, ...json({ anthropic_version: 'bedrock-2023-05-31', ...anthropic(text) }) },
  })
  const conversed = (text: string) => {
    const content = [
      { text },
      { cachePoint: { type: 'default', ttl } },
      { text: 'What is it about?' },
    ]
    return {
      path,
      ...json({ messages: [{ role: 'user', content }], inferenceConfig: { maxTokens: 200 } }),
    }
  }
  const said = (stream: boolean, text: string) =>
    json({ ...anthropic(text), model: 'claude', stream })

  const asks: Readonly<Record<string, (text: string) => InProcessRequest>> = {
    'chat completions': (text) => ({ resource: '/v1/chat/completions', ...said(false, text) }),
    'chat completions, streamed': (text) => ({
      ...{ resource: '/v1/chat/completions', ...said(true, text) },
    }),
    messages: (text) => ({ resource: '/v1/messages', ...said(false, text) }),
    'messages, streamed': (text) => ({ resource: '/v1/messages', ...said(true, text) }),
    invoke: (text) => ({ resource: '/model/{modelId}/invoke', ...invoked(text) }),
    'invoke-with-response-stream': (text) => ({
      ...{ resource: '/model/{modelId}/invoke-with-response-stream', ...invoked(text) },
    }),
    converse: (text) => ({ resource: '/model/{modelId}/converse', ...conversed(text) }),
    'converse-stream': (text) => ({
      ...{ resource: '/model/{modelId}/converse-stream', ...conversed(text) },
    }),
  }
  const [first = ''] = Object.keys(asks)
  const moved = new Map<string, readonly object[]>()

  it.each(Object.entries(asks))('is charged as written, then as read, by %s', async (name, ask) => {
    const team = newTeam()
    const request = ask(`${team} ${ttl} ${'A long book. '.repeat(400)}`)
    const written = await billed(request, team)
    await expectSettled(team, written.bills)
    const read = await billed(request, team)
    const bills = [...written.bills, ...read.bills]
    await expectSettled(team, bills)
    const counts = bills.map(({ input, cacheRead, cacheWrite5m, cacheWrite1h, output }) => ({
      ...{ input, cacheRead, cacheWrite5m, cacheWrite1h, output },
    }))
    const kept = ttl === '5m' ? 'cacheWrite5m' : 'cacheWrite1h'
    expect(counts[0]?.[kept]).toBeGreaterThan(1_000)
    expect(counts[1]).toMatchObject({ cacheRead: counts[0]?.[kept], [kept]: 0 })
    moved.set(name, counts)
    expect(counts).toEqual(moved.get(first))
  })
})

describe('vectors', () => {
  it.each(both(embedding))('by $name', async ({ way, stream }) => {
    const team = newTeam()
    const said = { model: 'vectors', text: 'What is a dystopia?', maxTokens: 0, stream }
    const { bills } = await billed(way.ask(said), team)
    await expectSettled(team, bills)
    expect(bills).toMatchObject([{ input: 5, output: 0 }])
  })

  it('of many texts are one request, and all of their tokens', async () => {
    const team = newTeam()
    const body = JSON.stringify({ model: 'vectors', input: ['one', 'two words', 'three of them'] })
    const { bills } = await billed({ resource: '/v1/embeddings', body }, team)
    expect(bills).toHaveLength(3)
    const { tokens } = billOf(bills)
    expect(await accountOf(team)).toMatchObject({ requests: 1, tokens, open: 0 })
  })
})

it('is what answers say it cost, and what usage adds up', async () => {
  const team = newTeam()
  const said = { model: 'claude', text: 'What is a dystopia?', maxTokens: 300 }
  const costs: number[] = []
  for (const { way, stream } of both(ways)) {
    const { answer } = await billed(way.ask({ ...said, stream }), team)
    const cost = toldCost(answer)
    if (!Number.isNaN(cost)) costs.push(cost)
  }
  expect(costs).toHaveLength(12)
  expect(new Set(costs).size).toBe(1)
  const { microUsd, tokens, requests } = await accountOf(team)
  expect(microUsd).toBe(Math.ceil((costs[0] ?? 0) * 1e6) * requests)
  const usage = await invoke({ method: 'GET', resource: '/v1/usage', team })
  expect(JSON.parse(usage.text)).toMatchObject({
    limits: [{ measure: 'micro_usd', used: microUsd, reserved: 0 }],
    usage: [
      { window: 'day', requests, tokens, micro_usd: microUsd },
      { window: 'month', requests, tokens, models: { claude: { tokens, micro_usd: microUsd } } },
    ],
  })
})
