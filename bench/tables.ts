/** What a bench gives back: tables of figures by round, and how they stand to their aims. */
import { median, medianOfPairs } from './statistics.ts'

export type Figures = Readonly<Record<string, number>>

export type Row = { readonly name: string; readonly figures: Figures }

export type Table = { readonly title: string; readonly rows: readonly Row[] }

export type Aim = { readonly what: string; readonly figure: number; readonly most: number }

export type Findings = { readonly tables: readonly Table[]; readonly aims: readonly Aim[] }

/** Figures of each contender, one a round. */
export type Rounds = Readonly<Record<string, readonly Figures[]>>

type Comparison = readonly [one: string, sign: '/' | '−', other: string]

const compare = {
  '/': (one: number, other: number) => one / other,
  '−': (one: number, other: number) => one - other,
} as const satisfies Record<Comparison[1], unknown>

/** Runs every contender once a round, forth and back, so that no one always follows the same other. */
export async function inRounds(
  count: number,
  names: readonly string[],
  measure: (name: string) => Promise<Figures>,
): Promise<Rounds> {
  const rounds: Record<string, Figures[]> = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < count; round++) {
    const order = round % 2 === 0 ? names : names.toReversed()
    for (const name of order) rounds[name]?.push(await measure(name))
  }
  return rounds
}

const columnOf = (rounds: Rounds, name: string, column: string): readonly number[] =>
  (rounds[name] ?? []).map((figures) => figures[column] ?? Number.NaN)

export const compared = (rounds: Rounds, [one, sign, other]: Comparison, column: string): number =>
  medianOfPairs(columnOf(rounds, one, column), columnOf(rounds, other, column), compare[sign])

/** A row of medians for each contender, then one for each comparison. */
export function tableOf(title: string, rounds: Rounds, comparisons: readonly Comparison[]): Table {
  const columns = Object.keys(Object.values(rounds)[0]?.[0] ?? {})
  const row = (name: string, figure: (column: string) => number): Row => ({
    name,
    figures: Object.fromEntries(columns.map((column) => [column, figure(column)])),
  })
  return {
    title,
    rows: [
      ...Object.keys(rounds).map((name) =>
        row(name, (column) => median(columnOf(rounds, name, column))),
      ),
      ...comparisons.map((comparison) =>
        row(comparison.join(' '), (column) => compared(rounds, comparison, column)),
      ),
    ],
  }
}

/** Three figures that count, without an exponent. */
export function shown(figure: number): string {
  if (!Number.isFinite(figure)) return '—'
  const whole = Math.trunc(Math.abs(figure)).toString().length
  if (whole > 3) return Math.round(figure).toLocaleString('en')
  return figure.toFixed(Math.abs(figure) < 1 ? 3 : 3 - whole)
}

const lines = (head: readonly string[], body: readonly (readonly string[])[]): string => {
  const widths = head.map((text, at) =>
    Math.max(text.length, ...body.map((row) => row[at]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`
  const rule = widths.map((width, at) =>
    at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [line(head), line(rule), ...body.map(line)].join('\n')
}

export function markdown({ title, rows }: Table): string {
  const columns = Object.keys(rows[0]?.figures ?? {})
  const body = rows.map(({ name, figures }) => [
    name,
    ...columns.map((column) => shown(figures[column] ?? Number.NaN)),
  ])
  return `### ${title}\n\n${lines(['', ...columns], body)}\n`
}

export function aimsTable(aims: readonly Aim[]): string {
  const body = aims.map(({ what, figure, most }) => [
    what,
    shown(figure),
    `≤ ${most}`,
    figure <= most ? 'within' : 'over',
  ])
  return `### Aims\n\n${lines(['', 'figure', 'aim', ''], body)}\n`
}
