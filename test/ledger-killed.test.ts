/** A function that dies at any step between its hold and its settlement: nothing billed is forgotten, and what can come back does. */
import { describe, expect, it } from 'vitest'
import type { Held } from '../lambda/core/ledger.ts'
import { StoreFailure } from '../lambda/ledger/store.ts'
import {
  minute,
  noon,
  organisationPk,
  type Shape,
  standOf,
  teamLedger,
  teamPk,
  tokensOf,
} from './support/ledger-team.ts'
import { environmentOf, memoryStore } from './support/memory-store.ts'

const limit = 100_000
const asks = 500
const comesTo = 200

type Way = { readonly what: string; readonly shape: Shape; readonly sliced: boolean }

const ways: readonly Way[] = [
  { what: 'a team alone', shape: { limit, maxParallel: 4 }, sliced: false },
  {
    what: 'a team under an organisation',
    shape: { limit, maxParallel: 4, organisation: limit },
    sliced: false,
  },
  { what: 'a team in slices', shape: { limit }, sliced: true },
  {
    what: 'a team in slices, under an organisation',
    shape: { limit, organisation: limit },
    sliced: true,
  },
]

/** A call whose function dies after so many changes of the ledger; `sent` when it was held. */
async function dyingAfter(changes: number, { shape, sliced }: Way) {
  const store = memoryStore()
  let clock = noon
  const environment = environmentOf(store)
  const slices = { busyAt: sliced ? 1 : Infinity, slicePart: 4 }
  const open = (name: string, over = store) =>
    teamLedger(shape, over, { environment: name, slices, now: () => clock })
  const living = open('living')
  const before = sliced ? await living.hold(asks) : undefined
  await living.ledger.quiet()
  const dying = open('dying', { ...environment.store, items: store.items })
  environment.dieAfter(changes)
  let held: Held | undefined
  try {
    held = await dying.hold(asks)
    await held?.settle(tokensOf(comesTo))
  } catch (thrown) {
    if (!(thrown instanceof StoreFailure)) throw thrown
  }
  await dying.ledger.quiet()
  return {
    store,
    living,
    before,
    sent: held !== undefined,
    died: environment.dead(),
    wait(ms: number) {
      clock += ms
    },
  }
}

describe.each(ways)('$what', (way) => {
  it('never counts too little, and in time nothing is open, wherever it dies', async () => {
    const charged: number[] = []
    for (let changes = 0; ; changes += 1) {
      const { store, living, before, sent, died, wait } = await dyingAfter(changes, way)
      const others = before === undefined ? 0 : asks
      const pks = [teamPk, ...(way.shape.organisation === undefined ? [] : [organisationPk])]
      for (const pk of pks) {
        const { total } = await standOf(store, pk)
        expect(total, `${pk} after ${changes} changes`).toBeGreaterThanOrEqual(
          others + (sent ? comesTo : 0),
        )
      }
      await before?.settle(tokensOf(others))
      await living.ledger.quiet()
      wait(15 * minute + 31_000)
      await living.ledger.sweep('red')
      for (const pk of pks) {
        const stand = await standOf(store, pk)
        expect(stand, `${pk} after ${changes} changes`).toMatchObject({
          ...{ entries: 0, open: 0, parallel: 0, transfers: [], leased: 0 },
        })
        const own = stand.total - others
        expect(sent ? [comesTo, asks] : [0, asks], `${pk} after ${changes} changes`).toContain(own)
      }
      charged.push((await standOf(store, teamPk)).total - others)
      if (!died) break
    }
    expect(charged.at(0), 'nothing was held').toBe(0)
    expect(charged.at(-1), 'all was done').toBe(comesTo)
  })
})

it('a hold of the team’s whose organisation’s was never taken comes back in full', async () => {
  const way = { what: '', shape: { limit, maxParallel: 4, organisation: limit }, sliced: false }
  const { store, living, sent, wait } = await dyingAfter(1, way)
  expect(sent).toBe(false)
  expect(await standOf(store, teamPk)).toMatchObject({ total: asks, entries: 1, parallel: 1 })
  wait(15 * minute + 31_000)
  await living.ledger.sweep('red')
  expect(await standOf(store, teamPk)).toMatchObject({ total: 0, entries: 0, parallel: 0 })
})

it('what a dead call may have been billed stays charged, on both sides', async () => {
  const way = { what: '', shape: { limit, maxParallel: 4, organisation: limit }, sliced: false }
  const { store, living, sent, wait } = await dyingAfter(2, way)
  expect(sent).toBe(true)
  wait(15 * minute + 31_000)
  await living.ledger.sweep('red')
  for (const pk of [teamPk, organisationPk]) {
    expect(await standOf(store, pk)).toMatchObject({ total: asks, entries: 0, parallel: 0 })
  }
})
