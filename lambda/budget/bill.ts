/** What a call is charged over all of its attempts, however each of them ended. */
import type { Attempt, Call, TargetedCall } from '../core/contracts.ts'
import { type Amounts, noAmounts } from '../core/ledger.ts'
import type { ReplyEvent } from '../core/reply.ts'
import { aimed } from '../routing/aim.ts'
import type { Calibration } from './calibration.ts'
import { billed, costsOf, mostAmounts } from './dearest.ts'
import { openSpent, type Spent } from './spent.ts'

export type Bill = {
  /** Each attempt, when it is known how it ended. */
  readonly attempted: (attempt: Attempt) => void
  /** This target answers; what follows is seen of it. */
  readonly answered: (as: TargetedCall) => void
  readonly see: (event: ReplyEvent) => void
  readonly held: (ms: number) => void
  /** No attempt is on its way any more, and none answered. */
  readonly failed: () => void
  /** What is charged if it ends now. */
  readonly amounts: () => Amounts
}

/** Opened just before the call is sent. */
export function openBill(call: Call, calibration?: Calibration, clock = Date.now): Bill {
  const sent = clock()
  let failures = noAmounts
  let answering: { readonly as: TargetedCall; readonly spent: Spent } | undefined
  let over = false

  const charge = (spent: Spent, as: TargetedCall): Amounts => {
    const { tokens, microUsd } = billed(spent.usage(), as, clock())
    return { requests: tokens > 0 || call.task === 'count' ? 1 : 0, tokens, microUsd }
  }

  /** One that was billed without an answer: charged as a call that was given up. */
  function lost({ target, ms, billed: usage }: Attempt): Amounts {
    const as = aimed(call)
      .find((each) => each.target === target)
      ?.as(call)
    if (as === undefined || usage === undefined) return noAmounts
    const spent = openSpent(as, calibration, clock, clock() - ms)
    spent.failed(usage)
    return charge(spent, as)
  }

  /** The attempt that is on its way may be any target's. */
  const unanswered = (): Amounts =>
    mostAmounts(costsOf(call, (as) => charge(openSpent(as, calibration, clock, sent), as)))

  return {
    attempted(attempt) {
      failures = sum(failures, lost(attempt))
    },
    answered(as) {
      answering = { as, spent: openSpent(as, calibration, clock, sent) }
    },
    see: (event) => answering?.spent.see(event),
    held: (ms) => answering?.spent.held(ms),
    failed() {
      over = true
    },
    amounts() {
      if (answering !== undefined) return sum(failures, charge(answering.spent, answering.as))
      return over ? failures : sum(failures, unanswered())
    },
  }
}

/** However often it was tried, it is one request. */
const sum = (one: Amounts, other: Amounts): Amounts => ({
  requests: Math.max(one.requests, other.requests),
  tokens: one.tokens + other.tokens,
  microUsd: one.microUsd + other.microUsd,
})
