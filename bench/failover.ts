/** What a second target costs while the first is well, and what a failed first attempt costs. */
import { type Bench, callsOf } from './bench.ts'
import { firstAttempts } from './question.ts'
import { percentile } from './statistics.ts'
import { compared, inRounds, tableOf } from './tables.ts'

const direct = 'hand-signed, a direct call'
const one = 'one target'
const two = 'two targets, both well'
const failing = `two targets, one first attempt in ${firstAttempts.each} fails`
const kinds = [direct, one, two, failing]

/** Whose targets are asked: an alias of the configuration. */
const models: Readonly<Record<string, string>> = {
  [one]: 'alone',
  [two]: 'paired',
  [failing]: 'shaky',
}

export const failover: Bench = async ({ processes, effort }) => {
  const calls = callsOf(effort, 300)
  function take(kind: string, many: number) {
    const { contestants } = processes
    const contestant = kind === direct ? contestants['hand-signed'] : contestants.gateway
    const model = models[kind]
    const order = { bytes: 1024, stream: false, chunks: 0, atOnce: 1, calls: many }
    return contestant({ ...order, ...(model !== undefined && { model }) })
  }
  for (const kind of kinds) await take(kind, callsOf(effort, 1_000))
  const rounds = await inRounds(effort.rounds, kinds, async (kind) => {
    const taken = await take(kind, calls)
    return {
      'p50 ms': percentile(taken.whole, 0.5),
      'p99 ms': percentile(taken.whole, 0.99),
      'CPU ms': taken.cpu / calls,
    }
  })
  return {
    tables: [
      tableOf('Targets of a request of 1 KB', rounds, [
        [one, '−', direct],
        [two, '/', one],
        [failing, '/', two],
        [failing, '−', two],
      ]),
    ],
    aims: [
      {
        what: 'two targets, both well / one target, CPU ms',
        figure: compared(rounds, [two, '/', one], 'CPU ms'),
        /** Below which differences are noise. */
        most: 1.1,
      },
    ],
  }
}
