/** What limits leave: how much of a bucket, which one binds first, and which a call would not fit in. */
import type { Grounds } from './errors.ts'
import type { Amounts, Asking, Standing } from './ledger.ts'

type Measure = Grounds['measure']

/** Never negative: what came dearer than it was reserved for may have passed the limit. */
export const remainingOf = ({
  limit,
  used,
  reserved,
}: Pick<Grounds, 'limit' | 'used' | 'reserved'>): number => Math.max(0, limit - used - reserved)

/** A counter without a limit binds nobody. */
export const isLimit = ({ limit }: Pick<Standing, 'limit'>): boolean => Number.isFinite(limit)

/**
 * The bucket of this measure that binds first, of those that all calls of a team count in and that
 * refuse: the one with the smallest share left; of equal shares the one with the least left, and of
 * those the one that lasts longest.
 */
export function bindingOf(
  standings: readonly Standing[],
  measure: Measure,
  binds: (standing: Standing) => boolean = ({ then }) => then === 'refuse',
): Standing | undefined {
  return standings
    .filter((one) => one.measure === measure && ofWholeTeam(one) && isLimit(one) && binds(one))
    .toSorted(byTightness)[0]
}

/** A budget that only warns is told of where none refuses. */
export const budgetOf = (standings: readonly Standing[]): Standing | undefined =>
  bindingOf(standings, 'micro-usd') ?? bindingOf(standings, 'micro-usd', () => true)

const ofWholeTeam = ({ key, model }: Standing): boolean => key === undefined && model === undefined

const shareLeft = (one: Standing): number => (one.limit > 0 ? remainingOf(one) / one.limit : 0)

const byTightness = (one: Standing, other: Standing): number =>
  shareLeft(one) - shareLeft(other) ||
  remainingOf(one) - remainingOf(other) ||
  (other.resetsAt ?? 0) - (one.resetsAt ?? 0)

const askedOf = {
  requests: ({ requests }) => requests,
  tokens: ({ tokens }) => tokens,
  'micro-usd': ({ microUsd }) => microUsd,
  parallel: () => 1,
} as const satisfies Record<Measure, (amounts: Amounts) => number>

/**
 * The limit for which these amounts would be refused; of several the one that lasts longest, so
 * that what is said of waiting is true of all of them.
 */
export function firstShortfall(
  standings: readonly Standing[],
  amounts: Amounts,
  { caller, model }: Pick<Asking, 'caller' | 'model'>,
): Grounds | undefined {
  return standings
    .filter(({ then }) => then === 'refuse')
    .filter(({ key = caller.keyId }) => key === caller.keyId)
    .filter((one) => (one.model ?? model) === model)
    .map(({ then: _, ...one }) => ({ ...one, asked: askedOf[one.measure](amounts) }))
    .filter((one) => one.asked > 0 && one.used + one.reserved + one.asked > one.limit)
    .toSorted((one, other) => lastsUntil(other) - lastsUntil(one))[0]
}

/** What asks for more than a whole limit passes in no window. */
export const neverPasses = ({ asked, limit }: Grounds): boolean => asked > limit

const lastsUntil = (grounds: Grounds): number =>
  neverPasses(grounds) ? Number.MAX_VALUE : (grounds.resetsAt ?? 0)
