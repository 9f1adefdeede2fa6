/** How the end of a limit's window is told, at the pace so far. */
import type { Outlook } from '../lambda/core/history.ts'
import { isoOf, timeText } from './amounts.ts'
import { limitText, measures } from './limit-words.ts'
import { table } from './table.ts'

export function outlookJson({ standing, expected, low, high, reachedAt }: Outlook) {
  const { measure, window, key = null, model = null } = standing
  const { name, amount } = measures[measure]
  return {
    ...{ measure: name, per: window, key, model },
    ...{ expected: amount(expected), low: amount(low), high: amount(high) },
    reached: reachedAt === undefined ? null : isoOf(reachedAt),
  }
}

const columns = ['LIMIT', 'LIKELY AT ITS END', 'FOUR IN FIVE', 'REACHED (UTC)'].map((head) => ({
  head,
}))

/** As it will stand when it begins anew, at the pace so far. */
function forecastRow({ standing, expected, low, high, reachedAt }: Outlook): readonly string[] {
  const { words } = measures[standing.measure]
  return [
    limitText(standing),
    words(expected),
    `${words(low)} to ${words(high)}`,
    reachedAt === undefined ? '-' : timeText(reachedAt).replace(' UTC', ''),
  ]
}

export const forecastTable = (outlooks: readonly Outlook[]): string =>
  table(columns, outlooks.map(forecastRow))
