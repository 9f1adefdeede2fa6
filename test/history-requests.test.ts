/** Requests of each kind, through the whole function: a team's hour is more by exactly what they were, and its last requests tell each. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { billOf } from './support/bills.ts'
import { type InProcessRequest, invoke, linesOf, tableItems } from './support/in-process.ts'

vi.mock('#gateway-config', () => {
  const models = '*'
  return {
    default: {
      regions: ['us-east-1'],
      models: { nova: 'amazon.nova-lite-v1:0', claude: 'anthropic.claude-haiku-4-5-20251001-v1:0' },
      plans: { free: {}, one: { limits: [{ requests: 1, per: 'day' }] } },
      teams: {
        red: { plan: 'free', models, log: 'full' },
        blue: { plan: 'free', models },
        silent: { plan: 'free', models, log: 'none' },
        once: { plan: 'one', models },
      },
    },
  }
})

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterAll(() => bedrock.close())

const bodyOf = (more: object) =>
  JSON.stringify({ model: 'nova', question: 'Hi', max_tokens: 50, ...more })
const ask = (team: string, more: object = {}, request: InProcessRequest = {}) =>
  invoke({ team, body: bodyOf(more), ...request })

async function get(team: string, resource: string, query: Record<string, string> = {}) {
  const { statusCode, text } = await invoke({ method: 'GET', resource, team, query })
  expect(statusCode).toBe(200)
  return JSON.parse(text)
}

const sumOf = (hours: readonly Record<string, number>[]) => {
  const names = ['requests', 'tokens', 'micro_usd', 'errors', 'cache_hits']
  return names.map((name) => hours.reduce((sum, hour) => sum + (hour[name] ?? 0), 0))
}
const hoursOf = async (team: string) =>
  sumOf((await get(team, '/v1/usage/hours', { hours: '2' })).hours)
const lastOf = async (team: string) => (await get(team, '/v1/usage/requests')).requests

const messages = [{ role: 'user', content: 'A word nobody else says' }]
const kinds: readonly (readonly [string, object, InProcessRequest, readonly [number, number]])[] = [
  ['an answer', {}, {}, [200, 0]],
  ['a stream', { stream: true }, {}, [200, 0]],
  [
    'another dialect',
    { model: 'claude', messages, question: undefined },
    { resource: '/v1/messages' },
    [200, 0],
  ],
  ['a wrong body', { max_tokens: -1 }, {}, [400, 1]],
  ['a model that is not there', { model: 'gpt' }, {}, [404, 1]],
]

it.each(kinds)('%s', async (_, more, request, [status, errors]) => {
  const before = await hoursOf('red')
  const from = bedrock.billed.length
  const answer = await ask('red', more, request)
  expect(answer.statusCode).toBe(status)
  const after = await hoursOf('red')
  const { tokens, microUsd } = billOf(bedrock.billed.slice(from))
  expect(after.map((amount, index) => amount - (before[index] ?? 0))).toEqual([
    ...[1, tokens, microUsd],
    ...[errors, 0],
  ])
  const [line] = answer.lines
  const [last] = await lastOf('red')
  expect(last).toMatchObject({
    status,
    id: line?.requestId,
    outcome: line?.outcome,
    key: 'abcd1234',
  })
  expect(last.route).toBe(`POST ${request.resource ?? '/bedrock'}`)
})

it('prompt and answer are there where the team’s log is full, and only there', async () => {
  const told = await lastOf('red')
  const [full] = told.filter(({ route }: { route: string }) => route === 'POST /v1/messages')
  expect(full.prompt).toContain('A word nobody else says')
  expect(full.answer).toContain('A word nobody else says')
  for (const team of ['blue', 'silent']) {
    await ask(team, { question: `A word of ${team} alone` })
    expect((await hoursOf(team))[0]).toBe(1)
  }
  const [other, ...more] = await lastOf('blue')
  expect(more).toEqual([])
  expect(other).not.toHaveProperty('prompt')
  expect(await lastOf('silent')).toEqual([])
  const table = JSON.stringify(await tableItems())
  expect(table).not.toMatch(/A word of (blue|silent) alone/)
})

it('a refusal is one of them, with the decision under which it is explained', async () => {
  await ask('once')
  const { statusCode, text } = await ask('once')
  expect(statusCode).toBe(429)
  const [refusal, answer] = await lastOf('once')
  expect(answer).toMatchObject({ status: 200 })
  expect(refusal).toMatchObject({ status: 429, outcome: 'quota_exceeded' })
  expect(refusal.decision_id).toBe(JSON.parse(text).error.decision_id)
})

it('what a team asks of itself is none of them, and nothing failed', async () => {
  const before = await hoursOf('blue')
  for (const resource of ['/v1/usage', '/v1/models']) await get('blue', resource)
  expect(await hoursOf('blue')).toEqual(before)
  for (const team of ['red', 'blue', 'silent', 'once']) {
    expect(linesOf(team).filter((line) => 'HistoryFailures' in line)).toEqual([])
  }
})
