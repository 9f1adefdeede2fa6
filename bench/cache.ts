/** What it takes to look for an answer, to keep it, and to give it again. */
import { type Bench, callsOf } from './bench.ts'
import { percentile } from './statistics.ts'
import { type Figures, inRounds, tableOf } from './tables.ts'

const kilobyte = 1024
const without = 'no cache'
const kinds = [without, 'miss', 'hit'] as const
type Kind = (typeof kinds)[number]

/** Milliseconds, 99 of 100 times. */
const longestHit = 15

export const cached: Bench = async ({ processes, effort }) => {
  const calls = callsOf(effort, 300)
  const longest: number[] = []
  const asked: Record<string, Figures[]> = Object.fromEntries(kinds.map((kind) => [kind, []]))

  function take(kind: Kind, many: number) {
    const work = { bytes: kilobyte, stream: false, chunks: 0, atOnce: 1, calls: many }
    if (kind === without) return processes.contestants.gateway(work)
    return processes.remembering({ ...work, remembered: kind })
  }

  for (const kind of kinds) await take(kind, callsOf(effort, 1_000))
  const rounds = await inRounds(effort.rounds, kinds, async (kind) => {
    await processes.metered()
    const { whole, firstByte, cpu } = await take(kind as Kind, calls)
    const { calls: all, writes } = await processes.metered()
    /** What was not read within its 50 ms is written once more. */
    asked[kind]?.push({ 'table calls': all / calls, writes: writes / calls })
    if (kind === 'hit') longest.push(percentile(whole, 0.99))
    return {
      'first byte, p50 ms': percentile(firstByte, 0.5),
      'p50 ms': percentile(whole, 0.5),
      'p99 ms': percentile(whole, 0.99),
      'CPU ms': cpu / calls,
    }
  })
  return {
    tables: [
      tableOf('A request of 1 KB, and the cache', rounds, [
        ['miss', '−', without],
        ['hit', '/', without],
      ]),
      tableOf('What it asks of the table', asked, []),
    ],
    aims: [{ what: 'a hit, p99 ms', figure: percentile(longest, 0.5), most: longestHit }],
  }
}
