/** Calls that are hard to bound: of a model without a price, and of thousands of texts at once. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { modelById } from '../lambda/models/index.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { accountOf, billOf, mostOf } from './support/bills.ts'
import { everything } from './support/effort.ts'
import { invoke } from './support/in-process.ts'

const nova = modelById.get('amazon.nova-lite-v1:0')
if (nova === undefined) throw new Error('The catalogue lost Nova.')

const teams = ['money', 'watched', 'counted', 'enough', 'short'] as const
const texts = Array.from({ length: 2_048 }, (_, index) => `text ${index}`)
const many = {
  resource: '/v1/embeddings',
  body: JSON.stringify({ model: 'vectors', input: texts }),
}

const base: GatewayConfig = {
  regions: ['us-east-1'],
  models: { unpriced: { ...nova, price: [] }, vectors: 'cohere.embed-multilingual-v3' },
  plans: { plan: {} },
  teams: Object.fromEntries(teams.map((team) => [team, { plan: 'plan', models: '*' }])),
}
const { tokens: most } = mostOf(base, many, 'enough')

const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  ...base,
  plans: {
    money: { limits: [{ usd: 100, per: 'month' }] },
    watched: { limits: [{ usd: 100, per: 'month', then: 'report' }] },
    counted: { limits: [{ tokens: 10_000, per: 'month' }] },
    enough: { limits: [{ tokens: most, per: 'month' }] },
    short: { limits: [{ tokens: most - 1, per: 'month' }] },
  },
  teams: Object.fromEntries(teams.map((team) => [team, { plan: team, models: '*' }])),
}
vi.mock('#gateway-config', () => ({ default: config }))

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterAll(() => bedrock.close())

describe('a model without a price', () => {
  const body = JSON.stringify({ model: 'unpriced', question: 'Why?', max_tokens: 50 })

  it('is refused under a limit in USD', async () => {
    const sent = bedrock.requests.length
    const { statusCode, text } = await invoke({ body, team: 'money' })
    expect([statusCode, JSON.parse(text).error.code]).toEqual([403, 'model_not_allowed'])
    expect(bedrock.requests.length).toBe(sent)
    expect(await accountOf('money')).toMatchObject({ requests: 0, open: 0 })
  })

  it.each(['watched', 'counted'])('passes where no limit in USD refuses: %s', async (team) => {
    const before = bedrock.billed.length
    expect((await invoke({ body, team })).statusCode).toBe(200)
    const { tokens } = billOf(bedrock.billed.slice(before))
    expect(await accountOf(team)).toEqual({ requests: 1, tokens, microUsd: 0, open: 0 })
  })
})

describe('2,048 texts at once', () => {
  it('are refused where their bound does not fit, and none is sent', async () => {
    const sent = bedrock.requests.length
    expect((await invoke({ ...many, team: 'short' })).statusCode).toBe(429)
    expect(bedrock.requests.length).toBe(sent)
  })

  it('are one request, held at their bound and charged what was billed', async () => {
    const before = bedrock.billed.length
    expect((await invoke({ ...many, team: 'enough' })).statusCode).toBe(200)
    const bills = bedrock.billed.slice(before)
    expect(bills).toHaveLength(Math.ceil(texts.length / 96))
    const { tokens } = billOf(bills)
    expect(tokens).toBeLessThanOrEqual(most)
    expect(await accountOf('enough')).toMatchObject({ requests: 1, tokens, open: 0 })
  })
})
