/** Numbers by chance that are the same every time. */

export type Random = {
  /** From 0 to 1. */
  readonly uniform: () => number
  /** With this mean. */
  readonly exponential: (mean: number) => number
  /** Half of them are above the median; `spread` is the standard deviation of their logarithm. */
  readonly lognormal: (median: number, spread: number) => number
}

export function openRandom(seed: number): Random {
  let state = seed >>> 0

  /** Mulberry32, by Tommy Ettinger. */
  function uniform(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** Box and Muller. */
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())

  return {
    uniform,
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    lognormal: (median, spread) => median * Math.exp(spread * normal()),
  }
}
