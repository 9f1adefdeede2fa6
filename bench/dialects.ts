/** What each chat dialect takes to read, translate and answer, measured in a process of its own. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import type { Measured } from './dialects-process.ts'
import { heardFrom } from './processes.ts'
import { median } from './statistics.ts'
import { type Figures, type Rounds, tableOf } from './tables.ts'

const kilobyte = 1024
const megabyte = kilobyte * kilobyte

/** Of the conversation's texts; what JSON stands around them comes on top. */
export const sizes = [
  { size: '4 KB', bytes: 4 * kilobyte, calls: 2000 },
  { size: '100 KB', bytes: 100 * kilobyte, calls: 100 },
  { size: '1 MB', bytes: megabyte, calls: 30 },
  { size: '4 MB', bytes: 4 * megabyte, calls: 8 },
] as const

type Size = (typeof sizes)[number]['size']
type Measurements = readonly Readonly<Record<string, Measured>>[]

export const ofDialects: Bench = async ({ processes, effort }) => {
  const child = fork(join(import.meta.dirname, 'dialects-process.ts'), [JSON.stringify(effort)], {
    execArgv: [],
    stdio: ['ignore', processes.log, 'inherit', 'ipc'],
  })
  const measured = (await heardFrom(child)) as Measurements
  const asking = roundsOf(measured, ({ asking }) => ({
    ...asking,
    'a MB more': slope(asking, '100 KB', '4 MB'),
  }))
  const answering = roundsOf(measured, ({ answering }) => answering)
  const largest = (rounds: Rounds, figure: (figures: Figures) => number) =>
    Math.max(...Object.values(rounds).map((each) => median(each.map(figure))))
  const both = roundsOf(measured, ({ asking, answering }) => ({
    ms: (asking['4 KB'] ?? Number.NaN) + (answering[answer] ?? Number.NaN) / 1000,
  }))
  return {
    tables: [
      tableOf('CPU ms from a caller’s text to Bedrock’s, by its size', asking, []),
      tableOf('CPU µs from Bedrock’s text to a caller’s', answering, []),
    ],
    aims: [
      {
        what: 'read, translated and answered, 4 KB each, slowest dialect, CPU ms',
        figure: largest(both, ({ ms = Number.NaN }) => ms),
        most: 1,
      },
      {
        what: 'read and translated: CPU a MB from 1 to 4 MB / from 0.1 to 1 MB, most bent dialect',
        figure: Math.max(...Object.values(asking).map(bend)),
        most: 1.25,
      },
      {
        what: 'a streamed chunk translated and framed, slowest dialect, CPU µs',
        figure: largest(answering, (figures) => figures[chunk] ?? Number.NaN),
        most: 50,
      },
    ],
  }
}

const answer = 'an answer of 4 KB'
const chunk = 'a streamed chunk'

const roundsOf = (measured: Measurements, figures: (one: Measured) => Figures): Rounds =>
  Object.fromEntries(
    Object.keys(measured[0] ?? {}).map((name) => [
      name,
      measured.flatMap(({ [name]: one }) => (one === undefined ? [] : [figures(one)])),
    ]),
  )

const bytesOf = (size: Size): number => sizes.find((each) => each.size === size)?.bytes ?? 0

function slope(figures: Figures, from: Size, to: Size): number {
  const rise = (figures[to] ?? Number.NaN) - (figures[from] ?? Number.NaN)
  return (rise * megabyte) / (bytesOf(to) - bytesOf(from))
}

/** 1 where growth is linear. */
function bend(rounds: readonly Figures[]): number {
  const medians = Object.fromEntries(
    sizes.map(({ size }) => [size, median(rounds.map((each) => each[size] ?? Number.NaN))]),
  )
  return slope(medians, '1 MB', '4 MB') / slope(medians, '100 KB', '1 MB')
}
