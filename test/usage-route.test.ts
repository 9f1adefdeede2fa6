/** A key asks what its team used, and what is left. */
import { beforeEach, describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Used } from '../lambda/core/ledger.ts'
import { described } from './support/described.ts'
import { bucket, fakeLedger } from './support/fake-ledger.ts'
import { faults } from './support/json-schema.ts'
import { limited } from './support/limited.ts'

const ledger = fakeLedger()
const usage = (team?: string) => limited(ledger)({ method: 'GET', resource: '/v1/usage', team })

const midnight = Date.UTC(2026, 10, 22)
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
        ...{ limit: 5_000_000, used: 4_999_999, reserved: 5, resetsAt: midnight },
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
          ...{ resets_at: '2026-11-22T00:00:00Z', then: 'warn' },
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
      ...{ team: 'few', plan: 'tight', time_zone: 'UTC', limits: [], usage: [] },
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
