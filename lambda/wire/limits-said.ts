/** Tells callers of a limit in JSON: whose it is, how much of it is gone, and what would pass. */
import type { Grounds } from '../core/errors.ts'
import type { Amounts, Standing } from '../core/ledger.ts'
import { remainingOf } from '../core/limits.ts'
import { momentOf, usdOf } from '../core/units.ts'

const measures = {
  requests: 'requests',
  tokens: 'tokens',
  'micro-usd': 'micro_usd',
  parallel: 'parallel',
} as const satisfies Record<Grounds['measure'], string>

type Told = Omit<Standing, 'then'> &
  Partial<Pick<Standing, 'then'>> &
  Partial<Pick<Grounds, 'asked'>>

/** Amounts of money are whole millionths of a dollar, and in dollars beside them. */
export function limitSaid(bucket: Told) {
  const { whose, measure, window, key, model, limit, used, reserved, asked, resetsAt, then } =
    bucket
  const amounts = {
    limit,
    used,
    reserved,
    remaining: remainingOf(bucket),
    ...(asked !== undefined && { asked }),
  }
  return {
    whose,
    measure: measures[measure],
    window,
    ...(key !== undefined && { key }),
    ...(model !== undefined && { model }),
    ...amounts,
    ...(measure === 'micro-usd' && { usd: inDollars(amounts) }),
    ...(resetsAt !== undefined && { resets_at: momentOf(resetsAt) }),
    ...(then !== undefined && { then }),
  }
}

const inDollars = (amounts: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, usdOf(amount)]))

/** `cost_usd` as in every answer, and exactly. */
export const moneySaid = (microUsd: number) => ({
  cost_usd: microUsd / 1e6,
  micro_usd: microUsd,
})

export const amountsSaid = ({ requests, tokens, microUsd }: Amounts) => ({
  requests,
  tokens,
  ...moneySaid(microUsd),
})
