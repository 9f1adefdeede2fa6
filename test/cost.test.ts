/** What usage costs: whole billionths of a dollar, by the row in force, never less than true. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { converse } from '../lambda/bodies/converse.ts'
import { costMicroUsd, costNanoUsd, priceAt, tokensOf } from '../lambda/core/cost.ts'
import type { AnyModel, Price } from '../lambda/core/model.ts'
import type { Usage } from '../lambda/core/reply.ts'
import type { Terms } from '../lambda/core/terms.ts'
import { termsOf } from '../lambda/core/terms.ts'
import { everyModel, models } from '../lambda/models/index.ts'
import { type Frame, frameReader } from '../lambda/providers/frames.ts'
import { reportedUsage } from '../lambda/providers/whole-answer.ts'
import { chatPrice, embeddingPrice } from '../lib/price-form.ts'
import { collected, eventsOf, requestOf } from './support/bodies.ts'
import { chatCall, operated } from './support/calls.ts'
import { runs } from './support/effort.ts'

const [model] = models
if (model === undefined) throw new Error('the catalogue is empty')
const priced = (...price: readonly Price[]) => ({ ...model, price })
const nothing = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }
const noon = Date.parse('2026-11-20T12:00:00Z')
const anywhere = { geographic: false }

describe('cost', () => {
  it('is tokens times the price of a million of them', () => {
    const usage = { ...nothing, input: 1000, output: 500 }
    const row = priced({ from: '2026-01-01', input: 3, output: 15 })
    expect(costNanoUsd(usage, row, anywhere, noon)).toBe(10_500_000)
  })

  it('prices cache reads and both kinds of cache writes by their own rates', () => {
    const usage = { input: 1, cacheRead: 10, cacheWrite5m: 100, cacheWrite1h: 1000, output: 0 }
    const rates = { input: 1, output: 1, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2 }
    const row = priced({ from: '2026-01-01', ...rates })
    expect(costNanoUsd(usage, row, anywhere, noon)).toBe(1000 + 1000 + 125_000 + 2_000_000)
  })

  it('takes the dearer tier for the whole request once its input is longer', () => {
    const price = {
      from: '2026-01-01',
      input: 1,
      output: 1,
      above: { tokens: 100, input: 5, output: 5 },
    }
    expect(costNanoUsd({ ...nothing, input: 100 }, priced(price), anywhere, noon)).toBe(100_000)
    expect(costNanoUsd({ ...nothing, input: 101 }, priced(price), anywhere, noon)).toBe(505_000)
    const cached = { ...nothing, input: 1, cacheRead: 100 }
    expect(costNanoUsd(cached, priced(price), anywhere, noon)).toBe(505_000)
  })

  it('adds what a geographic profile costs more', () => {
    const row = priced({ from: '2026-01-01', input: 1, output: 1, geoPercent: 10 })
    const usage = { ...nothing, input: 1000 }
    expect(costNanoUsd(usage, row, { geographic: true }, noon)).toBe(1_100_000)
  })

  it('uses the row in force on the day, in any order of rows', () => {
    const rows = priced(
      { from: '2026-12-01', input: 9, output: 9 },
      { from: '2026-01-01', input: 1, output: 1 },
      { from: '2026-06-01', input: 2, output: 2 },
    )
    expect(costNanoUsd({ ...nothing, input: 1 }, rows, anywhere, noon)).toBe(2000)
  })

  it('is unknown, not free, where no row is in force', () => {
    const row = priced({ from: '2027-01-01', input: 1, output: 1 })
    expect(costNanoUsd({ ...nothing, input: 1 }, row, anywhere, noon)).toBeUndefined()
  })

  it('is a whole number, never below the exact cost, and less than one billionth above it', () => {
    const tokens = fc.integer({ min: 0, max: 2_000_000 })
    const rate = fc.integer({ min: 1, max: 100_000_000 }).map((micro) => micro / 1_000_000)
    fc.assert(
      fc.property(tokens, tokens, rate, rate, (input, output, inputRate, outputRate) => {
        const row = priced({ from: '2026-01-01', input: inputRate, output: outputRate })
        const nano = costNanoUsd({ ...nothing, input, output }, row, anywhere, noon) ?? Number.NaN
        const micro = (usd: number) => BigInt(Math.round(usd * 1_000_000))
        const pico = BigInt(input) * micro(inputRate) + BigInt(output) * micro(outputRate)
        expect(Number.isSafeInteger(nano)).toBe(true)
        expect(BigInt(nano) * 1000n - pico).toBeGreaterThanOrEqual(0n)
        expect(BigInt(nano) * 1000n - pico).toBeLessThan(1000n)
      }),
    )
  })
})

const row = priced({ from: '2026-01-01', input: 1, output: 1 })
const thousand = { ...nothing, input: 1000 }

describe('the terms of a call', () => {
  it.each<[string, Partial<Terms>, number]>([
    ['the default tier costs what is printed', { serviceTier: 'default' }, 1_000_000],
    [
      'a tier AWS prints no factor for costs the most it can: flex is a discount',
      { serviceTier: 'flex' },
      1_000_000,
    ],
    ['and priority at most twice', { serviceTier: 'priority' }, 2_000_000],
    ['optimised latency costs at most half more', { latency: 'optimized' }, 1_500_000],
    ['and all of them together', { serviceTier: 'priority', latency: 'optimized' }, 3_000_000],
  ])('%s', (_, terms, cost) => {
    expect(costNanoUsd(thousand, row, { ...anywhere, ...terms }, noon)).toBe(cost)
  })

  it('have the factor that AWS prints for the model', () => {
    const tiers = { flex: 51.5, priority: 175 }
    const own = priced({ from: '2026-01-01', input: 1, output: 1, geoPercent: 10, tiers })
    const cost = (terms: Terms) => costNanoUsd(thousand, own, terms, noon)
    expect(cost({ ...anywhere, serviceTier: 'flex' })).toBe(515_000)
    expect(cost({ geographic: true, serviceTier: 'flex' })).toBe(566_500)
    expect(cost({ ...anywhere, serviceTier: 'priority' })).toBe(1_750_000)
  })

  it('are what the request says, or a native caller’s headers, which Bedrock takes before it', () => {
    const request = { ...requestOf('hello'), serviceTier: 'flex' } as const
    const call = chatCall(request, model)
    expect(termsOf(call, anywhere)).toEqual({ geographic: false, serviceTier: 'flex' })
    const native = (headers: Record<string, string>) =>
      termsOf({ ...call, native: { operation: 'invoke', body: '{}', headers } }, anywhere)
    expect(native({ 'x-amzn-bedrock-service-tier': 'priority' }).serviceTier).toBe('priority')
    expect(native({ 'x-amzn-bedrock-service-tier': 'reserved' }).serviceTier).toBe('flex')
    const optimized = { 'x-amzn-bedrock-performanceconfig-latency': 'optimized' }
    expect(native(optimized).latency).toBe('optimized')
    const said = { performanceConfig: { latency: 'optimized' }, messages: [] }
    expect(converse.parse?.(said)).toMatchObject({ latency: 'optimized' })
  })
})

const count = fc.nat(2_000_000)
const usage: fc.Arbitrary<Usage> = fc.record({
  ...{ input: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count, output: count },
})
const terms: fc.Arbitrary<Terms> = fc
  .record({
    geographic: fc.boolean(),
    serviceTier: fc.constantFrom('default', 'priority', 'flex', undefined),
    latency: fc.constantFrom('optimized', undefined),
  })
  .map(({ serviceTier, latency, geographic }) => ({
    ...{ geographic, ...(serviceTier && { serviceTier }), ...(latency && { latency }) },
  }))
const anyModel = fc.constantFrom<AnyModel>(...everyModel)
const costOf = (of: AnyModel, used: Usage, on: Terms): number =>
  costNanoUsd(used, of, on, noon) ?? Number.NaN

describe('the price table', () => {
  it.each(everyModel.map((each) => [each.id, each] as const))('prices %s', (_, each) => {
    expect(priceAt(each, noon)).toBeDefined()
    expect((each.task === 'embed' ? embeddingPrice : chatPrice)(each.price, 'price')).toEqual([])
  })

  it('never charges less for more of anything', () => {
    const kind = fc.constantFrom('input', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output')
    fc.assert(
      fc.property(anyModel, usage, terms, kind, count, (each, used, on, more, tokens) => {
        const grown = { ...used, [more]: used[more as keyof typeof nothing] + tokens }
        expect(costOf(each, grown, on)).toBeGreaterThanOrEqual(costOf(each, used, on))
      }),
      { numRuns: runs(500, 20_000) },
    )
  })

  it('is exact to the billionth, past what a double holds too', () => {
    fc.assert(
      fc.property(anyModel, usage, terms, fc.constantFrom(1, 10), (each, used, on, times) => {
        const price = priceAt(each, noon)
        if (price === undefined) throw new Error(`${each.id} has no price`)
        const many: Usage = {
          input: used.input * times,
          cacheRead: used.cacheRead * times,
          cacheWrite5m: used.cacheWrite5m * times,
          cacheWrite1h: used.cacheWrite1h * times,
          output: used.output * times,
        }
        const rates =
          price.above && tokensOf(many) - many.output > price.above.tokens ? price.above : price
        const writes = rates.cacheWrite5m ?? rates.input
        const exact =
          pico(many.input, rates.input) +
          pico(many.output, rates.output) +
          pico(many.cacheRead, rates.cacheRead ?? rates.input) +
          pico(many.cacheWrite5m, writes) +
          pico(many.cacheWrite1h, rates.cacheWrite1h ?? writes)
        const most = { default: 100, flex: 100, priority: 200 }
        const { serviceTier = 'default', latency } = on
        const tier = (serviceTier !== 'default' && price.tiers?.[serviceTier]) || most[serviceTier]
        const geo = 100 + (on.geographic ? (price.geoPercent ?? 0) : 0)
        const over = exact * BigInt(geo) * BigInt(tier * 10) * (latency ? 150n : 100n)
        const under = 1000n * 100n * 1000n * 100n
        expect(costOf(each, many, on)).toBe(Number((over + under - 1n) / under))
      }),
      { numRuns: runs(500, 20_000) },
    )
  })

  it('is told to the ledger in whole millionths, never less than true', () => {
    fc.assert(
      fc.property(anyModel, usage, terms, (each, used, on) => {
        const micro = costMicroUsd(used, each, on, noon) ?? Number.NaN
        expect(Number.isSafeInteger(micro)).toBe(true)
        const nano = costOf(each, used, on)
        expect(micro * 1000).toBeGreaterThanOrEqual(nano)
        expect(micro * 1000).toBeLessThan(nano + 1000)
      }),
      { numRuns: runs(200, 5_000) },
    )
    expect(costMicroUsd({ ...nothing, input: 1 }, row, anywhere, noon)).toBe(1)
    expect(costMicroUsd(thousand, priced(), anywhere, noon)).toBeUndefined()
  })

  it('finds the row of the day again, whichever day was asked for before', () => {
    const old = { from: '2026-01-01', input: 1, output: 1 }
    const rows = priced({ ...old, from: '2026-11-21', input: 3 }, old)
    const midnight = Date.parse('2026-11-21T00:00:00Z')
    const cost = (at: number) => costNanoUsd({ ...nothing, input: 1 }, rows, anywhere, at)
    const asked = [midnight - 1, midnight, midnight - 1, midnight + 1, Date.parse('2025-12-31')]
    expect(asked.map(cost)).toEqual([1000, 3000, 1000, 3000, undefined])
  })
})

const streaming = models.filter(({ accepts }) => accepts.streaming)

describe('an answer told as a stream', () => {
  it.each(streaming.map((each) => [each.id, each] as const))(
    'of %s costs what it costs whole',
    async (_, each) => {
      const call = chatCall(requestOf('hello'), each)
      const whole = operated(call)?.delivery
      const answer: unknown = JSON.parse(String(whole?.pieces[0]?.bytes))
      const reply = call.body.read(answer, reportedUsage(whole?.headers ?? {}))
      const told = operated(call, true)?.delivery.pieces ?? []
      const chunks = told.flatMap(({ bytes }) => [...frameReader().read(bytes)]).map(chunkOf)
      const stream = await collected(eventsOf(call.body, chunks))
      expect(costOf(each, stream.usage, anywhere)).toBe(costOf(each, reply.usage, anywhere))
      expect(costOf(each, stream.usage, anywhere)).toBeGreaterThan(0)
    },
  )
})

function chunkOf({ headers, payload }: Frame): unknown {
  const said = JSON.parse(payload.toString()) as { bytes?: string }
  const name = headers[':event-type'] ?? ''
  return name === 'chunk'
    ? JSON.parse(Buffer.from(said.bytes ?? '', 'base64').toString())
    : { [name]: said }
}

const pico = (tokens: number, usd: number): bigint =>
  BigInt(tokens) * BigInt(Math.round(usd * 1_000_000))
