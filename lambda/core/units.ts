/** How money and moments are written for callers: exact decimals, and RFC 3339 in UTC. */

/** `4.2`, `0.00003`: a header or a field is text, where no `1e-7` may stand. */
export const usdOf = (microUsd: number): string => (microUsd / 1e6).toFixed(6).replace(/\.?0+$/, '')

/** `2026-11-21T00:00:00Z`, rounded up: nothing begins anew before it does. */
export const momentOf = (ms: number): string =>
  new Date(Math.ceil(ms / 1000) * 1000).toISOString().replace('.000', '')
