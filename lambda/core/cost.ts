/** What usage costs, in whole billionths or millionths of a US dollar, rounded up. */
import type { AnyModel, Price, Rates } from './model.ts'
import type { Usage } from './reply.ts'
import type { Terms } from './terms.ts'

/** USD per million tokens has at most six decimals, so a token costs whole pico-dollars. */
const picoDollars = (tokens: number, usdPerMillion: number): number =>
  tokens * Math.round(usdPerMillion * 1_000_000)

const dayMs = 86_400_000

/** The row in force, found once a day for each model. */
const inForce = new WeakMap<AnyModel, { readonly day: number; readonly price?: Price }>()

/** The row in force at `now` (milliseconds since 1970). */
export function priceAt(model: AnyModel, now: number): Price | undefined {
  const day = Math.floor(now / dayMs)
  const known = inForce.get(model)
  if (known?.day === day) return known.price
  const today = new Date(now).toISOString().slice(0, 10)
  const price = model.price
    .filter(({ from }) => from <= today)
    .toSorted(byDay)
    .at(-1)
  inForce.set(model, { day, ...(price !== undefined && { price }) })
  return price
}

const byDay = (one: Price, other: Price) => (one.from < other.from ? -1 : 1)

/** Every token that is billed, whatever for. */
export const tokensOf = ({ input, cacheRead, cacheWrite5m, cacheWrite1h, output }: Usage): number =>
  input + cacheRead + cacheWrite5m + cacheWrite1h + output

/** `prompt` is all that the model read, from a cache or not: it decides the tier of the request. */
export const ratesFor = (price: Price, prompt: number): Rates =>
  price.above !== undefined && prompt > price.above.tokens ? price.above : price

/** `undefined` where no price is in force at `now`: unknown is not free. */
export function costNanoUsd(
  usage: Usage,
  model: AnyModel,
  terms: Terms,
  now: number,
): number | undefined {
  const price = priceAt(model, now)
  if (price === undefined) return undefined
  const { input, cacheRead, cacheWrite5m, cacheWrite1h, output } = usage
  const rates = ratesFor(price, tokensOf(usage) - output)
  const pico =
    picoDollars(input, rates.input) +
    picoDollars(output, rates.output) +
    picoDollars(cacheRead, rates.cacheRead ?? rates.input) +
    picoDollars(cacheWrite5m, rates.cacheWrite5m ?? rates.input) +
    picoDollars(cacheWrite1h, rates.cacheWrite1h ?? rates.cacheWrite5m ?? rates.input)
  const [over, under] = factor(price, terms)
  return quotientUp(pico, over, under * 1000)
}

/** The ledger's unit. Rounding up twice is rounding up once. */
export function costMicroUsd(
  usage: Usage,
  model: AnyModel,
  terms: Terms,
  now: number,
): number | undefined {
  const nano = costNanoUsd(usage, model, terms, now)
  return nano === undefined ? undefined : Math.ceil(nano / 1000)
}

/**
 * Per cent of the default price, where AWS prints no factor for the model: never less than it can
 * be. `flex` is a discount; the premium of `priority` and of optimised latency is less than these
 * wherever AWS has printed one.
 */
const mostPercent = { default: 100, flex: 100, priority: 200, optimized: 150 } as const

/** What multiplies the price, as a fraction of whole numbers. */
function factor(price: Price, terms: Terms): readonly [over: number, under: number] {
  const { geographic, serviceTier = 'default', latency } = terms
  const geo = 100 + (geographic ? (price.geoPercent ?? 0) : 0)
  if (serviceTier === 'default' && latency === undefined) return [geo, 100]
  const printed = serviceTier === 'default' ? undefined : price.tiers?.[serviceTier]
  const tier = Math.round((printed ?? mostPercent[serviceTier]) * 10)
  return [geo * tier * mostPercent[latency ?? 'default'], 100 * 1000 * 100]
}

/** Exact, also past what a double holds. */
function quotientUp(amount: number, over: number, under: number): number {
  const product = amount * over
  if (product <= Number.MAX_SAFE_INTEGER) return Math.ceil(product / under)
  const below = BigInt(under)
  return Number((BigInt(amount) * BigInt(over) + below - 1n) / below)
}
