/** What a call may come to before it is made, by the same estimates as the budget's. */
import type { Calibration } from './budget/calibration.ts'
import { dearest } from './budget/dearest.ts'
import { type Estimate, likely, likelyPrompt, worstCase } from './budget/estimate.ts'
import type { Forecast } from './core/account.ts'
import type { Call } from './core/contracts.ts'
import type { Amounts } from './core/ledger.ts'

export const forecaster =
  (calibration: Calibration) =>
  (call: Call): Forecast => {
    const most = dearest(call, (as) => worstCase(as, as.target))
    return {
      prompt: likelyPrompt(call, calibration),
      most: amountsOf(most),
      likely: amountsOf(dearest(call, (as) => likely(as, as.target, calibration))),
      priced: most.microUsd !== undefined,
    }
  }

const amountsOf = ({ tokens, microUsd = 0 }: Estimate): Amounts => ({
  requests: 1,
  tokens,
  microUsd,
})
