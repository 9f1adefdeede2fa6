/** What answers say of a team's limits, and what clients make of it. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Standing } from '../lambda/core/ledger.ts'
import { bindingOf, firstShortfall, remainingOf } from '../lambda/core/limits.ts'
import { momentOf, usdOf } from '../lambda/core/units.ts'
import { limitHeaders } from '../lambda/edge/limit-headers.ts'
import { bucket, fakeLedger } from './support/fake-ledger.ts'
import { limited, type ServedEdge, serveEdge } from './support/limited.ts'

const noon = Date.UTC(2026, 10, 21, 12)
const minute = bucket({ window: 'minute', limit: 60, used: 3, reserved: 1, resetsAt: noon + 8_200 })
const day = bucket({ limit: 1000, used: 100, reserved: 0, resetsAt: noon + 12 * 3_600_000 })
const tokens = bucket({
  measure: 'tokens',
  limit: 9000,
  used: 1,
  reserved: 2,
  resetsAt: noon + 61_000,
})
const budget = bucket({
  ...{ measure: 'micro-usd', window: 'month' },
  ...{ limit: 20_000_000, used: 7_654_321, reserved: 1, resetsAt: Date.UTC(2026, 11) },
})

const said = (...standings: Standing[]) => limitHeaders(standings, undefined, noon)

describe('the headers', () => {
  it('are those of OpenAI, and of the budget', () => {
    expect(said(minute, day, tokens, budget)).toEqual({
      'x-ratelimit-limit-requests': '1000',
      'x-ratelimit-remaining-requests': '900',
      'x-ratelimit-reset-requests': '12h0m0s',
      'x-ratelimit-limit-tokens': '9000',
      'x-ratelimit-remaining-tokens': '8997',
      'x-ratelimit-reset-tokens': '1m1s',
      'x-tollgate-budget-remaining-usd': '12.345678',
      'x-tollgate-budget-resets-at': '2026-12-01T00:00:00Z',
    })
  })

  it('are left out where there is no such limit', () => {
    expect(said()).toEqual({})
    expect(Object.keys(said(tokens))).toHaveLength(3)
    expect(said({ ...day, limit: Infinity, then: 'report' })).toEqual({})
  })

  it('never promise less than nothing, nor a time that has passed', () => {
    const past = { ...minute, used: 70, resetsAt: noon - 5 }
    expect(said(past)).toMatchObject({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '0s',
    })
  })

  it.each([
    [1, '1s'],
    [59_000, '59s'],
    [59_001, '1m0s'],
    [360_000, '6m0s'],
    [3_600_000, '1h0m0s'],
    [31 * 86_400_000, '744h0m0s'],
  ])('say %i ms as %s, which is no sooner', (ms, duration) => {
    const headers = said({ ...day, resetsAt: noon + ms })
    expect(headers['x-ratelimit-reset-requests']).toBe(duration)
  })
})

describe('the bucket that binds first', () => {
  it.each<readonly [string, Standing, readonly Standing[]]>([
    ['has the smallest share left', day, [minute, day]],
    ['has least left, of equal shares', { ...minute, used: 0, reserved: 0 }, [{ ...day, used: 0 }]],
    ['lasts longest, of those that are used up', { ...day, used: 1000 }, [{ ...minute, used: 60 }]],
    ['may be the organisation’s', { ...minute, whose: 'organisation', used: 50 }, [day]],
    ['is no single key’s', minute, [{ ...day, used: 1000, key: 'abcd1234' }]],
    ['is no single model’s', minute, [{ ...day, used: 1000, model: 'nova' }]],
    ['refuses', minute, [{ ...day, used: 1000, then: 'warn' }]],
    ['is of its measure', minute, [{ ...tokens, used: 9000 }]],
  ])('%s', (_, expected, others) => {
    expect(bindingOf([...others, expected], 'requests')).toBe(expected)
    expect(bindingOf([expected, ...others], 'requests')).toBe(expected)
  })

  it('of money is one that only warns, where none refuses', () => {
    const soft = { ...budget, then: 'warn' as const, used: 19_000_000 }
    expect(said(soft)['x-tollgate-budget-remaining-usd']).toBe('0.999999')
    expect(said(soft, budget)['x-tollgate-budget-remaining-usd']).toBe('12.345678')
  })
})

describe('the limit a call would not fit in', () => {
  const caller = { team: 'demo', keyId: 'abcd1234' }
  const asking = { caller, model: 'nova' }
  const amounts = { requests: 1, tokens: 100, microUsd: 50 }

  it('is none where there is room to the last one', () => {
    const exact = { ...tokens, limit: 103 }
    expect(firstShortfall([exact], amounts, asking)).toBeUndefined()
    expect(firstShortfall([{ ...exact, limit: 102 }], amounts, asking)).toMatchObject({
      asked: 100,
    })
  })

  it('is the one that lasts longest, so that waiting for it helps', () => {
    const full = [minute, day].map((one) => ({ ...one, used: one.limit }))
    expect(firstShortfall(full, amounts, asking)).toMatchObject({ window: 'day', asked: 1 })
    const never = { ...tokens, limit: 99, used: 0, reserved: 0 }
    expect(firstShortfall([...full, never], amounts, asking)).toMatchObject({ measure: 'tokens' })
  })

  it('is not another key’s or another model’s, nor one that only warns', () => {
    const full = { ...day, used: 1000 }
    for (const other of [{ key: 'other000' }, { model: 'claude' }, { then: 'report' as const }]) {
      expect(firstShortfall([{ ...full, ...other }], amounts, asking)).toBeUndefined()
    }
    for (const own of [{ key: 'abcd1234' }, { model: 'nova' }]) {
      expect(firstShortfall([{ ...full, ...own }], amounts, asking)).toMatchObject(own)
    }
  })
})

describe('amounts and moments', () => {
  it.each([
    [0, '0'],
    [1, '0.000001'],
    [10_000_000, '10'],
    [4_200_000, '4.2'],
    [123_456_789_012, '123456.789012'],
  ])('%i millionths are %s USD', (micro, usd) => expect(usdOf(micro)).toBe(usd))

  it('are never told too early', () => {
    expect(momentOf(noon + 1)).toBe('2026-11-21T12:00:01Z')
    expect(remainingOf({ limit: 1, used: 5, reserved: 5 })).toBe(0)
  })
})

const hello = [{ role: 'user' as const, content: 'Hello' }]
const anthropicLimit = /^anthropic-ratelimit-/
const routes = [
  ['/bedrock', { model: 'nova', question: 'Hello', max_tokens: 9 }],
  ['/v1/chat/completions', { model: 'nova', messages: hello, max_tokens: 9 }],
  ['/v1/responses', { model: 'nova', input: 'Hello', max_output_tokens: 16 }],
  ['/v1/embeddings', { model: 'vectors', input: 'Hello' }],
  ['/v1/messages', { model: 'nova', messages: hello, max_tokens: 9 }],
  ['/model/{modelId}/converse', { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }],
] as const

describe.each(routes)('POST %s', (resource, body) => {
  const ledger = fakeLedger()
  const ask = limited(ledger)
  const path = { modelId: 'nova' }

  it.each([false, true])('says where the limits stand, refused: %j', async (refused) => {
    ledger.buckets = [
      bucket(refused ? { used: 100 } : {}),
      bucket({ measure: 'tokens', limit: 1e6 }),
    ]
    const { statusCode, headers } = await ask({ resource, body, path })
    expect(statusCode).toBe(refused ? 429 : 200)
    expect(headers).toMatchObject({
      'x-ratelimit-limit-requests': '100',
      'x-ratelimit-remaining-requests': refused ? '0' : '50',
      'x-ratelimit-reset-requests': expect.stringMatching(/^(1h0m0s|59m\d+s)$/),
      'x-ratelimit-limit-tokens': '1000000',
    })
    const own = Object.keys(headers).filter((name) => anthropicLimit.test(name))
    expect(own).toHaveLength(resource === '/v1/messages' ? 6 : 0)
    expect(Object.entries(headers).flat().join('').length).toBeLessThan(2000)
  })

  it('says nothing where there are none', async () => {
    ledger.buckets = []
    const { statusCode, headers } = await ask({ resource, body, path })
    expect(statusCode).toBe(200)
    expect(Object.keys(headers).filter((name) => /ratelimit|budget/.test(name))).toEqual([])
  })
})

describe('a stream', () => {
  const ledger = fakeLedger([bucket()])
  const ask = limited(ledger)

  it.each([
    ['/bedrock', { question: 'Hello', max_tokens: 9 }],
    [
      '/v1/chat/completions',
      { messages: hello, max_tokens: 9, stream_options: { include_usage: true } },
    ],
    ['/v1/responses', { input: 'Hello', max_output_tokens: 16 }],
    ['/v1/messages', { messages: hello, max_tokens: 9 }],
  ])(
    'of %s carries the limits at its head and its cost in its last usage',
    async (resource, body) => {
      const { headers, text } = await ask({
        resource,
        body: { model: 'nova', stream: true, ...body },
      })
      expect(headers).toMatchObject({ 'x-ratelimit-remaining-requests': '50' })
      expect(headers).not.toHaveProperty('x-tollgate-cost-usd')
      const costs = [...text.matchAll(/"cost_usd":([\d.e-]+)/g)].map(([, cost]) => Number(cost))
      expect(costs).toHaveLength(1)
      expect(costs[0]).toBeGreaterThan(0)
    },
  )
})

describe('a client that tries again by itself', () => {
  let served: ServedEdge | undefined
  afterEach(() => served?.close())

  const clients: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
    openai: (url) =>
      new OpenAI({ baseURL: `${url}/v1`, apiKey: 'x' }).chat.completions.create({
        ...{ model: 'nova', messages: hello, max_tokens: 9 },
      }),
    anthropic: (url) =>
      new Anthropic({ baseURL: url, apiKey: 'x' }).messages.create({
        ...{ model: 'nova', messages: hello, max_tokens: 9 },
      }),
  }

  const spent = (changes: Partial<Standing>) =>
    bucket({ measure: 'micro-usd', limit: 5000, used: 4999, reserved: 0, ...changes })

  describe.each(Object.entries(clients))('%s', (_, create) => {
    it.each([
      ['a month', spent({ window: 'month', resetsAt: Date.now() + 20 * 86_400_000 })],
      ['for ever', spent({ limit: 1, used: 0 })],
    ])('asks once where it would have to wait %s', async (_, full) => {
      const ledger = fakeLedger([full])
      served = await serveEdge(limited(ledger))
      const refused = await create(served.url).catch((error: unknown) => error)
      expect(refused).toMatchObject({ status: 429, message: expect.stringContaining('Limit') })
      expect(served.arrivals).toHaveLength(1)
      const { headers } = refused as { headers: Headers }
      expect(headers.get('x-should-retry')).toBe('false')
      const wait = headers.get('retry-after') ?? 'none'
      expect(wait).toMatch(full.limit === 1 ? /^none$/ : /^172\d{4}$/)
    })

    it('asks again after the seconds it is told', async () => {
      const ledger = fakeLedger([spent({ window: 'minute', resetsAt: Date.now() + 1000 })])
      const ask = limited(ledger)
      served = await serveEdge(async (asked) => {
        const told = await ask(asked)
        ledger.buckets = []
        return told
      })
      await expect(create(served.url)).resolves.toMatchObject({ model: 'nova' })
      const [first = 0, second = 0, ...more] = served.arrivals
      expect(more).toEqual([])
      expect(second - first).toBeGreaterThan(900)
      expect(second - first).toBeLessThan(3000)
    })
  })

  it('is told of the limit that refused it, where nobody has told of others', async () => {
    const ask = limited(fakeLedger(), {}, () => {
      throw new TollgateError('budget_exceeded', 'Spent.', {
        grounds: { ...spent({}), asked: 9 },
        retryAfter: 60.2,
      })
    })
    const { headers } = await ask({ resource: '/bedrock', body: { model: 'nova', question: 'x' } })
    expect(headers).toMatchObject({
      'retry-after': '61',
      'x-should-retry': 'false',
      'x-tollgate-budget-remaining-usd': '0.000001',
    })
  })

  it('is told nothing of Bedrock’s own limits but the seconds', async () => {
    const ask = limited(fakeLedger(), {}, () => {
      throw new TollgateError('upstream_throttled', 'Bedrock’s limit.', { retryAfter: 90 })
    })
    const body = { model: 'nova', messages: hello, max_tokens: 9 }
    const { headers } = await ask({ resource: '/v1/chat/completions', body })
    expect(headers).toMatchObject({ 'retry-after': '90' })
    expect(headers).not.toHaveProperty('x-should-retry')
  })
})
