/** What a stream takes: time to its first byte, and CPU a chunk, in a burst and at a model's pace. */
import { type Bench, callsOf, type Surroundings } from './bench.ts'
import type { Streaming } from './endpoint.ts'
import { percentile } from './statistics.ts'
import { inRounds, type Table, tableOf } from './tables.ts'

type Scenario = Streaming & {
  readonly title: string
  readonly calls: number
  readonly atOnce: number
}

const scenarios: readonly Scenario[] = [
  { title: '10 chunks at once', chunks: 10, paceMs: 0, calls: 150, atOnce: 1 },
  { title: '1,000 chunks at once', chunks: 1_000, paceMs: 0, calls: 10, atOnce: 1 },
  { title: '100 chunks, 2 ms apart, 8 streams', chunks: 100, paceMs: 2, calls: 16, atOnce: 8 },
]

const streaming = ['straight', 'sdk', 'gateway'] as const

export const streams: Bench = async (surroundings) => {
  const tables: Table[] = []
  for (const scenario of scenarios) tables.push(await streamed(scenario, surroundings))
  return { tables, aims: [] }
}

async function streamed(
  { title, chunks, paceMs, calls, atOnce }: Scenario,
  { processes, effort }: Surroundings,
): Promise<Table> {
  await processes.endpoint.configure({ chunks, paceMs })
  const order = { bytes: 1024, stream: true, chunks, calls: callsOf(effort, calls), atOnce }
  for (const name of streaming) await processes.contestants[name](order)
  const rounds = await inRounds(effort.rounds, streaming, async (name) => {
    const contestant = processes.contestants[name as (typeof streaming)[number]]
    const taken = await contestant(order)
    return {
      'first byte p50 ms': percentile(taken.firstByte, 0.5),
      'first byte p99 ms': percentile(taken.firstByte, 0.99),
      'CPU µs a chunk': (taken.cpu * 1000) / (order.calls * chunks),
    }
  })
  return tableOf(`A stream: ${title}`, rounds, [
    ['gateway', '/', 'sdk'],
    ['gateway', '/', 'straight'],
    ['gateway', '−', 'sdk'],
    ['gateway', '−', 'straight'],
  ])
}
