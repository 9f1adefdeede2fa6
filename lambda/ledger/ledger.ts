/** Exact budgets: what a call may take is held in the ledger before it, and settled after it. */
import { randomBytes } from 'node:crypto'
import type { GatewayConfig } from '../core/config.ts'
import { TollgateError } from '../core/errors.ts'
import {
  type Amounts,
  type Asking,
  type Held,
  type Ledger,
  noAmounts,
  type Standing,
} from '../core/ledger.ts'
import { isLimit } from '../core/limits.ts'
import { type Entry, entriesOf, settling, standingIn } from './account.ts'
import { type Bucket, organisationRules, type Rules, teamRules } from './buckets.ts'
import { openCalendar } from './calendar.ts'
import { openControlReader } from './control-reader.ts'
import { decisionsIn } from './decisions.ts'
import {
  openPartition,
  type Partition,
  type Shortage,
  type Slicing,
  type Taken,
  usualSlicing,
} from './partition.ts'
import { withPatience } from './patience.ts'
import { refusalOf } from './refusals.ts'
import { ignoringRefusal } from './slices.ts'
import { type Item, type Store, StoreFailure } from './store.ts'
import { type Total, totalOf } from './total.ts'
import { orUnavailable } from './unavailable.ts'
import { openUnsettled } from './unsettled.ts'
import { usedIn } from './used.ts'
import { openWarnings, type Warnings } from './warnings.ts'

/** What happens in the ledger that somebody else should know of. */
export type Happening =
  | {
      readonly type: 'warning'
      /** Empty for the organisation. */
      readonly team: string
      readonly percent: 80 | 100
      readonly standing: Standing
    }
  /** A call that only a limit in report mode would have refused. */
  | { readonly type: 'would-refuse'; readonly team: string; readonly standing: Standing }
  /** What a call came to could not be written; it stays charged at what was held. */
  | { readonly type: 'unsettled'; readonly team: string; readonly requestId: string }
  /** The ledger could not be asked, and the call was made all the same. */
  | { readonly type: 'failing-open'; readonly team: string }

export type LedgerOptions = {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly tell?: (happening: Happening) => void
  /** Of this environment; unlike that of any other. */
  readonly environment?: string
  /** The one name of several that a model has: limits of any of them count in it. */
  readonly sameAs?: (alias: string) => string
  /** What differs from the usual. */
  readonly slices?: Partial<Slicing>
}

/** As plans say it: what is reserved, and what happens where the ledger cannot be asked. */
export type Manner = {
  readonly limited: boolean
  /** A limit in USD refuses calls: what has no price cannot be allowed. */
  readonly money: boolean
  readonly mode: 'hard' | 'tight'
  readonly onFailure: 'refuse' | 'allow'
}

export type OpenLedger = Ledger & {
  readonly manner: (team: string) => Manner
  /** Dead holds and forgotten slices of a team come back. */
  readonly sweep: (team: string) => Promise<void>
  /** Resolves when nothing is under way that no caller waits for. */
  readonly quiet: () => Promise<void>
}

type Account = {
  readonly rules: Rules
  readonly partition: Partition
  readonly warnings: Warnings
}

const organisationPk = 'org'

const isTaken = (outcome: Taken | Shortage): outcome is Taken => 'entry' in outcome

