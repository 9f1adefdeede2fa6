/** Sums the metrics of log lines as CloudWatch does: by namespace, name, unit and dimensions. */
import { isValues, listOf, textOf, type Values, valuesOf } from '../template/values.ts'

export type Statistic = {
  readonly namespace: string
  readonly name: string
  readonly unit: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly count: number
  readonly sum: number
  readonly minimum: number
  readonly maximum: number
  /** By nearest rank, of the last thousand values; of times alone. */
  readonly percentiles?: Readonly<Record<'p50' | 'p90' | 'p99', number>>
}

export type MetricSums = {
  /** A line in CloudWatch's embedded metric format, parsed; any other has no metrics. */
  readonly add: (line: Values) => void
  readonly list: () => readonly Statistic[]
}

type Series = Pick<Statistic, 'namespace' | 'name' | 'unit' | 'dimensions'> & {
  count: number
  sum: number
  minimum: number
  maximum: number
  readonly last: number[]
}

/** Values of which percentiles are taken. */
const window = 1000

export function openMetricSums(): MetricSums {
  const all = new Map<string, Series>()

  function seriesOf(one: Pick<Series, 'namespace' | 'name' | 'unit' | 'dimensions'>): Series {
    const key = JSON.stringify([one.namespace, one.name, one.unit, Object.entries(one.dimensions)])
    const known = all.get(key)
    if (known !== undefined) return known
    const fresh = { ...one, count: 0, sum: 0, minimum: Infinity, maximum: -Infinity, last: [] }
    all.set(key, fresh)
    return fresh
  }

  function addDirective({ Namespace, Dimensions, Metrics }: Values, line: Values): void {
    const sets = listOf(Dimensions)
      .map((names) => dimensionsIn(line, names))
      .filter((set) => set !== undefined)
    for (const { Name, Unit } of listOf(Metrics).map(valuesOf)) {
      const name = textOf(Name) ?? ''
      const values = [line[name]].flat().filter((value) => typeof value === 'number')
      for (const dimensions of sets) {
        const unit = textOf(Unit) ?? 'None'
        const series = seriesOf({ namespace: textOf(Namespace) ?? '', name, unit, dimensions })
        for (const value of values) count(series, value)
      }
    }
  }

  return {
    add(line) {
      const { CloudWatchMetrics } = valuesOf(line._aws)
      for (const directive of listOf(CloudWatchMetrics)) addDirective(valuesOf(directive), line)
    },
    list: () =>
      [...all.values()]
        .filter(({ count }) => count > 0)
        .map(({ last, ...series }) => ({
          ...series,
          ...(series.unit === 'Milliseconds' && { percentiles: percentilesOf(last) }),
        })),
  }
}

/**
 * The set's values in this line. "Embedded metric format specification": a name must be there with
 * text; else the set is no good.
 */
function dimensionsIn(line: Values, names: unknown): Statistic['dimensions'] | undefined {
  const pairs = listOf(names).map((name) => [String(name), line[String(name)]] as const)
  const isGiven = (pair: readonly [string, unknown]): pair is readonly [string, string] =>
    typeof pair[1] === 'string' && pair[1] !== ''
  return pairs.every(isGiven) ? Object.fromEntries(pairs) : undefined
}

function count(series: Series, value: number): void {
  series.count += 1
  series.sum += value
  series.minimum = Math.min(series.minimum, value)
  series.maximum = Math.max(series.maximum, value)
  if (series.unit !== 'Milliseconds') return
  series.last.push(value)
  if (series.last.length > window) series.last.shift()
}

function percentilesOf(values: readonly number[]) {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0
  return { p50: at(50), p90: at(90), p99: at(99) }
}

/** A line of a function: an object where it is JSON, else what nobody can count. */
export function parsedLine(text: string): Values | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isValues(value) ? value : undefined
  } catch {
    return undefined
  }
}
