/** What limits add to a request: in time, in CPU, and in what the ledger's table is asked. */
import { type Bench, callsOf } from './bench.ts'
import { percentile } from './statistics.ts'
import { compared, type Figures, inRounds, tableOf } from './tables.ts'

const kilobyte = 1024
const without = 'no limits'
const withOrganisation = 'limits, and the organisation’s'

/** Whose call it is, by what limits it has. */
const teams: Readonly<Record<string, string>> = {
  [without]: 'platform',
  limits: 'search',
  'limits, in a slice': 'crowd',
  [withOrganisation]: 'search',
}
const kinds = Object.keys(teams)
const limited = kinds.filter((kind) => kind !== without)

export const budgets: Bench = async ({ processes, effort }) => {
  const calls = callsOf(effort, 300)
  const asked: Record<string, Figures[]> = Object.fromEntries(kinds.map((kind) => [kind, []]))

  function take(kind: string, many: number) {
    const { organisation, contestants } = processes
    const contestant = kind === withOrganisation ? organisation : contestants.gateway
    const team = teams[kind] ?? ''
    return contestant({ bytes: kilobyte, stream: false, chunks: 0, atOnce: 1, calls: many, team })
  }

  for (const kind of kinds) await take(kind, callsOf(effort, 1_000))
  const rounds = await inRounds(effort.rounds, kinds, async (kind) => {
    await processes.metered()
    const taken = await take(kind, calls)
    const { calls: all, writes, writeUnits, history } = await processes.metered()
    asked[kind]?.push({
      'table calls': all / calls,
      writes: writes / calls,
      'write units': writeUnits / calls,
      'calls for history': history / calls,
    })
    return { 'p50 ms': percentile(taken.whole, 0.5), 'CPU ms': taken.cpu / calls }
  })
  return {
    tables: [
      tableOf(
        'What limits add to a request of 1 KB',
        rounds,
        limited.map((kind) => [kind, '/', without] as const),
      ),
      tableOf('What a request asks of the ledger’s table', asked, []),
    ],
    aims: [
      {
        what: 'writes to the ledger, a request without limits',
        figure: Math.max(...(asked[without] ?? []).map(({ writes = Number.NaN }) => writes)),
        most: 0,
      },
      {
        what: 'with limits / without, CPU ms',
        figure: compared(rounds, ['limits', '/', without], 'CPU ms'),
        most: 3.5,
      },
    ],
  }
}
