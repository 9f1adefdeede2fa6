/** How a limit and its amounts are told: in numbers for scripts, in words for people. */
import type { Standing } from '../lambda/core/ledger.ts'
import { countOf, usdText } from './amounts.ts'

export const usdOf = (microUsd: number): number => microUsd / 1_000_000
const same = (count: number): number => count

/** By what a limit counts: its name, its numbers for scripts, and its words for people. */
export const measures: Readonly<
  Record<
    Standing['measure'],
    {
      readonly name: string
      readonly amount: (count: number) => number
      readonly words: (count: number) => string
    }
  >
> = {
  requests: { name: 'requests', amount: same, words: (count) => countOf(count, 'request') },
  tokens: { name: 'tokens', amount: same, words: (count) => countOf(count, 'token') },
  'micro-usd': { name: 'usd', amount: usdOf, words: (count) => `${usdText(count)} USD` },
  parallel: {
    name: 'parallel',
    amount: same,
    words: (count) => `${countOf(count, 'call')} at once`,
  },
}

export const per = ({ window }: Standing): string => (window === 'now' ? '' : ` a ${window}`)

export const whose = ({ key, model }: Standing): string =>
  [key === undefined ? '' : `, key ${key}`, model === undefined ? '' : `, ${model}`].join('')

/** `200.00 USD a month, llama`. */
export const limitText = (standing: Standing): string =>
  `${measures[standing.measure].words(standing.limit)}${per(standing)}${whose(standing)}`
