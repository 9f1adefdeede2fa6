/** A ledger in memory: buckets as a test says, and the refusals it was given to keep. */
import { TollgateError } from '../../lambda/core/errors.ts'
import type { Decision, Ledger, Standing, Used } from '../../lambda/core/ledger.ts'
import { firstShortfall } from '../../lambda/core/limits.ts'

export type FakeLedger = Ledger & {
  /** May be changed between calls. */
  buckets: readonly Standing[]
  usage: readonly Used[]
  /** Whether refusals can be kept. */
  keeps: boolean
  /** Whoever is paused. */
  paused: boolean
  readonly manner: (team: string) => { readonly mode: 'hard' | 'tight'; readonly money: boolean }
  readonly decisions: Decision[]
}

const codes = {
  requests: 'quota_exceeded',
  tokens: 'tokens_per_minute',
  'micro-usd': 'budget_exceeded',
  parallel: 'throttled',
} as const

export function fakeLedger(buckets: readonly Standing[] = []): FakeLedger {
  const ledger: FakeLedger = {
    buckets,
    usage: [],
    keeps: true,
    paused: false,
    decisions: [],

    manner: (team) => ({
      mode: team === 'few' ? 'tight' : 'hard',
      money: ledger.buckets.some(({ measure }) => measure === 'micro-usd'),
    }),

    async admit({ team }) {
      if (ledger.paused) throw new TollgateError('access_denied', `The team ${team} is paused.`)
    },

    async hold({ amounts, ...asking }) {
      if (ledger.buckets.length === 0) return undefined
      const grounds = firstShortfall(ledger.buckets, amounts, asking)
      if (grounds !== undefined) {
        const { measure, resetsAt, asked, limit } = grounds
        const wait = resetsAt === undefined ? undefined : Math.ceil((resetsAt - Date.now()) / 1000)
        throw new TollgateError(codes[measure], 'Limit Exceeded', {
          grounds,
          ...(wait !== undefined && asked <= limit && { retryAfter: Math.max(1, wait) }),
        })
      }
      return { standings: ledger.buckets, settle: async () => {} }
    },
    standings: async () => ledger.buckets,
    used: async () => ledger.usage,
    async remember(decision) {
      if (ledger.keeps) ledger.decisions.push(decision)
      return ledger.keeps
    },
    decision: async (team, id) =>
      ledger.decisions.find((one) => one.team === team && one.id === id),
  }
  return ledger
}

/** A bucket of the whole team, half used. */
export const bucket = (changes: Partial<Standing> = {}): Standing => ({
  whose: 'team',
  window: 'day',
  measure: 'requests',
  limit: 100,
  used: 40,
  reserved: 10,
  resetsAt: Date.now() + 3_600_000,
  then: 'refuse',
  ...changes,
})