export function openLedger(
  config: GatewayConfig,
  table: Store,
  {
    now = Date.now,
    tell = () => {},
    environment = randomBytes(6).toString('base64url'),
    sameAs = (alias) => alias,
    slices = {},
  }: LedgerOptions = {},
): OpenLedger {
  const calendar = openCalendar(config.timeZone ?? 'UTC')
  const store = withPatience(table, now)
  const control = openControlReader(store, now)
  const accounts = new Map<string, Account>()
  const organisation = accountOf(organisationPk, '', organisationRules(config, calendar))
  const unsettled = openUnsettled(now)

  function accountOf(pk: string, team: string, rules: Rules): Account {
    const partition = openPartition({
      pk,
      sliceable: rules.sliceable,
      slicing: { ...usualSlicing, ...slices },
      store,
      environment,
      now,
      endsAt: calendar.endsAt,
      neverSent: pk === organisationPk ? chargeTeam : isAlone,
    })
    const warnings = openWarnings(store, pk, now, (percent, standing) =>
      tell({ type: 'warning', team, percent, standing }),
    )
    return { rules, partition, warnings }
  }

  /** Without its hold in the organisation's account, which comes after it, no call is sent. */
  async function isAlone({ id, beside }: Entry): Promise<boolean> {
    return beside !== undefined && (await pairOf(id, beside)) === undefined
  }

  /** As long as the team's hold is there, this one proves that its call may have been sent. */
  async function chargeTeam({ id, beside }: Entry): Promise<boolean> {
    const pair = beside === undefined ? undefined : await pairOf(id, beside)
    if (pair !== undefined) {
      await ignoringRefusal(store.update(settling(pair.key, pair.entry, pair.entry.amounts)))
    }
    return false
  }

  async function pairOf(id: string, beside: string) {
    const [pk = '', slice = ''] = beside.split(' ')
    for (const sk of ['now', slice]) {
      const key = { pk, sk }
      const entry = entriesOf((await store.read(key)) ?? {}).find((each) => each.id === id)
      if (entry !== undefined) return { key, entry }
    }
    return undefined
  }

  function teamAccount(team: string): Account {
    const known = accounts.get(team)
    if (known !== undefined) return known
    const account = accountOf(`team#${team}`, team, teamRules(config, team, calendar, sameAs))
    accounts.set(team, account)
    return account
  }

  const grantedTo = async (team: string): Promise<number> => {
    const at = now()
    return ((await control()).grants.get(team) ?? [])
      .filter(({ from, until }) => from <= at && at < until)
      .reduce((sum, { microUsd }) => sum + microUsd, 0)
  }

  async function hold(asking: Asking): Promise<Held | undefined> {
    const { caller, amounts, until } = asking
    const team = teamAccount(caller.team)
    const accounts = [team, organisation].filter(({ rules }) => rules.limited)
    if (accounts.length === 0) return undefined
    unsettled.retry()
    const at = now()
    const granted = await grantedTo(caller.team)
    const entry = { id: randomBytes(6).toString('base64url'), until, amounts }
    const taken: Taking[] = []
    for (const { rules, partition, warnings } of accounts) {
      const all = rules.buckets(asking, at, granted)
      const buckets = asking.beside ? all.filter(({ measure }) => measure !== 'parallel') : all
      const other = accounts.find((one) => one.partition !== partition)?.partition
      const beside = other && { beside: `${other.pk} ${other.slice}` }
      const outcome = await taking(partition, buckets, { ...entry, ...beside }).catch(
        (thrown: unknown) => {
          unsettled.meanwhile(settleAll(taken, asking, noAmounts))
          throw thrown
        },
      )
      if (!isTaken(outcome)) {
        await settleAll(taken, asking, noAmounts)
        throw refusalOf(outcome, amounts, at)
      }
      taken.push({ partition, warnings, taken: outcome, buckets })
    }
    for (const { taken: one, buckets } of taken) tellWouldRefuse(one.item, buckets, caller.team)
    let settled: Promise<void> | undefined
    return {
      standings: taken.flatMap(({ taken: { item }, buckets }) =>
        buckets.filter(isLimit).map(standingIn(item, entriesOf(item))),
      ),
      settle(actual) {
        settled ??= settleAll(taken, asking, actual)
        return settled
      },
    }
  }

  type Taking = {
    readonly partition: Partition
    readonly warnings: Warnings
    readonly taken: Taken
    readonly buckets: readonly Bucket[]
  }

  /** What could not be taken for sure may have been taken: it is given back as soon as that goes. */
  async function taking(
    partition: Partition,
    buckets: readonly Bucket[],
    entry: Parameters<Partition['take']>[1],
  ) {
    try {
      return await partition.take(buckets, entry)
    } catch (thrown) {
      if (!(thrown instanceof StoreFailure)) throw thrown
      const attributes = buckets.map(({ attribute }) => attribute)
      const ghost = { ...entry, attributes: [...new Set(attributes)] }
      for (const sk of ['now', partition.slice]) {
        giveBackLater(partition, { key: { pk: partition.pk, sk }, entry: ghost, item: {} })
      }
      throw thrown
    }
  }

  /** What is not there may still be on its way: once more, when it cannot be. */
  function giveBackLater(partition: Partition, taken: Taken, from?: number): void {
    const { entry, key } = taken
    unsettled.add(`${entry.id} ${key.sk}`, {
      until: entry.until,
      ...(from !== undefined && { from }),
      async again() {
        const found = await ignoringRefusal(partition.give(taken, noAmounts))
        if (!found && from === undefined) giveBackLater(partition, taken, now() + lateMs)
      },
    })
  }

  /**
   * The organisation's last, as it was held last: a hold of the team's alone was never sent. So where
   * one could not be settled, those after it wait for it.
   */
  async function settleAll(taken: readonly Taking[], asking: Asking, actual: Amounts) {
    for (const [index, { partition, warnings, taken: one, buckets }] of taken.entries()) {
      try {
        const item = await partition.give(one, actual)
        await warnings.look(buckets, item).catch(ignoringFailure)
      } catch (thrown) {
        if (!(thrown instanceof StoreFailure)) continue
        tell({ type: 'unsettled', team: asking.caller.team, requestId: asking.id })
        const rest = taken.slice(index)
        const { id, until } = one.entry
        unsettled.add(id, { until, again: () => giveInOrder(rest, actual) })
        return
      }
    }
  }

  async function giveInOrder(taken: readonly Taking[], actual: Amounts): Promise<void> {
    for (const { partition, taken: one } of taken) {
      await ignoringRefusal(partition.give(one, actual))
    }
  }

  function tellWouldRefuse(item: Item, buckets: readonly Bucket[], team: string): void {
    const reported = buckets.filter((bucket) => bucket.then === 'report' && isLimit(bucket))
    if (reported.length === 0) return
    for (const standing of reported.map(standingIn(item, entriesOf(item)))) {
      if (standing.used + standing.reserved > standing.limit) {
        tell({ type: 'would-refuse', team, standing })
      }
    }
  }

  async function totalOfAccount({ rules, partition }: Account): Promise<Total | undefined> {
    if (!rules.limited) return undefined
    await partition.sweep().catch(ignoringFailure)
    return orUnavailable(totalOf(store, partition.pk))
  }

  async function standingsOf(account: Account, granted: number): Promise<readonly Standing[]> {
    const total = await totalOfAccount(account)
    if (total === undefined) return []
    const buckets = scopesIn(total.item).flatMap(([keyId, model]) =>
      account.rules.buckets({ caller: { keyId }, model }, now(), granted),
    )
    const limits = buckets.filter(isLimit).filter(({ key, model }) => key !== '' && model !== '')
    const byName = new Map(limits.map((bucket) => [nameOf(bucket), bucket]))
    return [...byName.values()].map(standingIn(total.item, total.entries))
  }

  return {
    hold,
    manner(team) {
      const { rules } = teamAccount(team)
      const { mode = 'hard', onLedgerFailure = 'refuse' } =
        config.plans[config.teams[team]?.plan ?? ''] ?? {}
      return {
        limited: rules.limited || organisation.rules.limited,
        money: rules.money || organisation.rules.money,
        mode,
        onFailure: onLedgerFailure,
      }
    },
    async admit({ team, keyId }, model) {
      const { teams, models, keys } = await control()
      const key = keys.get(keyId)
      if (key !== undefined && (key.revoked !== undefined || (key.expires ?? Infinity) <= now())) {
        throw new TollgateError('invalid_api_key', 'This key is no longer valid.')
      }
      const paused = teams.get(team) ?? models.get(model)
      if (paused === undefined) return
      const what = teams.has(team) ? `The team ${team}` : `The model ${model}`
      throw new TollgateError('access_denied', `${what} is paused: ${paused.reason}.`)
    },
    async standings(team) {
      const granted = await grantedTo(team)
      const ofTeam = await standingsOf(teamAccount(team), granted)
      return [...ofTeam, ...(await standingsOf(organisation, 0))]
    },
    async used(team) {
      const total = await totalOfAccount(teamAccount(team))
      return total === undefined ? [] : usedIn(total, calendar, now())
    },
    async sweep(team) {
      await teamAccount(team).partition.sweep()
      if (organisation.rules.limited) await organisation.partition.sweep()
    },
    quiet: unsettled.quiet,
    ...decisionsIn(store, now),
  }
}

/** A request that nobody waits for any more has arrived by then, or never will. */
const lateMs = 60_000

const ignoringFailure = (thrown: unknown): void => {
  if (!(thrown instanceof StoreFailure)) throw thrown
}

/** Two limits may share a counter: one that refuses, and one that reports. */
const nameOf = ({ attribute, then, limit }: Bucket): string => `${attribute} ${then} ${limit}`

/** Keys and models that an account has counted, and none: each with the other left open. */
function scopesIn(item: Item): readonly (readonly [keyId: string, model: string])[] {
  const scopes = new Set([
    '',
    ...Object.keys(item).map((name) => name.split('.').slice(1).join('.')),
  ])
  return [...scopes].map((scope) => [
    scope.startsWith('k') ? scope.slice(1) : '',
    scope.startsWith('m') ? scope.slice(1) : '',
  ])
}
