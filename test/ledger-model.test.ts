/** The ledger against a small reference: whatever happens, committed = settled + open. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { type Amounts, type Held, noAmounts } from '../lambda/core/ledger.ts'
import { entriesOf } from '../lambda/ledger/account.ts'
import { attributeOf, controlKey, type Grant } from '../lambda/ledger/control.ts'
import { type OpenLedger, openLedger } from '../lambda/ledger/ledger.ts'
import { marks } from '../lambda/ledger/slices.ts'
import { type Item, StoreFailure } from '../lambda/ledger/store.ts'
import { runs } from './support/effort.ts'
import { environmentOf, memoryStore, type Trouble } from './support/memory-store.ts'

const minute = 60_000
const dayLimit = 30_000
const monthLimit = 60_000
const usdLimit = 0.05
const organisationLimit = 45_000

const config: GatewayConfig = {
  regions: ['us-east-1'],
  models: {},
  plans: {
    some: {
      limits: [
        { tokens: dayLimit, per: 'day' },
        { tokens: monthLimit, per: 'month' },
        { usd: usdLimit, per: 'day' },
        { tokens: 9_000, per: 'day', each: 'key' },
      ],
    },
  },
  teams: { red: { plan: 'some', models: '*' }, blue: { plan: 'some', models: '*' } },
  organisation: { limits: [{ tokens: organisationLimit, per: 'day' }] },
}

type Step =
  | { readonly do: 'hold'; readonly team: string; readonly key: string; readonly tokens: number }
  | { readonly do: 'burst'; readonly team: string }
  | { readonly do: 'settle'; readonly which: number; readonly part: number }
  | { readonly do: 'settle-again'; readonly which: number }
  | { readonly do: 'trouble'; readonly kind: Trouble }
  | { readonly do: 'die'; readonly after: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'grant'; readonly team: string }
  | { readonly do: 'sweep'; readonly team: string }

const team = fc.constantFrom('red', 'blue')
const step: fc.Arbitrary<Step & { readonly at: number }> = fc
  .oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('hold' as const),
        team,
        key: fc.constantFrom('k1', 'k2'),
        tokens: fc.integer({ min: 1, max: 400 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('burst' as const), team }) },
    {
      weight: 9,
      arbitrary: fc.record({
        do: fc.constant('settle' as const),
        which: fc.nat(),
        part: fc.integer({ min: 0, max: 100 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('settle-again' as const), which: fc.nat() }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('trouble' as const),
        kind: fc.constantFrom<Trouble>('fails', 'fails-twice', 'lost', 'lost-twice'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const), after: fc.nat(6) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.constantFrom(100, 5_000, 2 * minute, 20 * minute, 26 * 60 * minute),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('grant' as const), team }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const), team }) },
  )
  .chain((one) => fc.nat(2).map((at) => ({ ...one, at })))

type Call = {
  readonly team: string
  readonly amounts: Amounts
  readonly until: number
  readonly day: number
  readonly held?: Held
  readonly environment: number
  state: 'open' | 'settled' | 'doubtful'
  actual: Amounts
}

const dayMs = 24 * 60 * minute
/** A window that is over is forgotten when every call that began in it has ended. */
const settledBy = 16 * minute
const start = Date.UTC(2026, 10, 20, 23, 50)

class World {
  now = start
  readonly shared = memoryStore()
  readonly calls: Call[] = []
  readonly granted = new Map<string, { microUsd: number; until: number }[]>()
  names = 0
  environments = [0, 1, 2].map(() => this.open())

  open() {
    const environment = environmentOf(this.shared)
    const ledger: OpenLedger = openLedger(config, environment.store, {
      now: () => this.now,
      environment: `e${this.names++}`,
    })
    return { ...environment, ledger }
  }

  async hold(at: number, teamName: string, keyId: string, tokens: number): Promise<void> {
    const environment = this.environments[at]
    if (environment === undefined) return
    const amounts = { requests: 1, tokens, microUsd: tokens * 2 }
    const until = this.now + 10 * minute
    const call = {
      team: teamName,
      amounts,
      until,
      environment: at,
      day: Math.floor(this.now / dayMs),
      actual: noAmounts,
    }
    try {
      const held = await environment.ledger.hold({
        id: 'r',
        caller: { team: teamName, keyId },
        model: 'm',
        amounts,
        until,
      })
      if (held !== undefined) this.calls.push({ ...call, held, state: 'open' })
    } catch (thrown) {
      if (thrown instanceof StoreFailure) this.calls.push({ ...call, state: 'doubtful' })
      else if (!(thrown instanceof TollgateError)) throw thrown
    }
    this.revive(at)
  }

  /** A new environment takes the place of a dead one, as Lambda does it. */
  revive(at: number): void {
    if (this.environments[at]?.dead() !== true) return
    for (const call of this.calls) {
      if (call.environment === at && call.state === 'open') call.state = 'doubtful'
    }
    this.environments[at] = this.open()
  }

  async settle(call: Call | undefined, part: number): Promise<void> {
    if (call?.held === undefined || call.state !== 'open') return
    const { tokens } = call.amounts
    const used = Math.floor((tokens * part) / 100)
    call.actual = { requests: 1, tokens: used, microUsd: used * 2 }
    call.state = 'settled'
    await call.held.settle(call.actual)
    this.revive(call.environment)
  }

