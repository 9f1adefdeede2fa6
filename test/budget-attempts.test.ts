/** No number of failed attempts passes a hard limit: what another may be billed is held before it is made. */
import { describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { accountOf, mostOf } from './support/bills.ts'
import { everything } from './support/effort.ts'
import { type InProcessRequest, invoke } from './support/in-process.ts'
import { twoRegions } from './support/regions.ts'

const base: GatewayConfig = {
  regions: ['us-east-1', 'us-west-2'],
  models: { nova: 'amazon.nova-lite-v1:0' },
  plans: { any: {} },
  teams: { any: { plan: 'any', models: '*' } },
}

/** Longer than an answer takes, and too short for a region that hangs. */
const headers = { 'x-tollgate-timeout-ms': '400' }

const whole: InProcessRequest = {
  ...{ resource: '/bedrock', headers },
  body: JSON.stringify({ model: 'nova', question: 'What is a dystopia?', max_tokens: 60 }),
}
const streamed: InProcessRequest = {
  ...{ resource: '/v1/chat/completions', headers },
  body: JSON.stringify({
    ...{ model: 'nova', stream: true, max_tokens: 60 },
    messages: [{ role: 'user', content: 'What is a dystopia?' }],
  }),
}
const native: InProcessRequest = {
  ...{ resource: '/model/{modelId}/converse', path: { modelId: 'nova' }, headers },
  body: JSON.stringify({
    messages: [{ role: 'user', content: [{ text: 'What is a dystopia?' }] }],
    inferenceConfig: { maxTokens: 60 },
  }),
}
const requests = { whole, streamed, native }
type Name = keyof typeof requests

const names = Object.keys(requests) as Name[]
const mostOfOne = (name: Name) => mostOf(base, requests[name], 'any')

/** Of a request, a plan whose limit has room for so many at once. */
const planOf = (name: Name, room: number, measure: 'tokens' | 'usd') => {
  const { tokens, microUsd = 0 } = mostOfOne(name)
  const limit =
    measure === 'tokens'
      ? { tokens: Math.floor(tokens * room) }
      : { usd: Math.floor(microUsd * room) / 1e6 }
  return { maxParallel: 40, limits: [{ ...limit, per: 'month' as const }] }
}

const rooms = { one: 1.5, two: 2, many: 7.5 }
const cases = names.map((name) => {
  const measure = name === 'whole' ? ('tokens' as const) : ('usd' as const)
  return { name, measure, team: name }
})
const plans = Object.fromEntries(
  cases.flatMap(({ name, measure, team }) =>
    Object.entries(rooms).map(([room, times]) => [team + room, planOf(name, times, measure)]),
  ),
)
const alone = { maxParallel: 1, limits: [{ tokens: 1_000_000, per: 'month' as const }] }
const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  ...base,
  plans: { ...plans, alone },
  teams: Object.fromEntries(
    [...Object.keys(plans), 'alone'].map((plan) => [plan, { plan, models: '*' as const }]),
  ),
}
vi.mock('#gateway-config', () => ({ default: config }))

const regions = twoRegions()

const limitOf = (name: Name, measure: 'tokens' | 'usd', room: number): number => {
  const { tokens, microUsd = 0 } = mostOfOne(name)
  return Math.floor((measure === 'tokens' ? tokens : microUsd) * room)
}

async function usedBy(team: string, measure: 'tokens' | 'usd'): Promise<number> {
  const { tokens, microUsd, open } = await accountOf(team)
  expect(open).toBe(0)
  return measure === 'tokens' ? tokens : microUsd
}

describe.each(cases)('an attempt that may be billed, $name, of a budget in $measure', (one) => {
  const { name, measure, team } = one

  it('is the last where there is no room for another', async () => {
    regions.east.proxy.always('hang')
    const answer = await invoke({ ...requests[name], team: `${team}one` })
    expect([answer.statusCode, answer.headers['x-tollgate-attempts']], answer.text).toEqual([
      504,
      'us-east-1:TimeoutError',
    ])
    expect(answer.headers['x-tollgate-notice']).toContain('attempts: no other was made')
    expect(regions.west.requests()).toHaveLength(0)
    const used = await usedBy(`${team}one`, measure)
    expect(used).toBeGreaterThan(0)
    expect(used).toBeLessThanOrEqual(limitOf(name, measure, 1.5))
  })

  it('is followed by another where there is, and both are charged', async () => {
    regions.east.proxy.always('hang')
    const answer = await invoke({ ...requests[name], team: `${team}two` })
    expect([answer.statusCode, answer.headers['x-tollgate-attempts']], answer.text).toEqual([
      200,
      'us-east-1:TimeoutError,us-west-2:ok',
    ])
    const used = await usedBy(`${team}two`, measure)
    const [bill] = regions.west.billed()
    expect(used).toBeGreaterThan(measure === 'tokens' ? (bill?.input ?? 0) : 0)
    expect(used).toBeLessThanOrEqual(limitOf(name, measure, 2))
  })

  it('of many calls at once, passes no limit', async () => {
    regions.east.proxy.always('hang')
    regions.west.proxy.always('hang')
    const asked = Array.from({ length: 20 }, () => ({ ...requests[name], team: `${team}many` }))
    const answers = await Promise.all(asked.map(invoke))
    const statuses = new Set(answers.map(({ statusCode }) => statusCode))
    expect(statuses).toEqual(new Set([429, 504]))
    const used = await usedBy(`${team}many`, measure)
    expect(used).toBeGreaterThan(limitOf(name, measure, 1.5))
    expect(used).toBeLessThanOrEqual(limitOf(name, measure, 7.5))
  })
})

it('is not one more call at once', async () => {
  regions.east.proxy.always('hang')
  const answer = await invoke({ ...whole, team: 'alone' })
  expect(answer.headers['x-tollgate-attempts']).toBe('us-east-1:TimeoutError,us-west-2:ok')
  expect(await accountOf('alone')).toMatchObject({ requests: 1, open: 0 })
})
