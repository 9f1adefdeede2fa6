/** The bench runs, from bundle to table; how fast anything is, is not asked here. */
import { describe, expect, it } from 'vitest'
import { type BenchName, benches, run } from '../bench/run.ts'
import { median, percentile } from '../bench/statistics.ts'
import { aimsTable, markdown } from '../bench/tables.ts'
import { everything } from './support/effort.ts'

/** One that asks contestants, one that fails, one without a connection. */
const sample: readonly BenchName[] = ['requests', 'failover', 'parts']

const least = { rounds: 1, coldRounds: 1, share: 0 }

describe('the bench', () => {
  it('gives a finite figure in every row of every table', async () => {
    const all = Object.keys(benches) as BenchName[]
    const names = everything ? all : sample
    const said: string[] = []
    const { tables, aims, machine } = await run(names, least, (text) => said.push(text))

    expect(said).toHaveLength(names.length + 1)
    expect(machine.cores).toBeGreaterThan(0)
    expect(tables.length).toBeGreaterThanOrEqual(names.length)
    for (const { title, rows } of tables) {
      expect(rows.length, title).toBeGreaterThan(0)
      for (const { name, figures } of rows) {
        expect(Object.keys(figures).length, name).toBeGreaterThan(0)
        for (const [column, figure] of Object.entries(figures)) {
          expect(figure, `${title}: ${name}, ${column}`).toSatisfy(Number.isFinite)
        }
      }
    }
    for (const { what, figure } of aims) expect(figure, what).toSatisfy(Number.isFinite)
  })

  it('takes medians and percentiles by rank', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3)
    expect(percentile([5, 1, 4, 2, 3], 0.99)).toBe(5)
  })

  it('says of each aim whether it was met', () => {
    const text = aimsTable([
      { what: 'one', figure: 1.1, most: 1.25 },
      { what: 'other', figure: 1.3, most: 1.25 },
    ])
    expect(text).toMatch(/one .*1\.10 .*within/)
    expect(text).toMatch(/other .*1\.30 .*over/)
  })

  it('prints a table with a column for each figure', () => {
    const rows = [{ name: 'gateway', figures: { ms: 0.12345, bytes: 12_345.6 } }]
    const text = markdown({ title: 'A request', rows })
    expect(text).toContain('### A request')
    expect(text).toMatch(/\| gateway \| 0\.123 \| 12,346 \|/)
  })
})
