/** A key asks what its team used, what is left and what is to come, its hours, and its last requests. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import type { RecentRequest } from '../lambda/core/history.ts'
import type { Used } from '../lambda/core/ledger.ts'
import { openHistory } from '../lambda/history/history.ts'
import { described } from './support/described.ts'
import { bucket, fakeLedger } from './support/fake-ledger.ts'
import { faults } from './support/json-schema.ts'
import { limited } from './support/limited.ts'
import { memoryStore } from './support/memory-store.ts'

const ledger = fakeLedger()
const usage = (team?: string) => limited(ledger)({ method: 'GET', resource: '/v1/usage', team })

const now = Date.UTC(2026, 10, 21, 18, 30)
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'], now }))
afterAll(() => void vi.useRealTimers())

const midnight = Date.UTC(2026, 10, 22)
const december = Date.UTC(2026, 11, 1)
const today: Used = {
  ...{ window: 'day', name: '2026-11-21', requests: 3, tokens: 900, microUsd: 1234 },
  reserved: { requests: 1, tokens: 100, microUsd: 50 },
  models: { nova: { tokens: 900, microUsd: 1234 } },
}

beforeEach(() => Object.assign(ledger, { buckets: [], usage: [] }))

describe('a team with limits', () => {
  beforeEach(() => {
    const { resetsAt: _, ...parallel } = bucket({
      measure: 'parallel',
      window: 'now',
      limit: 4,
      used: 0,
      reserved: 1,
    })
    ledger.buckets = [
      bucket({ resetsAt: midnight, key: 'abcd1234' }),
      bucket({
        ...{ measure: 'micro-usd', window: 'month', then: 'warn', model: 'nova' },
        ...{ limit: 5_000_000, used: 4_999_999, reserved: 5, resetsAt: december },
      }),
      parallel,
      bucket({ limit: Infinity, then: 'report' }),
    ]
    ledger.usage = [today]
  })

  it('hears of each, in the same form', async () => {
    const { statusCode, json } = await usage()
    expect(statusCode).toBe(200)
    expect(json).toEqual({
      team: 'demo',
      plan: 'hard',
      time_zone: 'UTC',
      limits: [
        {
          ...{ whose: 'team', measure: 'requests', window: 'day', key: 'abcd1234' },
          ...{ limit: 100, used: 40, reserved: 10, remaining: 50 },
          ...{ resets_at: '2026-11-22T00:00:00Z', then: 'refuse' },
        },
        {
          ...{ whose: 'team', measure: 'micro_usd', window: 'month', model: 'nova' },
          ...{ limit: 5_000_000, used: 4_999_999, reserved: 5, remaining: 0 },
          usd: { limit: '5', used: '4.999999', reserved: '0.000005', remaining: '0' },
          ...{ resets_at: '2026-12-01T00:00:00Z', then: 'warn' },
        },
        {
          ...{ whose: 'team', measure: 'parallel', window: 'now' },
          ...{ limit: 4, used: 0, reserved: 1, remaining: 3, then: 'refuse' },
        },
      ],
      usage: [
        {
          ...{ window: 'day', name: '2026-11-21', requests: 3, tokens: 900 },
          ...{ cost_usd: 0.001234, micro_usd: 1234 },
          reserved: { requests: 1, tokens: 100, cost_usd: 0.00005, micro_usd: 50 },
          models: { nova: { tokens: 900, cost_usd: 0.001234, micro_usd: 1234 } },
        },
      ],
      forecast: [
        {
          ...{ whose: 'team', measure: 'requests', window: 'day', key: 'abcd1234' },
          /** 18.5 of 24 hours are over; the spread is taken to be the mean. */
          ...{ limit: 100, used: 40, expected: 52, low: 44, high: 60 },
          resets_at: '2026-11-22T00:00:00Z',
        },
        {
          ...{ whose: 'team', measure: 'micro_usd', window: 'month', model: 'nova' },
          ...{ limit: 5_000_000, used: 4_999_999, expected: 7_221_664 },
          ...{ low: 6_056_366, high: 8_386_961 },
          usd: {
            ...{ limit: '5', used: '4.999999', expected: '7.221664' },
            ...{ low: '6.056366', high: '8.386961' },
          },
          ...{ resets_at: '2026-12-01T00:00:00Z', reached_at: '2026-11-21T18:30:01Z' },
        },
      ],
    })
  })

  it('gets it as the description says, limits in the headers too', async () => {
    ledger.buckets = [bucket(), ...ledger.buckets]
    const { json, headers } = await usage()
    expect(faults(json, described('Usage'))).toEqual([])
    expect(headers).toMatchObject({ 'x-ratelimit-remaining-requests': '50' })
    expect(headers).not.toHaveProperty('x-tollgate-model')
  })
})

