/** What usage costs, in whole billionths of a US dollar, rounded up. */
import type { Model, Price, Rates } from './model.ts'
import type { Usage } from './reply.ts'

/** USD per million tokens is micro-dollars a token; prices have at most six decimals of it. */
const precision = 1_000_000

const picoDollars = (tokens: number, rate: number | undefined): number =>
  tokens * Math.round((rate ?? 0) * precision)

/** The row in force at `now` (milliseconds since 1970). */
export function priceAt(model: Model, now: number): Price | undefined {
  const today = new Date(now).toISOString().slice(0, 10)
  return model.price
    .filter(({ from }) => from <= today)
    .sort(byDay)
    .at(-1)
}

const byDay = (one: Price, other: Price) => (one.from < other.from ? -1 : 1)

/** `geographic`: sent by a profile that stays within a geography. */
export function costNanoUsd(usage: Usage, price: Price, geographic: boolean): number {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = usage
  const prompt = input + cacheRead + cacheWrite5m + cacheWrite1h
  const rates: Rates =
    price.above !== undefined && prompt > price.above.tokens ? price.above : price
  const pico =
    picoDollars(input, rates.input) +
    picoDollars(output, rates.output) +
    picoDollars(cacheRead, rates.cacheRead ?? rates.input) +
    picoDollars(cacheWrite5m, rates.cacheWrite5m ?? rates.input) +
    picoDollars(cacheWrite1h, rates.cacheWrite1h ?? rates.cacheWrite5m ?? rates.input)
  const percent = 100 + (geographic ? (price.geoPercent ?? 0) : 0)
  return Math.ceil((pico * percent) / 100 / 1000)
}