  /** Counted in the main item and all slices; what is on its way between them is counted as given. */
  total(pk: string, attribute: string): number {
    const items = this.shared.items().filter((item) => item.pk === pk)
    return items.reduce((sum, item) => sum + Number(item[attribute] ?? 0), 0)
  }

  items = (pk: string): readonly Item[] => this.shared.items().filter((item) => item.pk === pk)
}

const dayName = (day: number): string => `d${day.toString(36)}`

function check(world: World): void {
  for (const name of ['red', 'blue']) {
    const today = Math.floor(world.now / dayMs)
    const days = [today, ...(world.now < today * dayMs + settledBy ? [today - 1] : [])]
    for (const day of days) {
      const calls = world.calls.filter((call) => call.team === name && call.day === day)
      const known = calls.filter(({ state }) => state !== 'doubtful')
      const least = known.reduce(
        (sum, { state, amounts, actual }) =>
          sum + (state === 'open' ? amounts.tokens : actual.tokens),
        0,
      )
      /** Settled under trouble: still what was held, until it is written. */
      const slack = calls.reduce(
        (sum, { state, amounts, actual }) =>
          sum + (state === 'open' ? 0 : amounts.tokens - (state === 'settled' ? actual.tokens : 0)),
        0,
      )
      const marked = onTheWay(world.items(`team#${name}`), `t${dayName(day)}`)
      const total = world.total(`team#${name}`, `t${dayName(day)}`)
      expect(total, `${name} counts too little`).toBeGreaterThanOrEqual(least)
      expect(total, `${name} counts too much`).toBeLessThanOrEqual(least + slack + marked)
      expect(total - marked, 'over the limit').toBeLessThanOrEqual(dayLimit)
    }
    expect(world.total('org', `t${dayName(today)}`)).toBeLessThanOrEqual(
      organisationLimit + onTheWay(world.items('org'), `t${dayName(today)}`),
    )
  }
}

/** What a transfer that was interrupted leaves counted twice. */
function onTheWay(items: readonly Item[], attribute: string): number {
  let sum = 0
  for (const item of items) {
    for (const [name, text] of Object.entries(item)) {
      if (typeof text !== 'string') continue
      if (name.startsWith(marks.given)) sum += JSON.parse(text).amounts[attribute] ?? 0
      if (name.startsWith(marks.returned)) {
        const { free, used } = JSON.parse(text)
        sum += (used[attribute] ?? 0) - (free[attribute] ?? 0)
      }
    }
  }
  return sum
}

async function perform(
  world: World,
  { at, ...one }: Step & { readonly at: number },
): Promise<void> {
  const open = world.calls.filter(({ state }) => state === 'open')
  const environment = world.environments[at]
  switch (one.do) {
    case 'hold':
      return world.hold(at, one.team, one.key, one.tokens)
    case 'burst':
      for (let count = 0; count < 20; count += 1) await world.hold(at, one.team, 'k3', 5)
      return
    case 'settle':
      return world.settle(open[one.which % Math.max(1, open.length)], one.part)
    case 'settle-again': {
      const call = world.calls[one.which % Math.max(1, world.calls.length)]
      await call?.held?.settle({ requests: 9, tokens: 999, microUsd: 999 }).catch(() => {})
      if (call?.state === 'open') {
        call.state = 'settled'
        call.actual = { requests: 9, tokens: 999, microUsd: 999 }
      }
      return
    }
    case 'trouble':
      return environment?.trouble(one.kind)
    case 'die':
      return environment?.dieAfter(one.after)
    case 'wait':
      world.now += one.ms
      return
    case 'grant': {
      const grant: Grant = {
        id: `g${world.calls.length}`,
        microUsd: 10_000,
        from: world.now,
        until: world.now + 60 * minute,
        reason: 'a test',
      }
      await world.shared.update({
        key: controlKey,
        set: { [attributeOf.grant(one.team, grant.id)]: JSON.stringify(grant) },
      })
      return
    }
    case 'sweep':
      await environment?.ledger.sweep(one.team).catch((thrown: unknown) => {
        if (!(thrown instanceof StoreFailure)) throw thrown
      })
      world.revive(at)
  }
}

it('is what a small reference says, whatever fails, dies, repeats or comes late', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 100, maxLength: 100 }), async (steps) => {
      const world = new World()
      for (const one of steps) {
        if (
          one.do === 'settle-again' &&
          world.calls[one.which % Math.max(1, world.calls.length)]?.state === 'open'
        )
          continue
        await perform(world, one)
        check(world)
      }
      for (let round = 0; round < 3; round += 1) {
        world.now += 30 * minute
        world.environments = [0, 1, 2].map(() => world.open())
        for (const name of ['red', 'blue']) await world.environments[0]?.ledger.sweep(name)
      }
      const left = world.shared.items().flatMap((item) => entriesOf(item))
      expect(left, 'what died is not on its way any more').toEqual([])
      const marked = world.shared
        .items()
        .flatMap((item) => Object.keys(item))
        .filter((name) => name.startsWith(marks.given) || name.startsWith(marks.returned))
      expect(marked, 'no transfer is left half-way').toEqual([])
    }),
    { numRuns: runs(30, 2_000) },
  )
}, 600_000)
