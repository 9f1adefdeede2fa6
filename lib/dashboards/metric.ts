/** The gateway's own metrics as CloudWatch draws them; what their definitions do not have is refused. */
import { Duration } from 'aws-cdk-lib'
import { MathExpression, Metric, SearchExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import {
  type Dimension,
  dimensions,
  type MetricDefinition,
  type MetricName,
  metricNamespace,
  metrics,
  mostTeams,
} from '../../lambda/core/metrics.ts'

/** What of many values is drawn: of a unit, only what means something. */
export const statistics = {
  Count: ['Sum'],
  None: ['Sum'],
  Milliseconds: ['Average', 'p50', 'p90', 'p99'],
  Percent: ['Maximum'],
} as const satisfies Record<MetricDefinition['unit'], readonly string[]>

export type Statistic = (typeof statistics)[MetricDefinition['unit']][number]

export const fiveMinutes = Duration.minutes(5)

export type MetricOptions = {
  /** Absent: of all requests together. */
  readonly by?: Exclude<Dimension, 'all'>
  /** Of the dimension. */
  readonly value?: string
  /** Absent: the first that the unit has. */
  readonly statistic?: Statistic
  readonly label?: string
  readonly period?: Duration
}

/** One line, or one number. */
export function metric(name: MetricName, options: MetricOptions = {}): Metric {
  const { by, value = '', label = name, period = fiveMinutes } = options
  const statistic = checked(name, by, options.statistic)
  const dimensionsMap = Object.fromEntries(namesOf(by).map((each) => [each, value]))
  return new Metric({
    namespace: metricNamespace,
    metricName: name,
    dimensionsMap,
    statistic,
    label,
    period,
  })
}

/** A line for each value of a dimension that CloudWatch knows. */
export function each(name: MetricName, by: Exclude<Dimension, 'all'>): SearchExpression {
  return new SearchExpression({
    expression: search(name, by),
    label: labelOf(by),
    period: fiveMinutes,
  })
}

/** The same, of micro-dollars, in dollars. */
export function usdOfEach(name: MetricName, by: Exclude<Dimension, 'all'>): MathExpression {
  const expression = `${search(name, by)} / 1000000`
  return new MathExpression({ expression, label: labelOf(by), period: fiveMinutes })
}

export function usd(name: MetricName, { label = name, ...options }: MetricOptions = {}) {
  /** Ids begin small, and are one in a whole widget. */
  const micro = `${name.charAt(0).toLowerCase()}${name.slice(1)}`
  return new MathExpression({
    expression: `${micro} / 1000000`,
    usingMetrics: { [micro]: metric(name, options) },
    label,
    period: options.period ?? fiveMinutes,
  })
}

export const percentiles = (name: MetricName): readonly Metric[] =>
  (['p50', 'p90', 'p99'] as const).map((statistic) => metric(name, { statistic, label: statistic }))

/** Whether each team has metrics of its own. */
export const hasTeamMetrics = ({ teams }: GatewayConfig): boolean =>
  Object.keys(teams).length <= mostTeams

const namesOf = (by: Dimension = 'all'): readonly string[] => dimensions[by]

/** CloudWatch puts the value in: "Dynamic labels" of its user guide. */
const labelOf = (by: Dimension): string => `\${${namesOf(by).map((name) => `PROP('Dim.${name}')`)}}`

function search(name: MetricName, by: Dimension): string {
  const statistic = checked(name, by)
  const schema = [metricNamespace, ...namesOf(by)].join(',')
  const seconds = fiveMinutes.toSeconds()
  return `SEARCH('{${schema}} MetricName="${name}"', '${statistic}', ${seconds})`
}

function checked(name: MetricName, by: Dimension = 'all', asked?: Statistic): Statistic {
  const { by: known = ['all'], unit }: MetricDefinition = metrics[name]
  if (!known.includes(by)) {
    throw new Error(`${name} is not told apart by ${by}, but by ${known.join(', ')}.`)
  }
  const fitting: readonly Statistic[] = statistics[unit]
  const statistic = asked ?? fitting[0] ?? 'Sum'
  if (!fitting.includes(statistic)) {
    throw new Error(
      `${name} is in ${unit}: ${statistic} says nothing, ${fitting.join(', ')} would.`,
    )
  }
  return statistic
}
