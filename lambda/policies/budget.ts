/** Holds what a call may cost before it is made, and settles what it came to, however it ends. */
import { type Bill, openBill } from '../budget/bill.ts'
import { type Calibration, openCalibration } from '../budget/calibration.ts'
import { dearest, withKnownPrice } from '../budget/dearest.ts'
import { type Estimate, likely, worstCase } from '../budget/estimate.ts'
import type { Attempt, Call, Policy, ReplyStream } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { type Amounts, type Held, noAmounts } from '../core/ledger.ts'
import type { ReplyEvent } from '../core/reply.ts'
import { type HoldParts, openHold } from './hold.ts'

export type BudgetParts = HoldParts & { readonly calibration?: Calibration }

export function budget(parts: BudgetParts): Policy {
  const { ledger, nameOf, calibration = openCalibration() } = parts
  const hold = openHold(parts)

  return (next) =>
    async function budget(asked) {
      await ledger.admit(asked.caller, nameOf(asked.model))
      const manner = ledger.manner(asked.caller.team)
      if (!manner.limited) return next(asked)
      const call = manner.money ? payable(asked) : asked
      const tight = manner.mode === 'tight' ? calibration : undefined
      const estimate = dearest(call, (as) =>
        tight === undefined ? worstCase(as, as.target) : likely(as, as.target, tight),
      )
      const most = amountsOf(estimate)
      const held = await hold(call, most, manner)
      if (held === undefined) return next(call)
      call.standing(held.standings)
      const holds = openHolds(held, most)

      const bill = openBill(call, tight)
      let settling: Promise<void> | undefined
      const settle = () => {
        settling ??= holds.settle(bill.amounts())
        return settling
      }
      call.atEnd(settle)
      const attempted = (attempt: Attempt) => {
        bill.attempted(attempt)
        call.attempted(attempt)
      }
      /** What failed may be billed beside what answers, and both must fit. */
      async function again() {
        const more = { ...most, requests: 0 }
        await holds.add(await hold({ ...call, beside: true }, more, manner), more)
      }
      try {
        const reply = await next({ ...call, attempted, again })
        bill.answered(reply.call)
        return { ...reply, events: watched(reply, bill, settle, calibration) }
      } catch (thrown) {
        bill.failed()
        void settle()
        throw thrown
      }
    }
}

/** What is held for one call, of which each part is settled at no more than it holds, but for the last. */
function openHolds(first: Held, most: Amounts) {
  const parts = [{ held: first, most }]
  let settled = false
  return {
    /** Nothing is held where the ledger fails and the plan would rather go on. */
    async add(held: Held | undefined, most: Amounts): Promise<void> {
      if (held === undefined) return
      if (settled) await held.settle(noAmounts)
      else parts.push({ held, most })
    },
    /** Whatever order they are settled in, no limit is passed meanwhile. */
    async settle(actual: Amounts): Promise<void> {
      settled = true
      let left = actual
      const shares = parts.map(({ held, most }, index) => {
        const share = index === parts.length - 1 ? left : each(left, most, Math.min)
        left = each(left, share, (all, part) => all - part)
        return held.settle(share)
      })
      await Promise.all(shares)
    },
  }
}

const each = (one: Amounts, other: Amounts, of: (a: number, b: number) => number): Amounts => ({
  requests: of(one.requests, other.requests),
  tokens: of(one.tokens, other.tokens),
  microUsd: of(one.microUsd, other.microUsd),
})

/** A budget in money pays for what has a price. */
function payable(asked: Call): Call {
  const call = withKnownPrice(asked)
  if (call.targets.length > 0) return call
  const message = `${asked.model.name} has no known price, and this key’s budget is in USD.`
  throw new TollgateError('model_not_allowed', message, { param: 'model' })
}

/** A count of tokens is a request, and free. */
const amountsOf = ({ tokens, microUsd = 0 }: Estimate): Amounts => ({
  requests: 1,
  tokens,
  microUsd,
})

/** Settled as soon as the end is known, so that nobody waits for it; at the latest when nobody reads on. */
async function* watched(
  { events, call }: ReplyStream,
  bill: Bill,
  settle: () => Promise<void>,
  calibration: Calibration,
): AsyncGenerator<ReplyEvent> {
  try {
    for await (const event of events) {
      bill.see(event)
      if (event.type === 'reply-end') {
        calibration.learn(call, event.usage)
        void settle()
      }
      const told = performance.now()
      try {
        yield event
      } finally {
        bill.held(performance.now() - told)
      }
    }
  } finally {
    void settle()
  }
}