describe('a team without limits', () => {
  it('is told where its usage is', async () => {
    const { json, headers } = await usage('few')
    expect(json).toEqual({
      ...{ team: 'few', plan: 'tight', time_zone: 'UTC', limits: [], usage: [], forecast: [] },
      note: expect.stringContaining('A team without limits is not counted here'),
    })
    expect(Object.keys(headers).filter((name) => /ratelimit|budget/.test(name))).toEqual([])
  })

  it('that the configuration has no more has no plan', async () => {
    for (const team of ['gone', '__proto__']) {
      const { json } = await usage(team)
      expect(json).toMatchObject({ team, limits: [] })
      expect(json).not.toHaveProperty('plan')
    }
  })
})

describe('where the ledger cannot be asked', () => {
  it('the answer is an error like others', async () => {
    const silent = async () => {
      throw new TollgateError('upstream_unavailable', 'The ledger is not there.', { retryAfter: 1 })
    }
    const ask = limited({ ...ledger, standings: silent, used: silent })
    const { statusCode, headers, json } = await ask({ method: 'GET', resource: '/v1/usage' })
    expect(statusCode).toBe(503)
    expect(headers).toMatchObject({ 'retry-after': '1' })
    expect(json.error.code).toBe('upstream_unavailable')
  })

  it('needs a key first', async () => {
    expect((await usage('')).statusCode).toBe(401)
  })
})

const hourMs = 3_600_000
const past = openHistory(memoryStore(), { now: () => now })
const get = (resource: string, query: Record<string, string> = {}, team = 'demo') =>
  limited(ledger, { history: past })({ method: 'GET', resource, query, team })

/** One now, one some hours ago, and one of another team. */
const last: RecentRequest = {
  ...{ id: 'r9', at: now - 1000, route: 'POST /v1/messages', keyId: 'abcd1234', asked: 'nova' },
  ...{ model: 'amazon.nova-lite-v1:0', status: 200, outcome: 'ok', stream: true, cache: 'miss' },
  ...{ durationMs: 812.4, firstTokenMs: 90.2, inputTokens: 21, outputTokens: 19, tokens: 140 },
  ...{ costMicroUsd: 5.82, attempts: 'us-east-1:ok', metadata: { job: 'x' } },
  ...{ prompt: 'user: Hi', answer: 'Yes.' },
}
const refused: RecentRequest = {
  ...{ id: 'r8', at: now - 5 * hourMs, route: 'POST /bedrock', keyId: 'abcd1234' },
  ...{ status: 429, outcome: 'budget_exceeded', decision: 'abcdefghijklmnop', stream: false },
  durationMs: 3,
}
beforeAll(async () => {
  await past.add('demo', undefined, refused)
  await past.add('demo', 'nova', last)
  await past.add('few', 'titan', { ...last, id: 'theirs', prompt: 'theirs' })
})

describe('the hours of a team', () => {
  const ofRefused = {
    ...{ at: '2026-11-21T13:00:00Z', requests: 1, tokens: 0, cost_usd: 0, micro_usd: 0 },
    ...{ errors: 1, cache_hits: 0, average_ms: 3, models: {} },
  }
  const ofLast = {
    ...{ at: '2026-11-21T18:00:00Z', requests: 1, tokens: 140, cost_usd: 0.000006, micro_usd: 6 },
    ...{ errors: 0, cache_hits: 0, average_ms: 812 },
    models: { nova: { requests: 1, tokens: 140, cost_usd: 0.000006, micro_usd: 6 } },
  }

  it.each<[Record<string, string>, string, readonly object[]]>([
    [{}, '2026-11-20T19:00:00Z', [ofRefused, ofLast]],
    [{ hours: '1' }, '2026-11-21T18:00:00Z', [ofLast]],
    [{ hours: '6' }, '2026-11-21T13:00:00Z', [ofRefused, ofLast]],
    [{ since: '2026-11-21T14:59:59.5+01:00' }, '2026-11-21T13:00:00Z', [ofRefused, ofLast]],
    [{ since: '2026-11-21' }, '2026-11-21T00:00:00Z', [ofRefused, ofLast]],
    [{ hours: '744' }, '2026-10-21T19:00:00Z', [ofRefused, ofLast]],
  ])('are told: %o', async (query, since, hours) => {
    const { statusCode, json } = await get('/v1/usage/hours', query)
    expect({ statusCode, json }).toEqual({ statusCode: 200, json: { team: 'demo', since, hours } })
    expect(faults(json, described('UsageHours'))).toEqual([])
  })

  it.each<[Record<string, string>, string, string]>([
    [{ hours: '0' }, 'hours', 'hours: got "0", needs a whole number from 1 to 744.'],
    [{ hours: '745' }, 'hours', 'hours: got "745", needs'],
    [{ hours: '1e2' }, 'hours', 'hours: got "1e2", needs'],
    [{ since: 'yesterday' }, 'since', 'needs a past moment, as 2026-11-21T18:30:00Z.'],
    [{ since: '2026-13-01' }, 'since', 'needs a past moment'],
    [{ since: '2026-11-22' }, 'since', 'needs a past moment'],
    [{ since: '2026-10-01' }, 'since', 'needs 2026-10-21T19:00:00Z or later: 31 days are told.'],
    [{ since: '2026-11-21', hours: '2' }, 'since', 'stands beside hours'],
    [{ team: 'few' }, 'team', '"team": is not known here; there is since and hours.'],
  ])('are not told of %o', async (query, param, message) => {
    const { statusCode, json } = await get('/v1/usage/hours', query)
    expect(statusCode).toBe(400)
    expect(json.error).toMatchObject({ code: 'invalid_body', param })
    expect(json.error.message).toContain(message)
  })
})

