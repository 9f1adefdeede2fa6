/** Holds a call's amounts in the ledger, and says what happens where the ledger cannot be asked. */
import type { Call } from '../core/contracts.ts'
import type { Amounts, Held } from '../core/ledger.ts'
import type { AnyModel } from '../core/model.ts'
import type { Happening, Manner, OpenLedger } from '../ledger/ledger.ts'
import { StoreFailure } from '../ledger/store.ts'
import { unavailable } from '../ledger/unavailable.ts'
import { openAllowance } from './allowance.ts'

export type HoldParts = {
  readonly ledger: Pick<OpenLedger, 'admit' | 'hold' | 'manner'>
  /** By which limits of a model know it. */
  readonly nameOf: (model: AnyModel) => string
  readonly tell?: (happening: Happening) => void
  readonly now?: () => number
}

export function openHold({ ledger, nameOf, tell = () => {}, now = Date.now }: HoldParts) {
  const allow = openAllowance(now)

  /** Nothing is held where the ledger fails and the plan would rather go on. */
  return async function hold(
    call: Call,
    amounts: Amounts,
    manner: Manner,
  ): Promise<Held | undefined> {
    const { id, caller, record, remaining, beside } = call
    const until = now() + remaining()
    const asked = performance.now()
    try {
      const model = nameOf(call.model)
      return await ledger.hold({ id, caller, model, amounts, until, ...(beside && { beside }) })
    } catch (thrown) {
      if (!(thrown instanceof StoreFailure)) throw thrown
      record.measure({ LedgerFailures: 1 })
      if (manner.onFailure === 'allow' && allow(amounts)) {
        record.measure({ BudgetFailOpen: 1 })
        tell({ type: 'failing-open', team: caller.team })
        return undefined
      }
      const message = 'The budget cannot be asked for at the moment; nothing was sent to a model.'
      throw unavailable(message, thrown)
    } finally {
      record.measure({ LedgerMs: performance.now() - asked })
    }
  }
}
