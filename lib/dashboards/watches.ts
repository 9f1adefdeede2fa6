/** What rings, above what, and what whoever it wakes can do about it. */
import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { metricNamespace } from '../../lambda/core/metrics.ts'
import type { AlarmThresholds } from '../../lambda/core/monitoring-config.ts'
import { teamsWithBudget, warnedAt } from './budgets.ts'
import { fiveMinutes, metric } from './metric.ts'
import type { Watched } from './watched.ts'

export const defaultThresholds: Required<AlarmThresholds> = {
  errorPercent: 5,
  overheadMs: 250,
  throttles: 50,
}

/** In five minutes; a single failure of two requests is no rate. */
const fewestRequests = 10

export type Watch = {
  readonly id: string
  readonly name: string
  /** What it means, and what to do. */
  readonly says: string
  readonly of: IMetric
  /** It rings from here on; with `above`, only beyond. */
  readonly threshold: number
  readonly above?: true
  /** Times five minutes; default 1. */
  readonly periods?: number
  readonly percentile?: true
}

export function watches({ config, gateway }: Watched): readonly Watch[] {
  const asked = config.monitoring?.alarms
  const thresholds = { ...defaultThresholds, ...(typeof asked === 'object' && asked) }
  return [
    ...ofRequests(thresholds),
    ...ofTargets(thresholds),
    ...ofBudgets(config),
    ...ofLedger,
    {
      id: 'Function',
      name: 'function-errors',
      says: 'The function itself ended in an error: out of time or memory, or it did not start. Look in its log for lines that are no JSON of a request.',
      of: gateway.metricErrors({ statistic: 'Sum', period: fiveMinutes }),
      threshold: 1,
    },
  ]
}

const ofRequests = ({ errorPercent, overheadMs }: Required<AlarmThresholds>): readonly Watch[] => [
  {
    id: 'ErrorRate',
    name: 'error-rate',
    says: `More than ${errorPercent} % of requests failed by the gateway or by every target, in ten minutes. Saved query 'Faults of the gateway' says which; is a model or region down, add a target behind it.`,
    /** SUM leaves out a metric that nothing wrote; + would make nothing of both. */
    of: new MathExpression({
      expression: `IF(requests >= ${fewestRequests}, 100 * SUM([gateway, upstream]) / requests, 0)`,
      usingMetrics: {
        gateway: metric('GatewayErrors'),
        upstream: metric('UpstreamErrors'),
        requests: metric('Requests'),
      },
      label: 'Failed, %',
      period: fiveMinutes,
    }),
    threshold: errorPercent,
    above: true,
    periods: 2,
  },
  {
    id: 'Overhead',
    name: 'overhead',
    says: `One request in a hundred waited more than ${overheadMs} ms for the gateway itself, for a quarter of an hour. Compare LedgerMs (the table) and the function's duration on the operations dashboard.`,
    of: metric('OverheadMs', { statistic: 'p99' }),
    threshold: overheadMs,
    above: true,
    periods: 3,
    percentile: true,
  },
]

const ofTargets = ({ throttles }: Required<AlarmThresholds>): readonly Watch[] => [
  {
    id: 'Throttles',
    name: 'upstream-throttles',
    says: `Providers throttled more than ${throttles} attempts in five minutes. Ask AWS for a higher quota of the model, or give it a second region or target.`,
    of: metric('UpstreamThrottles'),
    threshold: throttles,
    above: true,
  },
  {
    id: 'Breaker',
    name: 'breaker-open',
    says: "A target failed so often that it is left alone for a while. Its alias lives on those behind it, if there are any: saved query 'Failovers by region'.",
    of: metric('BreakerOpenings'),
    threshold: 1,
  },
  {
    id: 'TargetRefused',
    name: 'target-refusals',
    says: "A target refuses the gateway itself: model access is not enabled, a role lacks a right, or a provider's key is not valid. The log's attempts name it.",
    of: metric('TargetRefusals'),
    threshold: 1,
  },
]

const ofLedger: readonly Watch[] = [
  {
    id: 'FailOpen',
    name: 'budget-fail-open',
    says: 'The ledger could not be asked, and calls were made all the same, within the bounded allowance. Look whether DynamoDB throttles or fails; budgets are not exact until it answers.',
    of: metric('BudgetFailOpen'),
    threshold: 1,
  },
  {
    id: 'Unsettled',
    name: 'unsettled',
    says: "The true usage of a call could not be written in time: what was reserved for it counts in its place. Look at the table's throttles; the numbers are in the log line.",
    of: metric('Unsettled'),
    threshold: 1,
  },
]

function ofBudgets(config: GatewayConfig): readonly Watch[] {
  const { plans, organisation } = config
  if (teamsWithBudget(config).length > 0) return warnedAt.map(ofBudget)
  const limits = [...Object.values(plans), organisation ?? {}].flatMap(({ limits = [] }) => limits)
  if (limits.length === 0) return []
  return [
    {
      id: 'BudgetWarnings',
      name: 'budget-warnings',
      says: "80 or 100 % of a limit came to be used. Saved query 'Warnings of limits' says whose; a plan with more of it is a change of the configuration.",
      of: metric('BudgetWarnings'),
      threshold: 1,
    },
  ]
}

/** From where each rings. Of a budget that refuses the last piece is never used: no call fits in. */
const used = {
  80: { threshold: 80, says: 'Talk to the team, or change its plan, before calls are refused.' },
  100: {
    threshold: 99,
    says: 'What is left holds no call: they are refused until the period ends, unless the limit only warns.',
  },
} as const

/** Over all teams, of the last hour; an alarm cannot SEARCH, but may ask Metrics Insights. */
const ofBudget = (percent: (typeof warnedAt)[number]): Watch => ({
  id: `Budget${percent}`,
  name: `budget-${percent}`,
  says: `A team has used ${used[percent].threshold} % of its budget in USD: which, the money dashboard shows. ${used[percent].says}`,
  of: new MathExpression({
    expression: `SELECT MAX(BudgetUsedPercent) FROM SCHEMA("${metricNamespace}", team)`,
    label: 'Budget used, %',
    period: Duration.hours(1),
  }),
  threshold: used[percent].threshold,
})
