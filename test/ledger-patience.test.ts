/** How long a call waits for a store that does not answer, and what is tried again behind it. */
import { describe, expect, it } from 'vitest'
import { withPatience } from '../lambda/ledger/patience.ts'
import { type Store, StoreFailure } from '../lambda/ledger/store.ts'
import { openUnsettled } from '../lambda/ledger/unsettled.ts'
import { memoryStore } from './support/memory-store.ts'

const key = { pk: 'a', sk: 'b' }
const failing = new StoreFailure('Timeout', true)

/** A store that fails so many times. */
function failingStore(times: number) {
  let asked = 0
  const store: Store = {
    ...memoryStore(),
    async read() {
      asked += 1
      if (asked <= times) throw failing
      return undefined
    },
  }
  return { store, asked: () => asked }
}

describe('an environment', () => {
  it('tries twice, and once where it has just waited in vain', async () => {
    let now = 0
    const { store, asked } = failingStore(Infinity)
    const patient = withPatience(store, () => now)
    await expect(patient.read(key)).rejects.toBe(failing)
    expect(asked()).toBe(2)
    await expect(patient.read(key)).rejects.toBe(failing)
    expect(asked()).toBe(3)
    now = 701
    await expect(patient.read(key)).rejects.toBe(failing)
    expect(asked()).toBe(5)
  })

  it('does not try again what would be refused again', async () => {
    const denied = new StoreFailure('AccessDeniedException', false)
    let asked = 0
    const read = async () => {
      asked += 1
      throw denied
    }
    await expect(withPatience({ ...memoryStore(), read }, () => 0).read(key)).rejects.toBe(denied)
    expect(asked).toBe(1)
  })
})

describe('what could not be written', () => {
  it('is tried one after the other, the others not where one fails, and is never waited for', async () => {
    const unsettled = openUnsettled(() => 0)
    const asked: string[] = []
    let works = false
    for (const name of ['one', 'two', 'three']) {
      unsettled.add(name, {
        until: 10,
        async again() {
          asked.push(name)
          if (!works) throw failing
        },
      })
    }
    expect(unsettled.retry()).toBeUndefined()
    await unsettled.quiet()
    expect(asked).toEqual(['one'])
    works = true
    unsettled.retry()
    unsettled.retry()
    await unsettled.quiet()
    expect(asked).toEqual(['one', 'two', 'three', 'one'])
    unsettled.retry()
    await unsettled.quiet()
    expect(asked.length).toBe(4)
  })

  it('is not tried before its time, nor after whoever held it is dead', async () => {
    let now = 0
    const asked: number[] = []
    const unsettled = openUnsettled(() => now)
    const again = async () => void asked.push(now)
    unsettled.add('early', { from: 5, until: 10, again })
    unsettled.add('late', { until: -1, again })
    for (now of [1, 6, 7]) {
      unsettled.retry()
      await unsettled.quiet()
    }
    expect(asked).toEqual([6])
  })
})
