/** What an environment lets through while the ledger cannot be asked, for plans that choose so. */
import type { Amounts } from '../core/ledger.ts'

const minuteMs = 60_000
/** Of each environment, in each minute. */
export const allowedTokens = 20_000
export const allowedMicroUsd = 50_000

export type Allowance = (amounts: Amounts) => boolean

export function openAllowance(now: () => number): Allowance {
  let minute = -1
  let tokens = 0
  let microUsd = 0
  return function allow(amounts) {
    const current = Math.floor(now() / minuteMs)
    if (current !== minute) {
      minute = current
      tokens = 0
      microUsd = 0
    }
    if (tokens + amounts.tokens > allowedTokens) return false
    if (microUsd + amounts.microUsd > allowedMicroUsd) return false
    tokens += amounts.tokens
    microUsd += amounts.microUsd
    return true
  }
}
