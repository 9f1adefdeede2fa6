/** A forecast lies in its own range, ends above what is used, and knows a constant pace exactly. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Hour } from '../lambda/core/history.ts'
import { openCalendar } from '../lambda/ledger/calendar.ts'
import { outlookOf, startOf } from '../lambda/ledger/outlook.ts'
import { runs } from './support/effort.ts'
import { bucket } from './support/fake-ledger.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const windows = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const
/** November 2026 has thirty days. */
const resetsAt = Date.UTC(2026, 11, 1)

const amounts = (tokens: number) => ({
  requests: Math.ceil(tokens / 10),
  tokens,
  microUsd: tokens * 3,
})

/** Hours of a window from its beginning, each with so many tokens; half of them a model's. */
function hoursOf(tokens: readonly number[], startsAt: number): readonly Hour[] {
  return tokens.flatMap((count, index): Hour[] => {
    if (count === 0) return []
    const models = { nova: amounts(count / 2) }
    const rest = { errors: 0, cacheHits: 0, durationMs: 0, models }
    return [{ at: startsAt + index * hourMs, ...amounts(count), ...rest }]
  })
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

type Case = {
  readonly window: keyof typeof windows
  readonly tokens: readonly number[]
  readonly measure?: 'tokens' | 'micro-usd'
  readonly limit?: number
  readonly used?: number
  readonly known?: boolean
  readonly model?: string
  readonly key?: string
}

function told({ window, tokens, measure = 'tokens', known = true, ...rest }: Case) {
  const startsAt = resetsAt - windows[window]
  const all = sum(tokens)
  const { limit = Infinity, used = measure === 'tokens' ? all : all * 3 } = rest
  const standing = bucket({
    ...{ window, measure, limit, used, reserved: 0, resetsAt },
    ...(rest.model !== undefined && { model: rest.model }),
    ...(rest.key !== undefined && { key: rest.key }),
  })
  const now = startsAt + tokens.length * hourMs
  return outlookOf(standing, known ? hoursOf(tokens, startsAt) : [], now)
}

const anyCase = fc.constantFrom('day', 'week', 'month' as const).chain((window) =>
  fc.record({
    window: fc.constant(window),
    tokens: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })), {
      minLength: 1,
      maxLength: windows[window] / hourMs - 1,
    }),
    measure: fc.constantFrom('tokens', 'micro-usd' as const),
    limit: fc.integer({ min: 0, max: 10_000_000 }),
    known: fc.boolean(),
  }),
)

describe('whatever was used', () => {
  it('is at most what is expected, which lies in the range; a limit is reached where it is passed', () => {
    fc.assert(
      fc.property(anyCase, (one) => {
        const outlook = told(one)
        if (outlook === undefined) return
        const { standing, expected, low, high, reachedAt } = outlook
        expect(low).toBeLessThanOrEqual(expected)
        expect(high).toBeGreaterThanOrEqual(expected)
        expect(low).toBeGreaterThanOrEqual(standing.used)
        for (const amount of [expected, low, high]) expect(Number.isSafeInteger(amount)).toBe(true)
        expect(reachedAt !== undefined).toBe(expected > one.limit)
        if (reachedAt === undefined) return
        const startsAt = resetsAt - windows[one.window]
        expect(reachedAt).toBeGreaterThanOrEqual(startsAt + one.tokens.length * hourMs)
        expect(reachedAt).toBeLessThan(resetsAt)
      }),
      { numRuns: runs(200, 20_000) },
    )
  })

  it('at a constant pace goes on, exactly, and the range has no width once there are parts', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 1, max: 5000 }), ({ window, tokens, known }, pace) => {
        const even = tokens.map(() => pace * 10)
        const outlook = told({ window, tokens: even, known })
        if (outlook === undefined) return
        const whole = (pace * 10 * windows[window]) / hourMs
        expect(outlook.expected).toBe(whole)
        const parts = Math.floor(even.length / (window === 'day' ? 1 : 24))
        if (known && parts >= 3) expect(outlook).toMatchObject({ low: whole, high: whole })
        else expect(outlook.high).toBeGreaterThan(whole)
      }),
      { numRuns: runs(100, 5_000) },
    )
  })
})

/** Ten days of November and half of the eleventh, each day the same by day and nothing by night. */
const office = (perDay: readonly number[]): readonly number[] =>
  perDay.flatMap((tokens) =>
    Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 18 ? tokens / 10 : 0)),
  )
const tenDays = Array.from({ length: 10 }, () => 1000)

