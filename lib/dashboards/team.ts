/** One team, which is chosen at the top of the dashboard. */
import {
  DashboardVariable,
  DefaultValue,
  type IVariable,
  type IWidget,
  Values,
  VariableInputType,
  VariableType,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { MetricName } from '../../lambda/core/metrics.ts'
import { warnedAt } from './budgets.ts'
import { hasTeamMetrics, type MetricOptions, metric, usd } from './metric.ts'
import type { Watched } from './watched.ts'
import { lines, linesBelow, logLines, stacked, table, totals } from './widgets.ts'

/** Stands for the team in every widget: CloudWatch puts the chosen one in its place. */
export const anyTeam = 'THE_TEAM'

export function chooseTeam({ teams }: GatewayConfig): IVariable {
  const names = Object.keys(teams)
  const few = names.length <= mostToChooseFrom
  return new DashboardVariable({
    id: 'team',
    label: 'Team',
    type: VariableType.PATTERN,
    value: anyTeam,
    defaultValue: DefaultValue.value(names[0]),
    inputType: few ? VariableInputType.SELECT : VariableInputType.INPUT,
    ...(few && { values: Values.fromValues(...names.map((value) => ({ value }))) }),
  })
}

/** Of more, a name is typed. */
const mostToChooseFrom = 100

const refusals = [
  `filter team = "${anyTeam}" and status >= 400`,
  'fields @timestamp, requestId, route, model, status, outcome, param, decision',
  'sort @timestamp desc',
  'limit 50',
]

const byModel = [
  `filter team = "${anyTeam}" and ispresent(model)`,
  'stats count(*) as requests, sum(Errors) as errors, sum(CostMicroUsd) / 1000000 as usd, pct(DurationMs, 90) as durationP90 by model',
  'sort usd desc',
]

export function team({ config, gateway }: Watched): readonly IWidget[][] {
  const { logGroup } = gateway
  return [
    ...(hasTeamMetrics(config) ? fromMetrics() : [fromLog(logGroup)]),
    [table('By model', logGroup, byModel), table('Last refusals', logGroup, refusals)],
  ]
}

const own = (name: MetricName, options: MetricOptions = {}) =>
  metric(name, { by: 'team', value: anyTeam, ...options })

function fromMetrics(): readonly IWidget[][] {
  const costs = { by: 'team', value: anyTeam } as const
  return [
    [
      totals('All together', [
        own('Requests'),
        own('Errors'),
        usd('CostMicroUsd', { ...costs, label: 'Cost, USD' }),
        usd('CacheSavedMicroUsd', { ...costs, label: 'Saved by the cache, USD' }),
      ]),
    ],
    [
      lines('Requests', 'count', [own('Requests')]),
      lines('Errors', 'count', [own('Errors'), own('CallerErrors'), own('LimitErrors')]),
      lines('Cost', 'USD', [usd('CostMicroUsd', { ...costs, label: 'Cost' })]),
    ],
    [
      linesBelow(
        'Budget',
        '%',
        [
          own('BudgetUsedPercent', { label: 'Used' }),
          own('BudgetForecastPercent', { label: 'At the end of the period' }),
        ],
        warnedAt,
      ),
      stacked('Tokens', 'count', [
        own('InputTokens'),
        own('OutputTokens'),
        own('CacheReadTokens'),
        own('CacheWriteTokens'),
      ]),
      lines('Cache, guard and limits', 'count', [
        own('CacheHits'),
        own('CacheMisses'),
        own('GuardBlocks'),
        own('BudgetRefusals'),
      ]),
    ],
  ]
}

/** Of many teams, only the log tells one from another. */
function fromLog(group: Watched['gateway']['logGroup']): IWidget[] {
  const over = (title: string, stats: string) =>
    logLines(title, group, [`filter team = "${anyTeam}"`, `stats ${stats} by bin(5m)`], 6)
  return [
    over('Requests', 'sum(Requests) as requests, sum(Errors) as errors'),
    over('Cost, USD', 'sum(CostMicroUsd) / 1000000 as usd'),
    over('Tokens', 'sum(InputTokens) as input, sum(OutputTokens) as output'),
    over('Cache and budget', 'sum(CacheHits) as hits, max(BudgetUsedPercent) as budgetUsed'),
  ]
}
