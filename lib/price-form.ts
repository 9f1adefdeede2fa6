/** The form of prices, and what is likely a slip in them: a wrong unit, or two rates mixed up. */
import type { Price, Rates } from '../lambda/core/model.ts'
import {
  type Check,
  fields,
  list,
  matching,
  numberAbove,
  problem,
  such,
  wholeNumber,
} from './checks.ts'

/** A price a token, or a thousand, written where one a million belongs is outside of these. */
const usd = such(
  'USD a million tokens: from 0.001 to 1000, with at most six decimals',
  (value) => typeof value === 'number' && value >= 0.001 && value <= 1000 && hasSixDecimals(value),
)

const hasSixDecimals = (value: number): boolean => Number(value.toFixed(6)) === value

const nothing = such('0, for vectors are not billed', (value) => value === 0)
const cacheRates = { cacheRead: usd, cacheWrite5m: usd, cacheWrite1h: usd }
const day = matching(/^\d{4}-\d\d-\d\d$/, 'a day, such as 2026-01-31')
const percent = numberAbove(0, 1000, ' per cent')

const row = (output: Check): Check => {
  const rates = { input: usd, output }
  const above = fields({ ...rates, tokens: wholeNumber(1) }, cacheRates)
  const tiers = fields({}, { priority: percent, flex: percent })
  const form = fields(
    { ...rates, from: day },
    { ...cacheRates, above, geoPercent: numberAbove(0, 100), tiers },
  )
  return (value, path) => {
    const problems = form(value, path)
    return problems.length > 0 ? problems : slips(value as Price, path)
  }
}

export const chatPrice: Check = list(row(usd), 1)
export const embeddingPrice: Check = list(row(nothing), 1)

/** No model of Bedrock writes for less than a tenth of what it reads for. */
const leastShare = 0.1

function slips(price: Price, path: string): readonly string[] {
  const { above } = price
  if (above === undefined) return mixedUp(price, path)
  return [...mixedUp(price, path), ...mixedUp(above, `${path}.above`), ...cheaper(price, path)]
}

function mixedUp({ input, output, cacheRead }: Rates, path: string): readonly string[] {
  return [
    ...(output > 0 && output < input * leastShare
      ? [problem(`${path}.output`, output, `needs at least a tenth of the input’s ${input}`)]
      : []),
    ...(cacheRead !== undefined && cacheRead > input
      ? [problem(`${path}.cacheRead`, cacheRead, `needs at most the input’s ${input}`)]
      : []),
  ]
}

const rateNames = ['input', 'output', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const

/** A longer request may not cost less, or the most that one can cost is not its longest. */
const cheaper = (price: Price, path: string): readonly string[] =>
  rateNames.flatMap((name) => {
    const [below = 0, above = below] = [price[name], price.above?.[name]]
    if (above >= below) return []
    return [
      problem(`${path}.above.${name}`, above, `needs at least the ${below} of shorter requests`),
    ]
  })
