/** What the parts of a request cost by themselves, measured in a process of their own. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { heardFrom } from './processes.ts'
import { median } from './statistics.ts'
import type { Rounds } from './tables.ts'
import { tableOf } from './tables.ts'

/** CPU in µs. */
export type Parts = Readonly<Record<string, number>>

export const recordLine = 'log line with its metrics, a request'

export const worstLine = 'the same guard, a MB of'
export const guardLine = 'guard of 50 rules, a MB of text'

export const parts: Bench = async ({ processes, effort }) => {
  const child = fork(join(import.meta.dirname, 'parts-process.ts'), [JSON.stringify(effort)], {
    execArgv: [],
    stdio: ['ignore', processes.log, 'inherit', 'ipc'],
  })
  const measured = (await heardFrom(child)) as readonly Parts[]
  const names = Object.keys(measured[0] ?? {})
  const rounds: Rounds = Object.fromEntries(
    names.map((name) => [name, measured.map((part) => ({ 'CPU µs': part[name] ?? Number.NaN }))]),
  )
  const medianOf = (name: string) =>
    median((rounds[name] ?? []).map((figures) => figures['CPU µs'] ?? Number.NaN))
  return {
    tables: [tableOf('What the parts cost', rounds, [])],
    aims: [
      { what: `${recordLine}, CPU µs`, figure: medianOf(recordLine), most: 30 },
      { what: `${guardLine}, CPU ms`, figure: medianOf(guardLine) / 1_000, most: 20 },
      ...names
        .filter((name) => name.startsWith(worstLine))
        .map((what) => ({ what: `${what}, CPU ms`, figure: medianOf(what) / 1_000, most: 100 })),
    ],
  }
}
