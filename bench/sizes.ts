/** How a request's cost grows with its body, up to 4 MB. */
import { type Bench, callsOf } from './bench.ts'
import { contestants } from './processes.ts'
import { median, percentile } from './statistics.ts'
import { type Figures, inRounds, type Rounds, tableOf } from './tables.ts'

const megabyte = 1024 * 1024

const sizes = [
  { size: '10 KB', bytes: 10 * 1024, calls: 150 },
  { size: '100 KB', bytes: 100 * 1024, calls: 60 },
  { size: '1 MB', bytes: megabyte, calls: 12 },
  { size: '4 MB', bytes: 4 * megabyte, calls: 5 },
] as const

const perMegabyte = 'a MB more'

export const sizesOfBodies: Bench = async ({ processes, effort }) => {
  const latency: Record<string, Figures[]> = Object.fromEntries(
    contestants.map((name) => [name, []]),
  )
  const cpu = await inRounds(effort.rounds, contestants, async (name) => {
    const contestant = processes.contestants[name as (typeof contestants)[number]]
    const p50: Record<string, number> = {}
    const figures: Record<string, number> = {}
    for (const { size, bytes, calls } of sizes) {
      const order = { bytes, stream: false, chunks: 0, calls: callsOf(effort, calls), atOnce: 1 }
      await contestant({ ...order, calls: 2 })
      const taken = await contestant(order)
      p50[size] = percentile(taken.whole, 0.5)
      figures[size] = taken.cpu / order.calls
    }
    latency[name]?.push({ ...p50, [perMegabyte]: slope(p50, '100 KB', '4 MB') })
    return { ...figures, [perMegabyte]: slope(figures, '100 KB', '4 MB') }
  })
  const comparisons = [
    ['gateway', '/', 'sdk'],
    ['gateway', '/', 'straight'],
  ] as const
  return {
    tables: [
      tableOf('p50 ms of a request, by the size of its body', latency, comparisons),
      tableOf('CPU ms of a request, by the size of its body', cpu, comparisons),
    ],
    aims: [{ what: 'CPU a MB from 1 to 4 MB / from 0.1 to 1 MB', figure: bend(cpu), most: 1.25 }],
  }
}

function slope(figures: Figures, from: Size, to: Size): number {
  const rise = (figures[to] ?? Number.NaN) - (figures[from] ?? Number.NaN)
  return (rise * megabyte) / (bytesOf(to) - bytesOf(from))
}

type Size = (typeof sizes)[number]['size']

const bytesOf = (size: Size): number => sizes.find((each) => each.size === size)?.bytes ?? 0

/** 1 where growth is linear. */
function bend({ gateway = [] }: Rounds): number {
  const medians = Object.fromEntries(
    sizes.map(({ size }) => [size, median(gateway.map((figures) => figures[size] ?? Number.NaN))]),
  )
  return slope(medians, '1 MB', '4 MB') / slope(medians, '100 KB', '1 MB')
}
