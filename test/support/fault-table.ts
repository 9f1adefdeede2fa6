/** The fault matrix as a page shows it: each row in words, from what the cells of the suite assert. */
import { errorCodes } from '../../lambda/core/errors.ts'
import { type Charge, impossible, type Row, rows } from './fault-rows.ts'

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

type Words = {
  readonly one: (told: string) => string
  readonly two: (told: string) => string
  /** With one target, and with two. */
  readonly calls: string
}

const same = 'the same'
const otherThen = (told: string): string => `the other answers, or ${told}`

const words: Readonly<Record<Row['course'], Words>> = {
  retried: { one: (told) => `asked again, then ${told}`, two: otherThen, calls: '3 / 2' },
  'handed on': { one: (told) => told, two: otherThen, calls: '1 / 2' },
  told: { one: (told) => told, two: () => same, calls: '1' },
  broken: { one: (told) => `a stream that ends with ${told}`, two: () => same, calls: '1' },
  'passed over': { one: () => 'the answer', two: () => same, calls: '1' },
  'out of time': { one: (told) => told, two: () => same, calls: '1' },
}

const charges: Readonly<Record<Charge, string>> = {
  nothing: 'nothing',
  'may be billed': 'what may be billed',
  'what was seen': 'what was seen',
  'the bill': 'the bill',
  'an estimate': 'the bound of what is missing',
}

/** Codes may differ by exception: all of them are named. */
function told({ faults, code }: Row): string {
  const codes = Object.values(faults).flatMap((all) => all.map((fault) => fault.code ?? code))
  const shown = [...new Set(codes)].flatMap((each) =>
    each === undefined ? [] : `\`${errorCodes[each].status} ${each}\``,
  )
  return shown.length > 1 ? 'the code it stands for' : (shown[0] ?? '')
}

const how = ({ faults }: Row): string =>
  faults.whole === undefined ? 'streamed' : faults.stream === undefined ? 'whole' : 'both'

/** Rows that only the caller or the clock makes, asserted apart. */
const others: readonly (readonly string[])[] = [
  [
    ...['F35', 'the caller leaves a stream: before, within, in a silence', 'streamed'],
    ...['the model is stopped within 250 ms', same, '1', charges['what was seen']],
  ],
  [
    ...['F35', 'the caller leaves after the end, or leaves a whole answer', 'both'],
    ...['nothing changes', same, '1', charges['the bill']],
  ],
  [
    ...['F36', 'the clock jumps over a month’s end while a model answers', 'both'],
    ...['the answer', same, '1', 'the bill, in the month in which it was held'],
  ],
]

const named = (row: Row): readonly string[] => {
  const { one, two, calls } = words[row.course]
  const streams = row.course === 'broken' ? told(row).replace(/\d+ /, '') : told(row)
  return [
    ...[row.id, row.what, how(row), one(streams), two(streams)],
    ...[row.unseen ? 'none arrives' : calls, charges[row.charge]],
  ]
}

const heads = ['', 'fault', 'answers', 'one target', 'two targets', 'upstream calls', 'charged']

/** By number, those of one row side by side. */
const number = ([id = '']: readonly string[]): number => Number(/\d+/.exec(id)?.[0])

export const matrixTable: string = [
  heads,
  heads.map(() => '---'),
  ...[...rows.map(named), ...others].toSorted((one, other) => number(one) - number(other)),
]
  .map(line)
  .join('\n')

export const impossibleList: string = impossible
  .map(([what, why]) => `- **${what}**: ${why}.`)
  .join('\n')

/** Every row of the matrix that is asserted, or is told why it is not. */
export const spoken: ReadonlySet<number> = new Set(
  [...rows.map(({ id }) => id), ...others.map(([id = '']) => id), ...impossible.map(([id]) => id)]
    .flatMap((text) => [...text.matchAll(/F(\d+)(?:–F(\d+))?/g)])
    .flatMap(([, from, to]) => {
      const first = Number(from)
      return Array.from({ length: Number(to ?? from) - first + 1 }, (_, step) => first + step)
    }),
)
