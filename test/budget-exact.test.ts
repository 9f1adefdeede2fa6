/** Any number of requests at once gets what fits a budget, to the last one, and is charged what was billed. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig, Plan } from '../lambda/core/config.ts'
import type * as Providers from '../lambda/providers/index.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { expectSettled, mostOf } from './support/bills.ts'
import { everything, runs } from './support/effort.ts'
import { type InProcessRequest, invoke } from './support/in-process.ts'
import { byAddress, embedding, type Way, ways } from './support/ways.ts'

type Case = {
  readonly name: string
  readonly team: string
  readonly request: InProcessRequest
  readonly measure: 'tokens' | 'usd'
  readonly asked: number
  readonly fitting: number
}

const base = {
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0', vectors: 'amazon.titan-embed-text-v2:0' },
} as const

const said = { text: 'What is a dystopia?', maxTokens: 40 }

const measures = ['tokens', 'usd'] as const
const inTurn = (index: number) => measures.slice(index % 2, (index % 2) + 1)

/** Tried with many in a hurry, too. */
const inFull = 'POST /v1/chat/completions true'

const cases: readonly Case[] = [...ways, byAddress, ...embedding]
  .flatMap((way) => way.streams.map((stream) => [way, stream] as const))
  .flatMap(([way, stream], index) =>
    (everything ? measures : inTurn(index)).map((measure) => caseOf(way, stream, measure)),
  )

function caseOf(way: Way, stream: boolean, measure: Case['measure']): Case {
  const model = embedding.includes(way) ? 'vectors' : 'nova'
  const request = way.ask({ ...said, model, stream })
  const asked = `${way.name} ${stream}` === inFull ? runs(250, 1_000) : runs(10, 1_000)
  const name = `${way.name}${stream ? ', streamed' : ''}`
  const team = `${way.name}${stream}${measure}`.toLowerCase().replaceAll(/[^a-z]/g, '')
  return { name, team, request, measure, asked, fitting: asked / 5 }
}

/** Room for exactly so many, and for all but the last unit of one more. */
function planOf({ request, measure, fitting }: Case): Plan {
  const anyone = {
    ...base,
    plans: { free: {} },
    teams: { one: { plan: 'free', models: '*' } },
  } as const
  const { tokens, microUsd = 0 } = mostOf(anyone, request, 'one')
  const room = (most: number) => most * (fitting + 1) - 1
  const limit = measure === 'tokens' ? { tokens: room(tokens) } : { usd: room(microUsd) / 1e6 }
  return { limits: [{ ...limit, per: 'month' }] }
}

const config: GatewayConfig = {
  ...base,
  plans: Object.fromEntries(cases.map((one) => [one.team, planOf(one)])),
  teams: Object.fromEntries(cases.map(({ team }) => [team, { plan: team, models: '*' }])),
  /** So many at once in one environment are no gateway’s; its table here has enough to do. */
  monitoring: { history: false },
}

vi.mock('#gateway-config', () => ({ default: config }))

/** Holds back whoever got as far as Bedrock, so that none makes room for another. */
const gate = { waiting: 0, opened: Promise.withResolvers<void>(), told: () => {} }
vi.mock('../lambda/providers/index.ts', async (original) => {
  const { provider } = await original<typeof Providers>()
  return {
    provider: async (...[call, deadline]: Parameters<typeof provider>) => {
      gate.waiting += 1
      gate.told()
      await gate.opened.promise
      return provider(call, deadline)
    },
  }
})

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterAll(() => bedrock.close())

/** All of them at once; none that was admitted is answered before each of the others is refused. */
async function flood({ request, team, asked }: Case) {
  let refused = 0
  Object.assign(gate, { waiting: 0, opened: Promise.withResolvers<void>() })
  gate.told = () => {
    if (gate.waiting + refused === asked) gate.opened.resolve()
  }
  return Promise.all(
    Array.from({ length: asked }, async () => {
      const answer = await invoke({ ...request, team })
      if (answer.statusCode !== 200) refused += 1
      gate.told()
      return answer
    }),
  )
}

describe.each(cases)('$name: $asked requests on a budget in $measure for $fitting', (one) => {
  it('admits those, refuses the others, and charges what was billed', async () => {
    const before = bedrock.requests.length
    const answers = await flood(one)
    const statuses = Map.groupBy(answers, ({ statusCode }) => statusCode)
    expect([...statuses].map(([status, { length }]) => [status, length]).toSorted()).toEqual([
      [200, one.fitting],
      [429, one.asked - one.fitting],
    ])
    expect(gate.waiting).toBe(one.fitting)
    expect(bedrock.requests.length - before).toBe(one.fitting)
    for (const { text } of statuses.get(429) ?? []) expect(text).toContain('budget_exceeded')
    await expectSettled(one.team, bedrock.billed.slice(before))
  }, 60_000)
})
