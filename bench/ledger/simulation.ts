/** Many function environments that share one budget, from far below its limit until it is used up. */
import { openCalibration } from '../../lambda/budget/calibration.ts'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { TollgateError } from '../../lambda/core/errors.ts'
import type { Amounts } from '../../lambda/core/ledger.ts'
import { openLedger } from '../../lambda/ledger/ledger.ts'
import { StoreFailure } from '../../lambda/ledger/store.ts'
import { amountsOf, drawCall, type Mode, team } from './calls.ts'
import { openClock } from './clock.ts'
import { type Meter, openMeteredTable } from './metered-table.ts'
import { openRandom } from './random.ts'

export type Scenario = {
  readonly environments: number
  readonly sliced: boolean
  readonly mode: Mode
  /** The limit lets each environment make about so many. */
  readonly callsEach: number
  readonly seed?: number
}

const start = Date.UTC(2026, 10, 18, 12)
/** Of a call, as they are drawn. */
const meanTokens = 1_500
const meanMs = 5_500
/** Between an answer and the next call; one that was refused is followed by the next as if it had lasted. */
const idleMs = 100
const refusedShare = 0.1
/** AWS, "Lambda function scaling": a function gets at most 1,000 environments more in 10 seconds. */
const msAnEnvironment = 10

const unsliced = { busyAt: Infinity }

const configOf = (limit: number, mode: Mode): GatewayConfig => ({
  regions: ['us-east-1'],
  models: {},
  plans: {
    product: {
      limits: [
        { tokens: limit, per: 'day' },
        { usd: 100_000, per: 'month' },
      ],
      mode,
    },
  },
  teams: { [team]: { plan: 'product', models: '*' } },
})

export type Spent = Meter & { readonly requests: number }

export type Outcome = {
  readonly scenario: Scenario
  readonly limit: number
  readonly requests: number
  readonly seconds: number
  readonly admitted: number
  readonly refused: number
  /** Refused although what was held and used, all in all, left room for it. */
  readonly refusedInVain: number
  /** The table did not answer. */
  readonly failed: number
  readonly used: number
  /** Most that was ever held and used above the limit. */
  readonly overshoot: number
  /** What the calls that were open then came to above what was held for them, at most. */
  readonly overshootBound: number
  /** Until the first refusal, and from then on. */
  readonly before: Spent
  readonly after: Spent
  /** What was held and used, as a share of the limit, when a call was refused first. */
  readonly firstRefusedAt: number
  readonly peak: { readonly item: number; readonly account: number; readonly bytes: number }
}

export async function simulate(scenario: Scenario): Promise<Outcome> {
  const { environments, sliced, mode, callsEach, seed = 1 } = scenario
  const clock = openClock(start)
  const random = openRandom(seed)
  const table = openMeteredTable(clock, openRandom(seed + 1))
  const limit = environments * callsEach * meanTokens
  const config = configOf(limit, mode)
  const counts = { requests: 0, admitted: 0, refused: 0, refusedInVain: 0, failed: 0, used: 0 }
  let overshootBound = 0
  let firstRefused: { readonly before: Spent; readonly committed: number } | undefined

  const snapshot = () => ({ ...table.meter, requests: counts.requests })
  const turnedAway = () => counts.refused + counts.failed
  const over = () =>
    counts.requests > 3 * environments && turnedAway() >= refusedShare * counts.requests

  async function environment(name: string): Promise<void> {
    const { store, committedWhenSeen } = table.environment()
    const ledger = openLedger(config, store, {
      now: clock.now,
      environment: name,
      ...(!sliced && { slices: unsliced }),
    })
    const calibration = openCalibration()
    await clock.pause(random.uniform() * Math.max(meanMs, environments * msAnEnvironment))
    while (!over()) {
      const { call, usage, actual, lasts } = drawCall(random)
      const amounts = amountsOf(call, mode, calibration)
      const until = clock.now() + call.remaining()
      counts.requests += 1
      try {
        const held = await ledger.hold({
          id: call.id,
          caller: call.caller,
          model: call.model.id,
          amounts,
          until,
        })
        counts.admitted += 1
        await clock.pause(lasts)
        note(amounts, actual)
        await held?.settle(actual)
        calibration.learn(call, usage)
        counts.used += actual.tokens
        await clock.pause(random.exponential(idleMs))
      } catch (thrown) {
        if (thrown instanceof StoreFailure) counts.failed += 1
        else if (!(thrown instanceof TollgateError)) throw thrown
        else {
          firstRefused ??= { before: snapshot(), committed: committedWhenSeen() }
          counts.refused += 1
          if (committedWhenSeen() + amounts.tokens <= limit) counts.refusedInVain += 1
        }
        await clock.pause(lasts)
      }
    }
  }

  /** Every settlement that goes above the limit is part of what tight mode may pass it by. */
  function note(held: Amounts, actual: Amounts): void {
    const above = actual.tokens - held.tokens
    if (above > 0 && table.committed().now + above > limit) overshootBound += above
  }

  const all = Array.from({ length: environments }, (_, at) => environment(`e${at}`.padEnd(8, '-')))
  await clock.run(() => false)
  await Promise.all(all)
  const end = snapshot()
  const { before, committed } = firstRefused ?? { before: end, committed: Number.NaN }
  return {
    scenario,
    limit,
    seconds: (clock.now() - start) / 1_000,
    ...counts,
    overshoot: Math.max(0, table.committed().most - limit),
    overshootBound,
    before,
    firstRefusedAt: committed / limit,
    after: difference(end, before),
    peak: table.peak,
  }
}

const difference = <T extends Readonly<Record<string, number>>>(end: T, start: T): T =>
  Object.fromEntries(
    Object.entries(end).map(([name, value]) => [name, value - (start[name] ?? 0)]),
  ) as T
