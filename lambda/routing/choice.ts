/** Which target is asked first, and which after a failure. */
import type { Call, Target } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { type Aimed, aimed } from './aim.ts'
import { askedPause, isOperators } from './failures.ts'
import { type Health, keyOf, openHealth } from './health.ts'
import { orders } from './order.ts'
import { openRetryBudget } from './retry-budget.ts'
import { openSpeed } from './speed.ts'

/** Milliseconds: of the first pause before the same target is asked again, at most; then doubled. */
const firstPauseMs = 100
/** Seconds a provider may ask for before it is rather given up. */
const longestPause = 5

export type Candidate = Aimed & {
  readonly health: Health
  /** By which its speed is known, where that decides; streams and whole answers are not equally soon. */
  readonly timed?: string
}

export type Next = { readonly candidate: Candidate; readonly pauseMs: number }

/** One attempt of this call that failed; the last of a list is the latest. */
export type Failure = { readonly candidate: Candidate; readonly error: TollgateError }

export type Choice = {
  /** In the order of the alias's strategy. */
  readonly candidates: (call: Call) => readonly Candidate[]
  /** Throws where all of them are down: nothing is sent until a probe is due. */
  readonly first: (candidates: readonly Candidate[]) => Candidate
  /** `undefined` where the failure has to be told. */
  readonly next: (
    candidates: readonly Candidate[],
    failures: readonly Failure[],
  ) => Next | undefined
  readonly asked: (candidate: Candidate) => void
  readonly answered: (candidate: Candidate, ms: number) => void
}

export function openChoice(now: () => number, random: () => number): Choice {
  const healths = new Map<string, Health>()
  const retries = openRetryBudget()
  const speed = openSpeed()

  function healthOf(target: Target): Health {
    const key = keyOf(target)
    const known = healths.get(key)
    if (known !== undefined) return known
    const health = openHealth()
    healths.set(key, health)
    return health
  }

  return {
    candidates(call) {
      const at = now()
      retries.called(at)
      const races = call.strategy === 'least-latency'
      const kind = call.request.stream ? 'stream' : 'whole'
      const places = aimed(call).map((aim) => {
        const health = healthOf(aim.target)
        const { weight } = aim.target
        const place = { ...aim, health, weight, expectedMs: 0, ready: isReady(health, at) }
        if (!races) return place
        const timed = `${kind} ${keyOf(aim.target)}`
        return { ...place, timed, expectedMs: speed.expected(timed, at) }
      })
      return places.length === 1 ? places : orders[call.strategy](places, random)
    },

    first(candidates) {
      const at = now()
      const able = candidates.find(({ health }) => /ready|probe/.test(health.standing(at)))
      /** A quota is there again in a moment, and one call more does no harm to it. */
      const full = candidates.find(({ health }) => health.standing(at) === 'throttled')
      const first = able ?? full
      if (first === undefined) throw allDown(candidates, at)
      return first
    },

    next(candidates, failures) {
      const at = now()
      const error = failures.at(-1)?.error
      if (error === undefined) return undefined
      const untried = candidates.filter((each) =>
        failures.every(({ candidate }) => candidate !== each),
      )
      const another =
        untried.find(({ health }) => isReady(health, at)) ??
        untried.find(({ health }) => health.standing(at) === 'probe')
      if (another !== undefined) {
        const free = isOperators(error) || another.health.well()
        return free || retries.take(at) ? { candidate: another, pauseMs: 0 } : undefined
      }
      if (isOperators(error)) return undefined
      const again = failures.find(
        (failed) => !isOperators(failed.error) && isReady(failed.candidate.health, at),
      )?.candidate
      const pause = askedPause(error) ?? 0
      if (again === undefined || pause > longestPause || !retries.take(at)) return undefined
      const jitter = random() * firstPauseMs * 2 ** (failures.length - 1)
      return { candidate: again, pauseMs: Math.max(pause * 1_000, jitter) }
    },

    asked({ timed }) {
      if (timed !== undefined) speed.asked(timed, now())
    },

    answered({ health, timed }, ms) {
      health.answered(now())
      if (timed !== undefined) speed.told(timed, ms, now())
    },
  }
}

const isReady = (health: Health, at: number): boolean => health.standing(at) === 'ready'

function allDown(candidates: readonly Candidate[], at: number): TollgateError {
  const soonest = Math.min(...candidates.map(({ health }) => health.probeIn(at)))
  const places = candidates.map(({ target }) => target.place).join(', ')
  const name = candidates[0]?.target.model.name ?? 'The model'
  const seconds = Math.max(1, Math.ceil(soonest / 1_000))
  const message = `${name} has not answered lately (${places}); it is tried again in ${seconds} s.`
  return new TollgateError('upstream_unavailable', message, { retryAfter: seconds })
}