describe('the last requests of a team', () => {
  it('are told newest first, each as it was, and no other team’s', async () => {
    const { statusCode, json } = await get('/v1/usage/requests')
    expect(statusCode).toBe(200)
    expect(faults(json, described('UsageRequests'))).toEqual([])
    expect(json).toEqual({
      team: 'demo',
      requests: [
        {
          ...{ id: 'r9', at: '2026-11-21T18:29:59.000Z', route: 'POST /v1/messages' },
          ...{ key: 'abcd1234', status: 200, outcome: 'ok', stream: true, duration_ms: 812 },
          ...{ asked: 'nova', model: 'amazon.nova-lite-v1:0', first_token_ms: 90 },
          ...{ input_tokens: 21, output_tokens: 19, tokens: 140, cost_usd: 0.00000582 },
          ...{ cache: 'miss', attempts: 'us-east-1:ok', metadata: { job: 'x' } },
          ...{ prompt: 'user: Hi', answer: 'Yes.' },
        },
        {
          ...{ id: 'r8', at: '2026-11-21T13:30:00.000Z', route: 'POST /bedrock' },
          ...{ key: 'abcd1234', status: 429, outcome: 'budget_exceeded', stream: false },
          ...{ duration_ms: 3, decision_id: 'abcdefghijklmnop' },
        },
      ],
    })
  })

  it('are as many as asked for', async () => {
    const { json } = await get('/v1/usage/requests', { limit: '1' })
    expect(json.requests.map(({ id }: { id: string }) => id)).toEqual(['r9'])
    for (const limit of ['0', '129', 'all', '']) {
      const { statusCode, json: wrong } = await get('/v1/usage/requests', { limit })
      expect(statusCode).toBe(400)
      expect(wrong.error.message).toContain('needs a whole number from 1 to 128.')
    }
    expect((await get('/v1/usage/requests', { since: '1' })).statusCode).toBe(400)
  })

  it('need a key, and are none where the gateway keeps none', async () => {
    for (const resource of ['/v1/usage/hours', '/v1/usage/requests']) {
      expect((await get(resource, {}, '')).statusCode).toBe(401)
      const { json } = await limited(ledger)({ method: 'GET', resource })
      expect(json.hours ?? json.requests).toEqual([])
    }
  })
})

describe('a forecast', () => {
  it('is made of the hours there are, and without them where they cannot be read', async () => {
    const hours = Array.from({ length: 18 }, (_, hour) => Date.UTC(2026, 10, 21, hour))
    const rest = { requests: 1, microUsd: 0, errors: 0, cacheHits: 0, durationMs: 1, models: {} }
    const even = hours.map((at) => ({ at, tokens: 100, ...rest }))
    ledger.buckets = [
      bucket({ measure: 'tokens', limit: 10_000, used: 1800, reserved: 0, resetsAt: midnight }),
    ]
    const asked: number[] = []
    const readable = async (_: string, since: number) => {
      asked.push(since)
      return even
    }
    const unreadable = async () => {
      throw new TollgateError('upstream_unavailable', 'Not now.')
    }
    const told = async (hours: typeof readable) => {
      const history = { hours, recent: async () => [] }
      const ask = limited(ledger, { history })
      return (await ask({ method: 'GET', resource: '/v1/usage' })).json.forecast
    }
    expect(await told(readable)).toMatchObject([{ expected: 2350, low: 2350, high: 2350 }])
    expect(asked).toEqual([midnight - 24 * hourMs])
    expect(await told(unreadable)).toMatchObject([{ expected: 2335 }])
  })
})
