/**
 * The one retry layer: at most three attempts, before anything reached the caller. Another target
 * is asked at once; one that has failed already, after a pause; and what could multiply an outage
 * is taken from a budget of retries.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Call, Provider, ReplyStream, TargetedCall } from '../core/contracts.ts'
import { asTollgateError, TollgateError } from '../core/errors.ts'
import type { Timeouts } from '../core/routes-config.ts'
import { isStale } from '../net/post.ts'
import { begun } from './begun.ts'
import { type Candidate, type Failure, openChoice } from './choice.ts'
import { openDeadline } from './deadline.ts'
import {
  isOperators,
  mayGoOn,
  mostTelling,
  outcomeOf,
  troubleOf,
  wasNeverSent,
} from './failures.ts'
import { isStreamed, patienceFor } from './patience.ts'

const mostAttempts = 3

export type AttemptsParts = {
  readonly provider: Provider
  readonly timeouts?: Timeouts | undefined
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly random?: () => number
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

const waitFor = async (ms: number, signal: AbortSignal) => {
  await pause(ms, undefined, { signal }).catch(() => {})
}

export function openAttempts({
  provider,
  timeouts,
  now = Date.now,
  random = Math.random,
  wait = waitFor,
}: AttemptsParts) {
  const choice = openChoice(now, random)

  type How = { readonly candidate: Candidate; readonly made: TargetedCall; readonly fresh: boolean }

  async function attempt(
    { candidate, made, fresh }: How,
    patience: Parameters<typeof openDeadline>[0],
  ): Promise<ReplyStream> {
    const { target, health } = candidate
    if (health.standing(now()) === 'probe') health.probe()
    choice.asked(candidate)
    made.record.set({ model: target.model.id, target: target.modelId, region: target.place })
    const deadline = openDeadline(patience, made.signal, fresh)
    const started = performance.now()
    const passed = () => performance.now() - started
    try {
      const events = await begun(await provider(made, deadline))
      choice.answered(candidate, passed())
      made.attempted({ target, outcome: 'ok', ms: passed() })
      return { call: made, events }
    } catch (thrown) {
      deadline.abandon()
      const error = asTollgateError(thrown)
      const trouble = troubleOf(error)
      /** A wait the caller cut short says nothing of the target. */
      const own = made.signal.aborted || (made.timeoutMs !== undefined && deadline.passed())
      if (trouble === undefined || own || isStale(error.cause)) health.unknown()
      else if (health.failed(trouble, now())) made.record.measure({ BreakerOpenings: 1 })
      if (wasNeverSent(error)) throw error
      const { billed } = error
      const outcome = outcomeOf(error)
      made.attempted({ target, outcome, ms: passed(), ...(billed !== undefined && { billed }) })
      throw error
    }
  }

  return async function attempts(call: Call): Promise<ReplyStream> {
    const began = performance.now()
    const candidates = choice.candidates(call)
    const failures: Failure[] = []
    const told = () => mostTelling(failures.map(({ error }) => error))
    let candidate = choice.first(candidates)
    let fresh = false
    for (;;) {
      const made = candidate.as(call)
      const anotherLeft = candidates.length > failures.length + 1
      const passedMs = performance.now() - began
      const asking = { call: made, streams: isStreamed(made), passedMs, anotherLeft }
      const patience = patienceFor(asking, timeouts)
      if (patience === undefined) throw told() ?? noTimeLeft(made)
      try {
        const reply = await attempt({ candidate, made, fresh }, patience)
        for (const notice of candidate.notices) call.notice(notice)
        return reply
      } catch (thrown) {
        const error = asTollgateError(thrown)
        failures.push({ candidate, error })
        const refusals = failures.filter((each) => isOperators(each.error)).length
        if (refusals > 0) call.record.measure({ TargetRefusals: refusals })
        if (wasNeverSent(error)) throw told() ?? error
        if (call.signal.aborted || !mayGoOn(error)) throw error
        const over = failures.length >= mostAttempts || refusals > 1
        fresh = isStale(error.cause)
        const same = { candidate, pauseMs: 0 }
        const next = over ? undefined : fresh ? same : choice.next(candidates, failures)
        if (next === undefined) throw told() ?? error
        if (error.billed !== undefined && !(await mayBeBilledAgain(call))) throw told() ?? error
        if (next.candidate !== candidate) call.record.measure({ Failovers: 1 })
        call.record.measure({ Retries: failures.length })
        candidate = next.candidate
        if (next.pauseMs > 0) await wait(next.pauseMs, call.signal)
        if (call.signal.aborted) throw error
      }
    }
  }
}

/** What failed is charged as well, so another attempt needs room of its own in the limits. */
async function mayBeBilledAgain({ again, notice }: Call): Promise<boolean> {
  try {
    await again?.()
    return true
  } catch (thrown) {
    if (!(thrown instanceof TollgateError)) throw thrown
    notice(
      `attempts: no other was made, which had to be paid beside the one that failed: ${thrown.message}`,
    )
    return false
  }
}

function noTimeLeft({ model, request }: TargetedCall): TollgateError {
  const advice = request.stream ? '' : ' A long answer needs "stream": true.'
  return new TollgateError('upstream_timeout', `No time is left to ask ${model.name}.${advice}`)
}
