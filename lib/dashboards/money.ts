/** What it costs, who spends it, and how far the budgets go. */
import { GaugeWidget, type IWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { teamsWithBudget, warnedAt } from './budgets.ts'
import { each, hasTeamMetrics, metric, percentiles, usd, usdOfEach } from './metric.ts'
import type { Watched } from './watched.ts'
import { bars, lines, linesBelow, stacked, table, totals } from './widgets.ts'

const byTeam = [
  'filter ispresent(CostMicroUsd)',
  'stats sum(CostMicroUsd) / 1000000 as usd, count(*) as requests by team',
  'sort usd desc',
  'limit 100',
]

export function money({ config, gateway }: Watched): readonly IWidget[][] {
  const teams = teamsWithBudget(config)
  return [
    [
      totals('All together', [
        usd('CostMicroUsd', { label: 'Cost, USD' }),
        usd('CacheSavedMicroUsd', { label: 'Saved by the cache, USD' }),
        metric('InputTokens', { label: 'Tokens in' }),
        metric('OutputTokens', { label: 'Tokens out' }),
      ]),
    ],
    [
      hasTeamMetrics(config)
        ? stacked('Cost by team', 'USD', [usdOfEach('CostMicroUsd', 'team')], 12)
        : table('Cost by team', gateway.logGroup, byTeam),
      stacked('Cost by model', 'USD', [usdOfEach('CostMicroUsd', 'model')], 12),
    ],
    ...(teams.length > 0 ? [budgets(teams)] : []),
    [
      stacked('Tokens', 'count', [
        metric('InputTokens'),
        metric('OutputTokens'),
        metric('CacheReadTokens'),
        metric('CacheWriteTokens'),
      ]),
      stacked('Answers remembered', 'count', [metric('CacheHits'), metric('CacheMisses')]),
      bars('Saved by them', 'USD', [usd('CacheSavedMicroUsd', { label: 'Saved' })]),
    ],
    [
      lines('Limits', 'count', [
        metric('BudgetRefusals'),
        metric('BudgetWarnings'),
        metric('WouldRefuse'),
      ]),
      lines('Ledger', 'count', [
        metric('LedgerFailures'),
        metric('BudgetFailOpen'),
        metric('Unsettled'),
        metric('HistoryFailures'),
      ]),
      lines('Waiting for the ledger', 'ms', percentiles('LedgerMs')),
    ],
    [
      lines('Transformers', 'count', [metric('TransformCalls'), metric('TransformTokens')]),
      lines('Their cost', 'USD', [usd('TransformCostMicroUsd')]),
      lines('Waiting for them', 'ms', percentiles('TransformMs')),
    ],
  ]
}

const budgets = (teams: readonly string[]): IWidget[] => [
  new GaugeWidget({
    title: 'Budget used, %',
    metrics: teams.map((team) =>
      metric('BudgetUsedPercent', { by: 'team', value: team, label: team }),
    ),
    leftYAxis: { min: 0, max: 100 },
    width: 8,
    height: 6,
  }),
  linesBelow('Budget used', '%', [each('BudgetUsedPercent', 'team')], warnedAt),
  linesBelow('Used at the end of the period', '%', [each('BudgetForecastPercent', 'team')], [100]),
]
