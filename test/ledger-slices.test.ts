/** A busy team's budget in slices: as exact as in one piece, whoever leases, folds, or dies half-way. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Held } from '../lambda/core/ledger.ts'
import { usualSlicing } from '../lambda/ledger/partition.ts'
import { StoreFailure } from '../lambda/ledger/store.ts'
import { runs } from './support/effort.ts'
import { minute, noon, standOf, teamLedger, teamPk, tokensOf } from './support/ledger-team.ts'
import { environmentOf, memoryStore } from './support/memory-store.ts'

const { busyAt } = usualSlicing

const slicesOf = (store: ReturnType<typeof memoryStore>) =>
  store.items().filter(({ sk }) => String(sk).startsWith('slice#'))

const refused = (thrown: unknown): undefined => {
  if (!(thrown instanceof TollgateError)) throw thrown
  return undefined
}

describe('a team that becomes busy', () => {
  it('is held in one item until so many calls are open, and in slices from then on', async () => {
    const store = memoryStore()
    const { hold, ledger } = teamLedger({ limit: 1_000_000 }, store, { now: () => noon })
    const held: (Held | undefined)[] = []
    for (let call = 0; call < busyAt; call += 1) held.push(await hold(100))
    await ledger.quiet()
    expect(slicesOf(store)).toEqual([])
    held.push(await hold(100))
    expect(slicesOf(store).length).toBe(1)
    expect(await standOf(store, teamPk)).toMatchObject({
      ...{ entries: busyAt + 1, open: 100 * (busyAt + 1) },
    })
    for (const one of held) await one?.settle(tokensOf(60))
    expect((await standOf(store, teamPk)).entries).toBe(0)
  })

  it('may not be spread where few calls at once are allowed', async () => {
    const store = memoryStore()
    const { hold } = teamLedger({ limit: 1_000_000, maxParallel: 60 }, store)
    for (let call = 0; call < 40; call += 1) await hold(100)
    expect(slicesOf(store)).toEqual([])
  })
})

describe('many environments of one limit', () => {
  it('never pass it, and leave nothing in their slices', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(7), tokens: fc.integer({ min: 1, max: 300 }) }), {
          minLength: 60,
          maxLength: 60,
        }),
        async (calls) => {
          const limit = 6_000
          const store = memoryStore()
          let now = noon
          const all = [...Array(8).keys()].map((name) =>
            teamLedger({ limit }, store, {
              ...{ environment: `e${name}`, now: () => now },
              slices: { busyAt: 2, slicePart: 16 },
            }),
          )
          const open: { held: Held; tokens: number }[] = []
          let settled = 0
          for (const [index, { at, tokens }] of calls.entries()) {
            const held = await all[at]?.hold(tokens).catch(refused)
            if (held !== undefined) open.push({ held, tokens })
            const onTheirWay = open.reduce((sum, one) => sum + one.tokens, 0)
            expect(settled + onTheirWay).toBeLessThanOrEqual(limit)
            if (index % 3 === 2) {
              const [first] = open.splice(0, 1)
              const comesTo = Math.floor((first?.tokens ?? 0) / 2)
              await first?.held.settle(tokensOf(comesTo))
              settled += comesTo
            }
          }
          for (const { held, tokens } of open) await held.settle(tokensOf(tokens))
          settled += open.reduce((sum, { tokens }) => sum + tokens, 0)
          for (const { ledger } of all) await ledger.quiet()
          for (let round = 0; round < 2; round += 1) {
            now += 2 * minute
            await all[0]?.ledger.sweep('red')
          }
          expect(await standOf(store, teamPk)).toMatchObject({
            ...{ total: settled, entries: 0, transfers: [], leased: 0 },
          })
          expect(await all[1]?.hold(limit - settled), 'all that is left can be used').toBeDefined()
        },
      ),
      { numRuns: runs(40, 500) },
    )
  }, 300_000)
})

describe('a transfer that is interrupted', () => {
  it('counts twice, never not at all, and one sweep ends it: at each step of leasing', () =>
    interrupted(async ({ hold }) => void (await hold(100).catch(orDead))))

  it('the same at each step of giving back what is not used', () =>
    interrupted(async ({ hold }) => void (await hold(1_000_000).catch(orDead))))

  it('the same at each step of sweeping', () =>
    interrupted(async ({ ledger }) => ledger.sweep('red').catch(orDead), 20_000))
})

const orDead = (thrown: unknown): undefined => {
  if (!(thrown instanceof StoreFailure) && !(thrown instanceof TollgateError)) throw thrown
  return undefined
}

/** `work` after so many changes is killed, for as many as it makes; by then 60 tokens were used, 100 are held. */
async function interrupted(
  work: (team: ReturnType<typeof teamLedger>) => Promise<void>,
  waitBefore = 0,
): Promise<void> {
  for (let changes = 0; ; changes += 1) {
    const store = memoryStore()
    let now = noon
    const options = { slices: { busyAt: 1, slicePart: 4 }, now: () => now }
    const living = teamLedger({ limit: 1_000_000 }, store, { ...options, environment: 'living' })
    const environment = environmentOf(store)
    const dying = teamLedger({ limit: 1_000_000 }, environment.store, options)
    const main = await living.hold(100)
    await living.ledger.quiet()
    const inSlice = await dying.hold(100)
    await inSlice?.settle(tokensOf(60))
    await dying.ledger.quiet()
    now += waitBefore
    environment.dieAfter(changes)
    await work(dying)
    expect((await standOf(store, teamPk)).total, `after ${changes}`).toBeGreaterThanOrEqual(160)
    now += 16 * minute
    await main?.settle(tokensOf(100))
    await living.ledger.sweep('red')
    const { total, ...rest } = await standOf(store, teamPk)
    expect(rest, `after ${changes}`).toEqual({
      ...{ entries: 0, open: 0, parallel: 0, transfers: [], leased: 0 },
    })
    /** What the killed call itself held is charged. */
    expect([160, 260], `after ${changes}`).toContain(total)
    if (!environment.dead()) return
  }
}
