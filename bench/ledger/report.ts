/** What a simulation of the ledger says, in tables, and what must be true of it. */
import type { Figures, Table } from '../tables.ts'
import { mostUnitsASecond } from './metered-table.ts'
import type { Outcome, Spent } from './simulation.ts'

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole)

const perRequest = (spent: Spent): Figures => ({
  'table calls': spent.calls / spent.requests,
  writes: spent.writes / spent.requests,
  'write units': spent.writeUnits / spent.requests,
  'read units': spent.readUnits / spent.requests,
})

const turnedAway = (outcome: Outcome): Figures => ({
  'first refused at, % of the limit': 100 * outcome.firstRefusedAt,
  'used in the end, %': percent(outcome.used, outcome.limit),
  'refused, %': percent(outcome.refused, outcome.requests),
  'unneeded, %': percent(outcome.refusedInVain, outcome.requests),
  'not answered, %': percent(outcome.failed, outcome.requests),
  'above the limit, tokens': outcome.overshoot,
})

const load = (outcome: Outcome): Figures => ({
  'requests a second': outcome.requests / outcome.seconds,
  'hottest item, write units a second': outcome.peak.item,
  '% of what an item has': percent(outcome.peak.item, mostUnitsASecond),
  'all items': outcome.peak.account,
  'largest item, bytes': outcome.peak.bytes,
  throttled: outcome.before.throttled + outcome.after.throttled,
})

const overshoot = (outcome: Outcome): Figures => ({
  'used in the end, %': percent(outcome.used, outcome.limit),
  'above the limit, tokens': outcome.overshoot,
  'which may be at most': outcome.overshootBound,
  'of the limit, %': percent(outcome.overshoot, outcome.limit),
  'refused, %': percent(outcome.refused, outcome.requests),
  'unneeded, %': percent(outcome.refusedInVain, outcome.requests),
  throttled: outcome.before.throttled + outcome.after.throttled,
})

function nameOf({ scenario: { environments, sliced } }: Outcome): string {
  const many =
    environments === 1 ? '1 environment' : `${environments.toLocaleString('en')} environments`
  return sliced ? many : `${many}, no slices`
}

export function ledgerTables(outcomes: readonly Outcome[]): readonly Table[] {
  const hard = outcomes.filter(({ scenario }) => scenario.mode === 'hard')
  const tight = outcomes.filter(({ scenario }) => scenario.mode === 'tight')
  const table = (title: string, of: readonly Outcome[], figures: (one: Outcome) => Figures) => ({
    title,
    rows: of.map((one) => ({ name: nameOf(one), figures: figures(one) })),
  })
  return [
    table('A request, until the first refusal', hard, ({ before }) => perRequest(before)),
    table('A request, from the first refusal on', hard, ({ after }) => perRequest(after)),
    table('The busiest second', hard, load),
    table('At the limit, `hard`', hard, turnedAway),
    table('At the limit, `tight`', tight, overshoot),
  ].filter(({ rows }) => rows.length > 0)
}

/** The few figures that say whether it holds. */
export const summary = (outcomes: readonly Outcome[]): Table => ({
  title: 'Many environments, one budget',
  rows: outcomes
    .filter(({ scenario }) => scenario.mode === 'hard')
    .map((one) => ({
      name: nameOf(one),
      figures: {
        'requests a second': one.requests / one.seconds,
        'table calls a request': one.before.calls / one.before.requests,
        'write units a request': one.before.writeUnits / one.before.requests,
        'hottest item, % of its limit': percent(one.peak.item, mostUnitsASecond),
        'not answered, %': percent(one.failed, one.requests),
        'first refused at, % of the budget': 100 * one.firstRefusedAt,
        'used in the end, %': percent(one.used, one.limit),
      },
    })),
})

/** What must not be. */
export function failures({
  scenario,
  overshoot: above,
  overshootBound,
}: Outcome): readonly string[] {
  const most = scenario.mode === 'hard' ? 0 : overshootBound
  if (above <= most) return []
  return [`${JSON.stringify(scenario)}: ${above} tokens above the limit, at most ${most} may be.`]
}
