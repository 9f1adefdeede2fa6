/** Runs benches over one fake Bedrock, one after the other, and clears up behind them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench, Effort } from './bench.ts'
import { budgets } from './budgets.ts'
import { buildBundles } from './bundles.ts'
import { cached } from './cache.ts'
import { coldStart } from './cold-start.ts'
import { ofDialects } from './dialects.ts'
import { failover } from './failover.ts'
import { type Machine, thisMachine } from './machine.ts'
import { parts } from './parts.ts'
import { startProcesses } from './processes.ts'
import { requests } from './requests.ts'
import { sizesOfBodies } from './sizes.ts'
import { streams } from './streams.ts'
import type { Findings } from './tables.ts'

export const benches = {
  requests,
  budgets,
  cache: cached,
  failover,
  sizes: sizesOfBodies,
  streams,
  parts,
  dialects: ofDialects,
  'cold-start': coldStart,
} as const satisfies Record<string, Bench>

export type BenchName = keyof typeof benches

export type Results = Findings & { readonly machine: Machine; readonly effort: Effort }

export async function run(
  names: readonly BenchName[],
  effort: Effort,
  progress: (text: string) => void,
): Promise<Results> {
  const machine = thisMachine()
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'))
  try {
    progress('bundling the function and what it is compared with')
    const bundles = buildBundles(folder)
    const processes = await startProcesses(folder, bundles)
    const found: Findings[] = []
    try {
      for (const name of names) {
        progress(`measuring ${name}`)
        found.push(await benches[name]({ bundles, processes, effort }))
      }
    } finally {
      processes.end()
    }
    const tables = found.flatMap((each) => each.tables)
    return { machine, effort, tables, aims: found.flatMap(({ aims }) => aims) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
