/** What one request takes, of 1 KB and its whole answer. */
import { type Bench, callsOf } from './bench.ts'
import { contestants } from './processes.ts'
import { percentile } from './statistics.ts'
import { compared, inRounds, tableOf } from './tables.ts'

const kilobyte = 1024
const one = { bytes: kilobyte, stream: false, chunks: 0 }

export const requests: Bench = async ({ processes, effort }) => {
  const serial = { ...one, calls: callsOf(effort, 400), atOnce: 1 }
  const crowd = { ...one, calls: callsOf(effort, 800), atOnce: 16 }
  for (const name of contestants) {
    await processes.contestants[name]({ ...crowd, calls: callsOf(effort, 4_000) })
  }
  const rounds = await inRounds(effort.rounds, contestants, async (name) => {
    const contestant = processes.contestants[name as (typeof contestants)[number]]
    const alone = await contestant(serial)
    const together = await contestant(crowd)
    return {
      'p50 ms': percentile(alone.whole, 0.5),
      'p99 ms': percentile(alone.whole, 0.99),
      'CPU ms': alone.cpu / serial.calls,
      'CPU ms, 16 at once': together.cpu / crowd.calls,
    }
  })
  return {
    tables: [
      tableOf('A request of 1 KB', rounds, [
        ['gateway', '/', 'sdk'],
        ['gateway', '/', 'hand-signed'],
        ['gateway', '/', 'straight'],
        ['gateway', '−', 'sdk'],
        ['gateway', '−', 'straight'],
      ]),
    ],
    aims: ['CPU ms', 'CPU ms, 16 at once'].map((column) => ({
      what: `gateway / sdk, ${column}`,
      figure: compared(rounds, ['gateway', '/', 'sdk'], column),
      most: 1.25,
    })),
  }
}
