/** Holds what a call may cost before it is made, and settles what it came to, however it ends. */
import { type Calibration, openCalibration } from '../budget/calibration.ts'
import { type Estimate, likely, worstCase } from '../budget/estimate.ts'
import { openSpent, type Spent } from '../budget/spent.ts'
import type { Call, Policy, ReplyStream, Target } from '../core/contracts.ts'
import { costMicroUsd, tokensOf } from '../core/cost.ts'
import { TollgateError } from '../core/errors.ts'
import { type Amounts, type Held, noAmounts } from '../core/ledger.ts'
import type { AnyModel } from '../core/model.ts'
import type { ReplyEvent, Usage } from '../core/reply.ts'
import { termsOf } from '../core/terms.ts'
import type { Happening, Manner, OpenLedger } from '../ledger/ledger.ts'
import { StoreFailure } from '../ledger/store.ts'
import { unavailable } from '../ledger/unavailable.ts'
import { openAllowance } from './allowance.ts'

export type BudgetParts = {
  readonly ledger: Pick<OpenLedger, 'admit' | 'hold' | 'manner'>
  /** Where the call would go, at the dearest. */
  readonly targetOf: (call: Call) => Target | undefined
  /** By which limits of a model know it. */
  readonly nameOf: (model: AnyModel) => string
  readonly calibration?: Calibration
  readonly tell?: (happening: Happening) => void
  readonly now?: () => number
}

export function budget({
  ledger,
  targetOf,
  nameOf,
  calibration = openCalibration(),
  tell = () => {},
  now = Date.now,
}: BudgetParts): Policy {
  const allow = openAllowance(now)

  /** Nothing is held where the ledger fails and the plan would rather go on. */
  async function hold(call: Call, amounts: Amounts, manner: Manner): Promise<Held | undefined> {
    const { id, caller, record, remaining } = call
    const until = now() + remaining()
    const asked = performance.now()
    try {
      return await ledger.hold({ id, caller, model: nameOf(call.model), amounts, until })
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

  return (next) =>
    async function budget(call) {
      await ledger.admit(call.caller, nameOf(call.model))
      const manner = ledger.manner(call.caller.team)
      if (!manner.limited) return next(call)
      const dearest = { geographic: targetOf(call)?.geographic ?? false }
      const tight = manner.mode === 'tight' ? calibration : undefined
      const estimate = tight === undefined ? worstCase(call, dearest) : likely(call, dearest, tight)
      const held = await hold(call, amountsOf(estimate, call, manner), manner)
      if (held === undefined) return next(call)
      call.standing(held.standings)

      const spent = openSpent(call, tight)
      let settling: Promise<void> | undefined
      const settle = () => {
        settling ??= held.settle(settledBy(spent.usage(), call, dearest))
        return settling
      }
      call.atEnd(settle)
      try {
        const reply = await next(call)
        return { ...reply, events: watched(reply, call, spent, settle, calibration) }
      } catch (thrown) {
        spent.failed(thrown)
        void settle()
        throw thrown
      }
    }
}

/** A count of tokens is a request, and free. */
function amountsOf({ tokens, microUsd }: Estimate, { model }: Call, { money }: Manner): Amounts {
  if (microUsd === undefined && money) {
    const message = `${model.name} has no known price, and this key’s budget is in USD.`
    throw new TollgateError('model_not_allowed', message, { param: 'model' })
  }
  return { requests: 1, tokens, microUsd: microUsd ?? 0 }
}

function settledBy(usage: Usage, call: Call, dearest: { readonly geographic: boolean }): Amounts {
  const tokens = tokensOf(usage)
  if (tokens === 0 && call.task !== 'count') return noAmounts
  const microUsd = costMicroUsd(usage, call.model, termsOf(call, dearest), Date.now()) ?? 0
  return { requests: 1, tokens, microUsd }
}

/** Settled as soon as the end is known, so that nobody waits for it; at the latest when nobody reads on. */
async function* watched(
  { events }: ReplyStream,
  call: Call,
  spent: Spent,
  settle: () => Promise<void>,
  calibration: Calibration,
): AsyncGenerator<ReplyEvent> {
  try {
    for await (const event of events) {
      spent.see(event)
      if (event.type === 'reply-end') {
        calibration.learn(call, event.usage)
        void settle()
      }
      const told = performance.now()
      try {
        yield event
      } finally {
        spent.held(performance.now() - told)
      }
    }
  } finally {
    void settle()
  }
}
