/** What usage costs, in whole billionths of a US dollar, rounded up. */
import type { AnyModel, Price, Rates } from './model.ts'
import type { Usage } from './reply.ts'

/** USD per million tokens has at most six decimals, so a token costs whole pico-dollars. */
const picoDollars = (tokens: number, usdPerMillion: number): number =>
  tokens * Math.round(usdPerMillion * 1_000_000)

/** The row in force at `now` (milliseconds since 1970). */
function priceAt(model: AnyModel, now: number): Price | undefined {
  const today = new Date(now).toISOString().slice(0, 10)
  return model.price
    .filter(({ from }) => from <= today)
    .toSorted(byDay)
    .at(-1)
}

const byDay = (one: Price, other: Price) => (one.from < other.from ? -1 : 1)

/** `undefined` where no price is in force at `now`: unknown is not free. */
export function costNanoUsd(
  usage: Usage,
  model: AnyModel,
  target: { readonly geographic: boolean },
  now: number,
): number | undefined {
  const price = priceAt(model, now)
  if (price === undefined) return undefined
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
  const percent = 100 + (target.geographic ? (price.geoPercent ?? 0) : 0)
  return Math.ceil((pico * percent) / 100_000)
}
