/** What usage costs: whole billionths of a dollar, by the row in force, never less than true. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costNanoUsd } from '../lambda/core/cost.ts'
import type { Price } from '../lambda/core/model.ts'
import { models } from '../lambda/models/index.ts'

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
