/** The ledger under many environments, in virtual time: limits hold, and every figure is there. */
import { describe, expect, it } from 'vitest'
import { bytesOf, readUnits, writeUnits } from '../bench/ledger/item-size.ts'
import { openRandom } from '../bench/ledger/random.ts'
import { failures, ledgerTables } from '../bench/ledger/report.ts'
import { simulate } from '../bench/ledger/simulation.ts'

const ten = { environments: 10, callsEach: 20, sliced: true, mode: 'hard' } as const

describe('ten environments that share a budget', () => {
  it('never pass its limit in hard mode, in slices or without', async () => {
    const outcomes = await Promise.all([simulate(ten), simulate({ ...ten, sliced: false })])
    for (const outcome of outcomes) {
      expect(outcome.refused).toBeGreaterThan(0)
      expect(outcome.failed).toBe(0)
      expect(outcome.overshoot).toBe(0)
      expect(outcome.used).toBeLessThanOrEqual(outcome.limit)
      expect(outcome.admitted + outcome.refused).toBe(outcome.requests)
    }
    for (const { title, rows } of ledgerTables(outcomes)) {
      expect(rows.length, title).toBeGreaterThan(0)
      for (const { name, figures } of rows) {
        for (const [column, figure] of Object.entries(figures)) {
          expect(figure, `${title}: ${name}, ${column}`).toSatisfy(Number.isFinite)
        }
      }
    }
  })

  it('refuse without slices only what does not fit', async () => {
    const { refused, refusedInVain } = await simulate({ ...ten, sliced: false })
    expect(refused).toBeGreaterThan(0)
    expect(refusedInVain).toBe(0)
  })

  it('pass it in tight mode by no more than the estimates were too low', async () => {
    const outcome = await simulate({ ...ten, mode: 'tight' })
    expect(outcome.overshoot).toBeLessThanOrEqual(outcome.overshootBound)
    expect(failures(outcome)).toEqual([])
    expect(failures({ ...outcome, overshoot: outcome.overshootBound + 1 })).toHaveLength(1)
  })
})

describe('what the simulation is made of', () => {
  it('draws the same numbers every time', () => {
    const [one, other] = [openRandom(7), openRandom(7)]
    const draw = ({ uniform, exponential, lognormal }: typeof one) => [
      uniform(),
      exponential(100),
      lognormal(300, 0.8),
    ]
    expect(draw(one)).toEqual(draw(other))
  })

  it('counts an item’s bytes as DynamoDB does, and rounds units up', () => {
    expect(bytesOf({ pk: 'team#a', n: 12_345 })).toBe('pk'.length + 'team#a'.length + 1 + 4)
    expect([writeUnits(1), writeUnits(1_024), writeUnits(1_025)]).toEqual([1, 1, 2])
    expect([readUnits(1), readUnits(4_096), readUnits(4_097)]).toEqual([1, 1, 2])
  })
})
