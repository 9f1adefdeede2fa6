/** Whether it works, and how fast: the first dashboard somebody opens who was woken up. */
import {
  AlarmStatusWidget,
  type IAlarm,
  type IWidget,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch'
import { each, fiveMinutes, metric, percentiles } from './metric.ts'
import type { Watched } from './watched.ts'
import { lines, stacked, table, totals } from './widgets.ts'

const byRegion = [
  'filter ispresent(Requests) and ispresent(region)',
  'stats count(*) as requests, sum(Errors) as errors, sum(Failovers) as failovers, pct(UpstreamMs, 90) as upstreamP90 by region',
  'sort requests desc',
]

const ownRefusals = [
  'filter refusal != "-"',
  'stats count(*) as refusals, latest(@timestamp) as last by refusal, status',
  'sort refusals desc',
]

const errorPercent = new MathExpression({
  expression: '100 * errors / requests',
  usingMetrics: { errors: metric('Errors'), requests: metric('Requests') },
  label: 'Errors, %',
  period: fiveMinutes,
})

export function operations(watched: Watched, alarms: readonly IAlarm[]): readonly IWidget[][] {
  const { gateway, accessLogs } = watched
  const status = new AlarmStatusWidget({
    title: 'Alarms',
    alarms: [...alarms],
    width: 24,
    height: 3,
  })
  return [
    ...(alarms.length > 0 ? [[status]] : []),
    [totals('All together', [metric('Requests'), metric('Errors'), errorPercent])],
    [
      stacked('Requests by route', 'count', [each('Requests', 'route')]),
      stacked('Requests by outcome', 'count', [each('Requests', 'outcome')]),
      stacked('Errors by class', 'count', [
        metric('CallerErrors'),
        metric('LimitErrors'),
        metric('UpstreamErrors'),
        metric('GatewayErrors'),
      ]),
    ],
    [
      lines('Arrival to the last byte', 'ms', percentiles('DurationMs'), 6),
      lines('Arrival to the first byte', 'ms', percentiles('FirstByteMs'), 6),
      lines('Of these, the gateway', 'ms', percentiles('OverheadMs'), 6),
      lines('Of these, the provider', 'ms', percentiles('UpstreamMs'), 6),
    ],
    [
      lines('Arrival to the first token', 'ms', percentiles('FirstTokenMs')),
      lines('For each token after it', 'ms', percentiles('OutputTokenMs')),
      lines('What was done about providers', 'count', [
        metric('UpstreamThrottles'),
        metric('Retries'),
        metric('Failovers'),
        metric('BreakerOpenings'),
        metric('TargetRefusals'),
      ]),
    ],
    [
      table('Regions', gateway.logGroup, byRegion),
      table('Refused by API Gateway itself', accessLogs, ownRefusals),
    ],
    [
      lines('Guard, and what models lack', 'count', [
        metric('GuardBlocks'),
        metric('GuardReports'),
        metric('GuardrailInterventions'),
        metric('Notices'),
      ]),
      ...ofAws(watched),
    ],
  ]
}

/** Metrics of AWS's own, which cost nothing. */
function ofAws({ gateway, api, ledger }: Watched): readonly IWidget[] {
  const period = fiveMinutes
  const counted = { statistic: 'Sum', period }
  return [
    lines('API Gateway and table', 'count', [
      api.metricClientError({ ...counted, label: 'API: 4xx' }),
      api.metricServerError({ ...counted, label: 'API: 5xx' }),
      ledger.metric('ReadThrottleEvents', { ...counted, label: 'Table: reads throttled' }),
      ledger.metric('WriteThrottleEvents', { ...counted, label: 'Table: writes throttled' }),
    ]),
    lines('Function', 'count', [
      gateway.metricErrors({ ...counted, label: 'Errors' }),
      gateway.metricThrottles({ ...counted, label: 'Throttles' }),
      gateway.metric('ConcurrentExecutions', { statistic: 'Maximum', period, label: 'At once' }),
    ]),
    lines('Function, duration', 'ms', [
      gateway.metricDuration({ statistic: 'p50', period, label: 'p50' }),
      gateway.metricDuration({ statistic: 'p99', period, label: 'p99' }),
    ]),
  ]
}