describe('a month of office days', () => {
  it('is not misled by the time of day', () => {
    const night = told({ window: 'month', tokens: office(tenDays).concat(Array(8).fill(0)) })
    expect(night?.expected).toBe(10_000 + Math.round((1000 * (20 * 24 - 8)) / 24))
  })

  it('without a history is told by the time that passed, in a wider range', () => {
    const tokens = office(tenDays).concat(Array(8).fill(0))
    const blind = told({ window: 'month', tokens, known: false })
    expect(blind?.expected).toBe(Math.round((10_000 * 30 * 24) / 248))
    const seen = told({ window: 'month', tokens })
    const width = (one: typeof seen) => (one?.high ?? 0) - (one?.low ?? 0)
    expect(width(blind)).toBeGreaterThan(width(seen) + 5000)
  })

  it('has a range by how much its days differ', () => {
    const days = [500, 1500, 700, 1300, 1000, 900, 1100, 600, 1400, 1000]
    const { expected, low, high } = told({ window: 'month', tokens: office(days) }) ?? {}
    expect(expected).toBe(30_000)
    /** t(9) is 1.383; the days' deviation 340; of 20 days more: 340 · √(20 + 400/10) · 1.383 = 3645. */
    expect(high).toBeGreaterThan(33_500)
    expect(high).toBeLessThan(33_800)
    expect(low).toBe(60_000 - (high ?? 0))
  })

  it('tells the day on which the limit is reached', () => {
    const outlook = told({ window: 'month', tokens: office(tenDays), limit: 15_500 })
    expect(outlook?.reachedAt).toBe(Date.UTC(2026, 10, 16, 12))
    const over = told({ window: 'month', tokens: office(tenDays), limit: 9000 })
    expect(over?.reachedAt).toBe(Date.UTC(2026, 10, 11))
  })

  it('is told of one model by its own hours', () => {
    const model = { model: 'nova', used: 5000 }
    const outlook = told({ window: 'month', tokens: office(tenDays), ...model })
    expect(outlook).toMatchObject({ expected: 15_000, low: 15_000, high: 15_000 })
  })

  it.each<[string, Partial<Case>]>([
    ['a key', { key: 'abcd1234' }],
    ['less than the ledger counted', { used: 12_000 }],
    ['a model of which it has nothing', { model: 'titan' }],
  ])('is no history of %s', (_, more) => {
    const { used = 10_000 } = more
    const outlook = told({ window: 'month', tokens: office(tenDays), ...more })
    expect(outlook?.expected).toBe(used * 3)
    expect(outlook?.high).toBeGreaterThan(used * 3)
  })
})

describe('nothing is said', () => {
  const standing = bucket({ window: 'month', measure: 'tokens', resetsAt, used: 100, limit: 1000 })
  const begin = Date.UTC(2026, 10, 1)
  it.each<[string, () => unknown]>([
    ['before two hundredths of the window', () => outlookOf(standing, [], begin + 14 * hourMs)],
    ['where nothing was used', () => told({ window: 'day', tokens: Array(12).fill(0) })],
    [
      'of four requests',
      () => told({ window: 'month', tokens: [10, 10, 10, 10, ...Array(20).fill(0)] }),
    ],
    ['of a minute', () => outlookOf({ ...standing, window: 'minute' }, [], resetsAt - 1000)],
    ['of calls at once', () => outlookOf({ ...standing, window: 'now' }, [], begin + dayMs)],
    ['of what is over', () => outlookOf(standing, [], resetsAt)],
  ])('%s', (_, ask) => expect(ask()).toBeUndefined())

  it('but then it is', () => {
    expect(outlookOf(standing, [], begin + 15 * hourMs)).toMatchObject({ expected: 4800 })
    expect(
      told({ window: 'month', tokens: [10, 10, 10, 10, 10, ...Array(19).fill(0)] }),
    ).toBeDefined()
  })
})

describe('when a window began', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/Los_Angeles',
    'Pacific/Kiritimati',
    'Asia/Kolkata',
  ]
  const days = [0, 31, 59, 90, 200, 300, 364].map((day) => Date.UTC(2026, 0, 1, 15) + day * dayMs)

  it.each(zones)('is known from when it ends, to the hour its clocks change: %s', (zone) => {
    const calendar = openCalendar(zone)
    for (const at of days) {
      for (const window of ['day', 'week', 'month'] as const) {
        const { startsAt, endsAt } = calendar.windowAt(window, at)
        expect(Math.abs(startOf(window, endsAt) - startsAt)).toBeLessThanOrEqual(hourMs)
      }
    }
  })
})
