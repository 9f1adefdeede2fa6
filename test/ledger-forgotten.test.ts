/** Environments come and go; the slices of those that are gone do not stay for the others to read. */
import { describe, expect, it } from 'vitest'
import { noAmounts } from '../lambda/core/ledger.ts'
import { openLedger } from '../lambda/ledger/ledger.ts'
import { ConditionFailed, openStore } from '../lambda/ledger/store.ts'
import { startTable } from '../local/aws/table.ts'
import { memoryStore } from './support/memory-store.ts'

const hour = 3_600_000
const config = {
  regions: ['us-east-1'],
  models: {},
  plans: { some: { limits: [{ tokens: 1_000_000, per: 'month' as const }] } },
  teams: { red: { plan: 'some', models: '*' as const } },
}

/** Every call is held in a slice. */
const slices = { busyAt: 0, busyMs: 30 * 24 * hour }

describe('a slice', () => {
  it('is removed when nobody has used it for an hour, and nothing else is', async () => {
    const store = memoryStore()
    let now = Date.UTC(2026, 10, 2)
    const open = (environment: string) =>
      openLedger(config, store, { now: () => now, environment, slices })
    const hold = (ledger: ReturnType<typeof open>, tokens: number) =>
      ledger.hold({
        id: 'r',
        caller: { team: 'red', keyId: 'k1' },
        model: 'm',
        amounts: { requests: 1, tokens, microUsd: 0 },
        until: now + 900_000,
      })
    const sliceNames = () =>
      store.items().flatMap(({ sk }) => (String(sk).startsWith('slice#') ? [String(sk)] : []))

    const [one, other] = [open('one'), open('other')]
    for (const ledger of [one, other, one, other]) {
      await (await hold(ledger, 100))?.settle({ requests: 1, tokens: 60, microUsd: 0 })
    }
    expect(sliceNames().toSorted()).toEqual(['slice#one', 'slice#other'])
    now += hour / 2
    await one.sweep('red')
    expect(sliceNames()).toHaveLength(2)
    now += 2 * hour
    const held = await hold(other, 100)
    await one.sweep('red')
    expect(sliceNames()).toEqual(['slice#other'])
    await held?.settle(noAmounts)
    const [month] = (await one.used('red')).filter(({ window }) => window === 'month')
    expect(month).toMatchObject({ requests: 4, tokens: 240 })
  })

  it('that was used meanwhile stays', async () => {
    const table = await startTable()
    const credentials = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' }
    Object.assign(process.env, credentials)
    const key = { pk: 'team#red', sk: 'slice#one' }
    const tabled = openStore({ table: table.table, region: 'us-east-1', endpoint: table.url })
    for (const store of [memoryStore(), tabled]) {
      await store.put({ ...key, touched: 2 })
      const removed = store.remove(key, undefined, { equal: { touched: 1 } })
      await expect(removed).rejects.toThrow(ConditionFailed)
      expect(await store.read(key)).toMatchObject({ touched: 2 })
      await store.remove(key, undefined, { equal: { touched: 2 } })
      expect(await store.read(key)).toBeUndefined()
    }
    await table.close()
  })
})
