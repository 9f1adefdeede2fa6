/** Forecasts of a team's limits from its own hours. */
import type { History, Hour, Outlook } from '../core/history.ts'
import type { Standing } from '../core/ledger.ts'
import { outlooksOf, startOf } from '../ledger/outlook.ts'

/** Where the past cannot be read, the pace so far is what is known. */
export async function outlooksFrom(
  history: Pick<History, 'hours'>,
  team: string,
  standings: readonly Standing[],
  now: number,
): Promise<readonly Outlook[]> {
  if (standings.length === 0) return []
  const begins = standings.map(({ window, resetsAt = now }) => startOf(window, resetsAt))
  const hours = await history.hours(team, Math.min(...begins)).catch((): readonly Hour[] => [])
  return outlooksOf(standings, hours, now)
}
