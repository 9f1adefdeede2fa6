/** Medians, percentiles, and ratios of what was measured in the same round. */

export const sorted = (values: readonly number[]): readonly number[] =>
  values.toSorted((one, other) => one - other)

/** `share` from 0 to 1, by nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * values.length))
  return sorted(values)[rank - 1] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  const ranked = sorted(values)
  const middle = ranked.length / 2
  const low = ranked[Math.ceil(middle) - 1] ?? Number.NaN
  return (low + (ranked[Math.floor(middle)] ?? low)) / 2
}

/** Pairs by round: what else the machine did then disturbed both alike. */
export const medianOfPairs = (
  ones: readonly number[],
  others: readonly number[],
  compare: (one: number, other: number) => number,
): number => median(ones.map((one, round) => compare(one, others[round] ?? Number.NaN)))
