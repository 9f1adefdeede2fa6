/** Callers while the ledger's table fails: a plan that refuses is safe, one that allows is bounded, one without limits notices nothing. */
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { allowedMicroUsd, allowedTokens, openAllowance } from '../lambda/policies/allowance.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { begin, invoke, linesOf } from './support/in-process.ts'
import { type FaultyTable, startFaultyTable } from './support/store-faults.ts'

vi.mock('#gateway-config', () => {
  const limits = [{ tokens: 10_000_000, per: 'month' }]
  const models = ['nova']
  return {
    default: {
      regions: ['us-east-1'],
      models: { nova: 'amazon.nova-lite-v1:0' },
      plans: {
        safe: { limits },
        easy: { limits, onLedgerFailure: 'allow' },
        free: {},
      },
      teams: {
        safe: { plan: 'safe', models },
        easy: { plan: 'easy', models },
        free: { plan: 'free', models },
      },
    },
  }
})

let table: FaultyTable | undefined
let simulator: Simulator | undefined
beforeAll(async () => {
  table = await startFaultyTable()
  simulator = await startSimulator({ region: 'us-east-1' })
  process.env.TOLLGATE_TABLE = table.table
  process.env.AWS_ENDPOINT_URL_DYNAMODB = table.url
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = simulator.url
})
afterAll(async () => {
  await table?.close()
  await simulator?.close()
})

const maxTokens = 4_000
const sent = () => simulator?.requests.length ?? 0

const body = JSON.stringify({ model: 'nova', question: 'Hi', max_tokens: maxTokens })

async function ask(team: string) {
  const before = sent()
  const { statusCode, headers, text } = await invoke({ body, team })
  return { statusCode, sent: sent() - before, retryAfter: headers['retry-after'], text }
}

/** Until the caller has the whole answer; the function may have more to do. */
async function waitFor(team: string): Promise<number> {
  const asked = performance.now()
  const { stream, done } = await begin({ body, team })
  await once(stream.resume(), 'end')
  const ms = performance.now() - asked
  await done
  return ms
}

describe.each(['throttle', 'error', 'reset', 'denied', 'hang'] as const)('%s', (type) => {
  beforeEach(() => {
    const order = table?.order({ type })
    return () => order?.cancel()
  })

  it('a plan that refuses: 503, soon, and nothing is sent to a model', async () => {
    const { text, ...answer } = await ask('safe')
    expect(answer).toEqual({ statusCode: 503, sent: 0, retryAfter: '5' })
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'upstream_unavailable' } })
    expect(await waitFor('safe')).toBeLessThan(1_500)
    const told = linesOf('safe')
    const line = told.filter(({ status }) => status !== undefined).at(-1)
    expect(line).toMatchObject({ LedgerFailures: 1, status: 503 })
  })

  it('a team without limits notices nothing', async () => {
    expect(await ask('free')).toMatchObject({ statusCode: 200, sent: 1 })
  })
})

it('each of them is told to be missing in the history, once, whether it waited there or not', async () => {
  const order = table?.order({ type: 'denied' })
  for (let call = 0; call < 12; call += 1) await ask('safe')
  const read = { method: 'GET', resource: '/v1/usage/requests', team: 'safe' }
  expect((await invoke(read)).statusCode).toBe(503)
  const told = linesOf('safe')
  const asked = told.filter(({ route }) => route === 'POST /bedrock')
  const missing = told.filter(({ event }) => event === 'not-in-history')
  expect(missing.length).toBeGreaterThan(0)
  expect(missing.length).toBeLessThan(asked.length)
  expect(missing.reduce((sum, line) => sum + Number(line.HistoryFailures), 0)).toBe(asked.length)
  expect(asked.length).toBeGreaterThanOrEqual(12)
  order?.cancel()
})

it('a plan that allows: so many tokens of an environment and minute, each told, then 503', async () => {
  const order = table?.order({ type: 'denied' })
  const answers = []
  for (let call = 0; call < 6; call += 1) answers.push(await ask('easy'))
  const passed = answers.filter(({ statusCode }) => statusCode === 200)
  expect(passed.length).toBe(Math.floor(allowedTokens / maxTokens) - 1)
  expect(passed.every((answer) => answer.sent === 1)).toBe(true)
  for (const { statusCode, sent, retryAfter } of answers.slice(passed.length)) {
    expect({ statusCode, sent, retryAfter }).toEqual({ statusCode: 503, sent: 0, retryAfter: '5' })
  }
  const told = linesOf('easy').filter(({ event }) => event === 'failing-open')
  expect(told.length).toBe(passed.length)
  expect(told[0]).toMatchObject({ BudgetFailOpen: 1 })
  order?.cancel()
})

it('the allowance is another one in another minute', () => {
  let now = 0
  const allow = openAllowance(() => now)
  const most = { requests: 1, tokens: allowedTokens, microUsd: 1 }
  expect([allow(most), allow(most)]).toEqual([true, false])
  now = 60_000
  expect(allow({ requests: 1, tokens: 1, microUsd: allowedMicroUsd })).toBe(true)
  expect(allow({ requests: 1, tokens: 1, microUsd: 1 })).toBe(false)
})

it('all is as before when the table answers again', async () => {
  expect((await ask('safe')).statusCode).toBe(200)
})
