/** How the local gateway counts and throttles: by the calendar and by the token bucket. */
import { describe, expect, it } from 'vitest'
import { periodOf } from '../local/gateway/calendar.ts'
import { openKeyRegistry } from '../local/gateway/key-registry.ts'
import { openState } from '../local/gateway/state.ts'
import { openBucket } from '../local/gateway/token-bucket.ts'
import { openUsagePlans, type Quota } from '../local/gateway/usage-plans.ts'

const at = (time: string) => Date.parse(time)

describe('a calendar period', () => {
  it.each([
    ['DAY', '2026-11-20T23:59:59.999Z', '2026-11-20'],
    ['DAY', '2026-11-21T00:00:00.000Z', '2026-11-21'],
    ['WEEK', '2026-11-21T23:59:59.999Z', '2026-11-15'],
    ['WEEK', '2026-11-22T00:00:00.000Z', '2026-11-22'],
    ['MONTH', '2026-11-30T23:59:59.999Z', '2026-11'],
    ['MONTH', '2026-12-01T00:00:00.000Z', '2026-12'],
  ] as const)('%s at %s is the one of %s', (period, time, name) => {
    expect(periodOf(at(time), period)).toBe(name)
  })
})

describe('a token bucket', () => {
  it('lets a burst through, then one request as each token comes', () => {
    let time = 0
    const take = openBucket({ rate: 10, burst: 3 }, () => time)
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false])
    time = 99
    expect(take()).toBe(false)
    time = 100
    expect([take(), take()]).toEqual([true, false])
    time = 10_000
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false])
  })

  it('lets exactly the rate through over a long time', () => {
    let time = 0
    const take = openBucket({ rate: 0.1, burst: 1 }, () => time)
    let passed = 0
    for (; time < 1_000_000; time += 1000) if (take()) passed += 1
    expect(passed).toBe(100)
  })
})

async function plans(quota: Quota, now: () => number) {
  const plain = { enabled: true, description: '', tags: {}, created: 0, changed: 0 }
  const keys = ['one', 'other'].map((name) => {
    return { ...plain, id: name, name, value: `${name}-value`, team: name }
  })
  const plans = [{ id: 'plan', name: 'plan', quota, throttle: undefined }]
  const planIds = new Map(keys.map(({ id }) => [id, 'plan']))
  const state = await openState(undefined)
  const registry = openKeyRegistry({ keys, plans, planIds }, state.keys)
  const admit = openUsagePlans(registry, state.counts, now)
  return function ask(name: string) {
    const admission = admit(`${name}-value`)
    if ('refusal' in admission) return admission.refusal.message
    admission.count()
    return 'passed'
  }
}

describe('a quota', () => {
  it('holds for each key alone, and is whole again in the next period', async () => {
    let time = at('2026-11-20T12:00:00Z')
    const ask = await plans({ limit: 2, period: 'DAY', offset: 0 }, () => time)
    expect([ask('one'), ask('one'), ask('one')]).toEqual(['passed', 'passed', 'Limit Exceeded'])
    expect(ask('other')).toBe('passed')
    time = at('2026-11-21T00:00:00Z')
    expect([ask('one'), ask('one'), ask('one')]).toEqual(['passed', 'passed', 'Limit Exceeded'])
  })

  it('has its offset less in the first period, and only there', async () => {
    let time = at('2026-11-20T12:00:00Z')
    const ask = await plans({ limit: 3, period: 'MONTH', offset: 2 }, () => time)
    expect([ask('one'), ask('one')]).toEqual(['passed', 'Limit Exceeded'])
    time = at('2026-12-01T00:00:00Z')
    expect([ask('one'), ask('one'), ask('one'), ask('one')]).toEqual([
      'passed',
      'passed',
      'passed',
      'Limit Exceeded',
    ])
  })
})
