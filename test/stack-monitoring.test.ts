/** What the synthesised dashboards, alarms, queries and archive show is what the gateway writes. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { dimensions, type MetricDefinition, metrics, mostTeams } from '../lambda/core/metrics.ts'
import { accessLogFields } from '../lib/access-log.ts'
import { each, metric, statistics } from '../lib/dashboards/metric.ts'
import { anyTeam } from '../lib/dashboards/team.ts'
import { defaultThresholds } from '../lib/dashboards/watches.ts'
import { archiveDays } from '../lib/log-archive.ts'
import { savedQueries } from '../lib/saved-queries.ts'
import { checkType } from '../local/template/check.ts'
import config from '../tollgate.config.ts'
import { everything as thorough } from './support/effort.ts'
import {
  appOf,
  only,
  resolved,
  resourcesOf,
  type Synthesised,
  synthesise,
  synthesiseChecked,
  type Template,
} from './support/stack.ts'

/** CDK's own check of a template takes as long as all the rest. */
const checkedByCdk = (checked: boolean): void => {
  process.env.CDK_VALIDATION = String(checked || thorough)
}
checkedByCdk(true)

const topic = 'arn:aws:sns:us-east-1:123456789012:budgets'
const definitions: Readonly<Record<string, MetricDefinition>> = metrics
const inDollars = (name: string): boolean => name.endsWith('MicroUsd')

const teamsOf = (count: number): GatewayConfig['teams'] =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`t${index}`, { plan: 'trial', models: '*' }]),
  )

const nova = 'amazon.nova-lite-v1:0'
const everything: GatewayConfig = {
  ...config,
  models: { nova: { targets: [{ model: nova }, { model: nova, account: '210987654321' }] } },
  teams: teamsOf(mostTeams),
  monitoring: { archive: true },
  alerts: { topic },
}
const many: GatewayConfig = { ...config, teams: teamsOf(mostTeams + 1) }
const unlimited: GatewayConfig = { ...config, plans: { trial: {} }, teams: teamsOf(1) }

const synthesised: Readonly<Record<string, Synthesised>> = {
  'the shipped example': synthesise(config),
  'as many teams as have metrics, and everything else': synthesise(everything, {
    account: '123456789012',
  }),
  'one team more': synthesise(many),
  'no limits': synthesise(unlimited),
}
/** What is left out of what has been checked is not checked again. */
checkedByCdk(false)

const rootOf = (name: string): Template => (synthesised[name] as Synthesised).root
const shipped = rootOf('the shipped example')
const whole = rootOf('as many teams as have metrics, and everything else')
const crowded = rootOf('one team more')

// biome-ignore lint/suspicious/noExplicitAny: a dashboard is JSON of AWS's making
type Json = any
type Dashboard = { readonly name: string; readonly body: Json; readonly widgets: readonly Json[] }

const dashboardsOf = (root: Template): readonly Dashboard[] =>
  resourcesOf(root, 'AWS::CloudWatch::Dashboard').map(({ Properties }) => {
    const body = JSON.parse(String(resolved(Properties.DashboardBody)))
    return { name: String(Properties.DashboardName), body, widgets: body.widgets }
  })

/** One line of a widget: a metric, or an expression over others of the same widget. */
type Line = {
  readonly expression?: string
  readonly namespace?: string
  readonly name?: string
  readonly by?: readonly string[]
  readonly values?: readonly string[]
  readonly id?: string
  readonly stat: string
  readonly shown: boolean
}

function linesOf({ properties }: Json): readonly Line[] {
  return (properties.metrics ?? []).map((row: readonly Json[]) => {
    const [options, path] = [row.at(-1), row.slice(0, -1)]
    const { expression, id, stat = 'Average', visible = true } = options
    if (expression !== undefined) return { expression, id, stat, shown: visible }
    const [namespace, name, ...pairs] = path
    const by = pairs.filter((_, index) => index % 2 === 0)
    const values = pairs.filter((_, index) => index % 2 === 1)
    return { namespace, name, by, values, id, stat, shown: visible }
  })
}

const metricWidgets = (root: Template) =>
  dashboardsOf(root).flatMap(({ name, widgets }) =>
    widgets
      .filter(({ type }) => type === 'metric')
      .map((widget) => [`${name}: ${widget.properties.title}`, widget] as const),
  )

const search =
  /^SEARCH\('\{Tollgate(?:,(\w+))?\} MetricName="(\w+)"', '(\w+)', 300\)( \/ 1000000)?$/

/** Of AWS's own, those that are drawn; the documentation of each service lists them. */
const awsMetrics: Readonly<Record<string, readonly string[]>> = {
  'AWS/ApiGateway': ['4XXError', '5XXError'],
  'AWS/DynamoDB': ['ReadThrottleEvents', 'WriteThrottleEvents'],
  'AWS/Lambda': ['Errors', 'Throttles', 'ConcurrentExecutions', 'Duration'],
}

/** What of a metric cannot be drawn so: that there is none, or not by this, or not in this. */
function problemsOf(name: string, by: readonly string[], stat: string): readonly string[] {
  const definition = definitions[name]
  if (definition === undefined) return [`${name}: there is none`]
  const known = (definition.by ?? ['all']).map((each) => dimensions[each].join())
  const fitting: readonly string[] = statistics[definition.unit]
  return [
    ...(known.includes(by.join()) ? [] : [`${name}: not by ${by.join()}`]),
    ...(fitting.includes(stat) ? [] : [`${name}: no ${stat} of ${definition.unit}`]),
  ]
}

const axes: Readonly<Partial<Record<MetricDefinition['unit'], string>>> = {
  Milliseconds: 'ms',
  Percent: '%',
}
const axisOf = (name: string): string => {
  if (inDollars(name)) return 'USD'
  return axes[definitions[name]?.unit ?? 'Count'] ?? 'count'
}

function widgetProblems(widget: Json): readonly string[] {
  const lines = linesOf(widget)
  const ids = new Map(lines.flatMap((line) => (line.id ? [[line.id, line] as const] : [])))
  const axis: string | undefined = widget.properties.yAxis?.left?.label
  const misplaced = (name: string) =>
    axis === undefined || axisOf(name) === axis ? [] : [`${name}: drawn in ${axis}`]
  return lines.flatMap(({ expression, namespace = '', name = '', by = [], stat, shown }) => {
    if (expression !== undefined) {
      const found = search.exec(expression)
      if (found === null) return mathProblems(expression, ids)
      const [, dimension, metricName = '', statistic = '', divided] = found
      const scaled = (divided !== undefined) === inDollars(metricName)
      return [
        ...problemsOf(metricName, dimension === undefined ? [] : [dimension], statistic),
        ...misplaced(metricName),
        ...(scaled ? [] : [`${metricName}: not in dollars, or too small`]),
      ]
    }
    if (namespace !== 'Tollgate') {
      return awsMetrics[namespace]?.includes(name) ? [] : [`${namespace} ${name}: there is none`]
    }
    return [
      ...problemsOf(name, by, stat),
      ...(shown ? misplaced(name) : []),
      ...(shown && inDollars(name) ? [`${name}: shown in millionths`] : []),
    ]
  })
}

function mathProblems(expression: string, ids: ReadonlyMap<string, Line>): readonly string[] {
  const used = expression.match(/\b[a-z]\w*/g) ?? []
  return used.flatMap((id) => {
    const { name } = ids.get(id) ?? {}
    if (name === undefined) return [`${expression}: no ${id} in the widget`]
    return inDollars(name) && expression !== `${id} / 1000000` ? [`${name}: ${expression}`] : []
  })
}

/** Names that lines can have: the keys of the type, which is nothing at run time, and the metrics. */
const recordText = readFileSync(resolve(import.meta.dirname, '../lambda/core/record.ts'), 'utf8')
const [, logFieldsText = ''] = /export type LogFields = \{\n(.*?)\n\}/s.exec(recordText) ?? []
const logFields = [...logFieldsText.matchAll(/^ {2}'?([\w.]+)'?\??:/gm)].map(([, name]) => name)
const requestFields = [...logFields, ...Object.keys(metrics)]
const accessFields = Object.keys(accessLogFields)

const words = new Set(
  'filter fields stats sort limit by as desc asc and or not ispresent count count_distinct sum max latest pct bin 5m @timestamp @log'.split(
    ' ',
  ),
)

function unknownIn(query: string, known: readonly (string | undefined)[]): readonly string[] {
  const bare = query.replaceAll(/#.*$/gm, '').replaceAll(/"[^"]*"/g, '')
  const aliases = [...bare.matchAll(/\bas (\w+)/g)].map(([, alias]) => alias)
  const named = bare.match(/(?<![\w.@])@?[A-Za-z_][\w.]*|\b5m\b/g) ?? []
  return named.filter(
    (word) =>
      !words.has(word) &&
      !aliases.includes(word) &&
      !known.includes(word) &&
      !(word.startsWith('metadata.') && known.includes('metadata')),
  )
}

describe('a dashboard', () => {
  it.each(Object.keys(synthesised))('draws only what is written, as it is meant: %s', (name) => {
    const widgets = metricWidgets(rootOf(name))
    expect(widgets.length).toBeGreaterThan(20)
    const wrong = widgets.flatMap(([title, widget]) =>
      widgetProblems(widget).map((problem) => `${title}: ${problem}`),
    )
    expect(wrong).toEqual([])
  })

  it('is missing no metric', () => {
    const drawn = metricWidgets(shipped).flatMap(([, widget]) =>
      linesOf(widget).map(({ name, expression = '' }) => name ?? search.exec(expression)?.[2]),
    )
    /** Billionths are for the log. */
    const meant = Object.keys(metrics)
    expect(meant.filter((name) => !drawn.includes(name))).toEqual([])
  })

  it.each(Object.keys(synthesised))('asks the logs only for fields they have: %s', (name) => {
    const ids = { requests: /'Gateway/, access: /'AccessLogs/ }
    const asked = dashboardsOf(rootOf(name)).flatMap(({ widgets }) =>
      widgets.filter(({ type }) => type === 'log').map(({ properties }) => properties.query),
    )
    expect(asked.length).toBeGreaterThan(3)
    for (const whole of asked) {
      const [source = '', ...rest] = whole.split('|')
      const known = ids.access.test(source) ? accessFields : requestFields
      expect(source).toMatch(known === accessFields ? ids.access : ids.requests)
      expect(unknownIn(rest.join('|'), known)).toEqual([])
    }
  })

  it('is one of three, of at most fifty metrics each, as many as are free', () => {
    for (const { root } of Object.values(synthesised)) {
      const dashboards = dashboardsOf(root)
      expect(dashboards.map(({ name }) => name)).toEqual(
        ['operations', 'money', 'team'].map((kind) => `Tollgate-us-east-1-${kind}`),
      )
      for (const { widgets } of dashboards) {
        const named = widgets.flatMap((widget) =>
          linesOf(widget)
            .filter(({ name }) => name !== undefined)
            .map(({ namespace, name, values }) => JSON.stringify([namespace, name, values])),
        )
        expect(new Set(named).size).toBeLessThanOrEqual(50)
      }
    }
  })

  it.each(Object.entries(synthesised))(
    'of a team asks for none but the chosen one: %s',
    (_, { root }) => {
      const { body, widgets } = dashboardsOf(root).at(-1) as Dashboard
      const [variable] = body.variables
      expect(variable).toMatchObject({ type: 'pattern', pattern: anyTeam, inputType: 'select' })
      expect(variable.values.map(({ value }: Json) => value)).toContain(variable.defaultValue)
      for (const widget of widgets) {
        if (widget.type === 'log') expect(widget.properties.query).toContain(`team = "${anyTeam}"`)
        for (const { name, by, values } of linesOf(widget)) {
          if (name !== undefined) expect([by, values]).toEqual([['team'], [anyTeam]])
        }
      }
    },
  )

  it('tells teams apart by metrics only where they have some', () => {
    const told = (root: Template) =>
      metricWidgets(root).flatMap(([, widget]) =>
        linesOf(widget).filter(
          ({ by, expression = '' }) => by?.includes('team') || /,team\}/.test(expression),
        ),
      )
    expect(told(whole).length).toBeGreaterThan(20)
    expect(told(crowded)).toEqual([])
    expect(JSON.stringify(dashboardsOf(crowded).at(-1)?.widgets)).toContain('by bin(5m)')
  })

  it('cannot draw what a metric is not', () => {
    expect(() => metric('OverheadMs', { by: 'team', value: 'demo' })).toThrow(
      'OverheadMs is not told apart by team, but by all.',
    )
    expect(() => each('CostMicroUsd', 'outcome')).toThrow('but by all, model, team.')
    expect(() => metric('Requests', { statistic: 'p99' })).toThrow(
      'Requests is in Count: p99 says nothing, Sum would.',
    )
  })
})

const alarmsOf = (root: Template): ReadonlyMap<string, Json> =>
  new Map(
    resourcesOf(root, 'AWS::CloudWatch::Alarm').map(({ Properties }) => [
      Properties.AlarmName.replace('Tollgate-', ''),
      Properties,
    ]),
  )

describe('an alarm', () => {
  it.each(Object.keys(synthesised))('watches what is written: %s', (name) => {
    for (const [, { Metrics, MetricName, Namespace }] of alarmsOf(rootOf(name))) {
      if (Metrics === undefined) {
        expect([Namespace, MetricName]).toEqual(['AWS/Lambda', 'Errors'])
        continue
      }
      const stats = Metrics.filter(({ MetricStat }: Json) => MetricStat !== undefined)
      for (const { MetricStat } of stats) {
        const { Metric, Stat } = MetricStat
        expect(Metric.Namespace).toBe('Tollgate')
        expect(problemsOf(Metric.MetricName, [], Stat)).toEqual([])
        expect(Metric.Dimensions).toBeUndefined()
      }
      for (const { Expression } of Metrics) {
        if (Expression === undefined) continue
        const ids = stats.map(({ Id }: Json) => Id)
        const used = Expression.match(/\b[a-z]\w*/g) ?? []
        const asked = /^SELECT MAX\((\w+)\) FROM SCHEMA\("Tollgate", (\w+)\)$/.exec(Expression)
        if (asked === null) expect(used.toSorted()).toEqual(expect.arrayContaining(ids))
        else expect(problemsOf(asked[1] ?? '', [asked[2] ?? ''], 'Maximum')).toEqual([])
      }
    }
  })

  const common = [
    'error-rate',
    'overhead',
    'upstream-throttles',
    'breaker-open',
    'target-refusals',
    'budget-fail-open',
    'unsettled',
    'function-errors',
  ]

  it.each([
    ['the shipped example', ['budget-80', 'budget-100']],
    ['as many teams as have metrics, and everything else', ['budget-80', 'budget-100']],
    ['one team more', ['budget-warnings']],
    ['no limits', []],
  ])('is there for what can happen: %s', (name, budgets) => {
    expect([...alarmsOf(rootOf(name)).keys()].sort()).toEqual([...common, ...budgets].sort())
  })

  it('says what it means, and rings for no gateway that nobody calls', () => {
    for (const [, alarm] of alarmsOf(whole)) {
      /** CloudFormation takes no more, and only ASCII is sure to arrive as it was. */
      expect(alarm.AlarmDescription).toMatch(/^[\x20-\x7e]{60,1024}$/)
      expect(alarm.AlarmDescription).toMatch(/\. |: /)
      expect(alarm.TreatMissingData).toBe('notBreaching')
    }
  })

  it('names only queries that are saved', () => {
    const names = Object.values(savedQueries).map(({ name }) => name)
    const named = [...alarmsOf(whole).values(), ...alarmsOf(crowded).values()].flatMap(
      ({ AlarmDescription }) => [...AlarmDescription.matchAll(/query '([^']+)'/g)],
    )
    expect(named.length).toBeGreaterThan(2)
    for (const [, name] of named) expect(names).toContain(name)
  })

  it('is told to the topic, where there is one', () => {
    for (const [, { AlarmActions, OKActions }] of alarmsOf(whole)) {
      expect([AlarmActions, OKActions]).toEqual([[topic], [topic]])
    }
    for (const [, { AlarmActions, OKActions }] of alarmsOf(shipped)) {
      expect([AlarmActions, OKActions]).toEqual([undefined, undefined])
    }
  })

  it('rings above what the configuration says', () => {
    const thresholds = { errorPercent: 0.5, overheadMs: 900, throttles: 7 }
    const own = alarmsOf(synthesise({ ...config, monitoring: { alarms: thresholds } }).root)
    const names = ['error-rate', 'overhead', 'upstream-throttles']
    const of = (alarms: ReadonlyMap<string, Json>) => names.map((name) => alarms.get(name))
    expect(of(own).map(({ Threshold }) => Threshold)).toEqual(Object.values(thresholds))
    expect(of(alarmsOf(shipped)).map(({ Threshold }) => Threshold)).toEqual(
      Object.values(defaultThresholds),
    )
    for (const { ComparisonOperator } of of(own)) {
      expect(ComparisonOperator).toBe('GreaterThanThreshold')
    }
    for (const [index, { AlarmDescription }] of of(own).entries()) {
      expect(AlarmDescription).toContain(String(Object.values(thresholds)[index]))
    }
  })
})

describe('a saved query', () => {
  it.each(Object.values(savedQueries))('$name asks only for fields there are', ({ of, lines }) => {
    const known = of.flatMap((group) => (group === 'access' ? accessFields : requestFields))
    expect(unknownIn(lines.join('\n'), known)).toEqual([])
  })

  it('would be found out', () => {
    expect(logFields).toEqual(expect.arrayContaining(['requestId', 'team', 'outcome', 'limit']))
    expect(unknownIn('filter wibble > 0 | stats sum(Wobble) as w by team', requestFields)).toEqual([
      'wibble',
      'Wobble',
    ])
  })

  it('is in the stack’s folder, and asks the function’s log, API Gateway’s, or both', () => {
    const queries = resourcesOf(shipped, 'AWS::Logs::QueryDefinition')
    expect(queries.map(({ Properties }) => Properties.Name)).toEqual(
      Object.values(savedQueries).map(({ name }) => `Tollgate/${name}`),
    )
    const groups = { requests: /^Gateway/, access: /^AccessLogs/ }
    for (const [index, { of, lines }] of Object.values(savedQueries).entries()) {
      const { LogGroupNames, QueryString } = queries[index]?.Properties ?? {}
      expect(LogGroupNames).toHaveLength(of.length)
      for (const [at, group] of of.entries()) {
        expect(LogGroupNames[at].Ref).toMatch(groups[group])
        expect(shipped.Resources[LogGroupNames[at].Ref]?.Type).toBe('AWS::Logs::LogGroup')
      }
      expect(QueryString.split('\n')).toHaveLength(lines.length)
    }
  })
})

const archiveTypes = /^AWS::(S3|KinesisFirehose)::|SubscriptionFilter$|LogStream$/

describe('the archive', () => {
  const statementsOf = (service: string): readonly Json[] =>
    resourcesOf(whole, 'AWS::IAM::Role')
      .filter(({ Properties }) =>
        JSON.stringify(Properties.AssumeRolePolicyDocument).includes(`"${service}.amazonaws.com"`),
      )
      .flatMap(({ Properties }) => Properties.Policies ?? [])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)

  const ids = (type: string) =>
    only(Object.entries(whole.Resources).filter(([, { Type }]) => Type === type))

  it('is in a bucket that nobody reads from outside, and that stays', () => {
    const [id, bucket] = ids('AWS::S3::Bucket')
    expect(bucket).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' })
    expect(bucket.Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    })
    expect(bucket.Properties.BucketEncryption).toBeDefined()
    const [, policy] = ids('AWS::S3::BucketPolicy')
    expect(policy).toMatchObject({ DeletionPolicy: 'Retain', Properties: { Bucket: { Ref: id } } })
    for (const { Effect, Action } of policy.Properties.PolicyDocument.Statement) {
      expect([Effect, Action]).toEqual(['Deny', 's3:*'])
    }
    expect(JSON.stringify(policy)).toContain('"aws:SecureTransport":"false"')
  })

  it('gets the gateway’s own lines, one JSON a line', () => {
    const [stream, { Properties }] = ids('AWS::KinesisFirehose::DeliveryStream')
    const s3 = Properties.ExtendedS3DestinationConfiguration
    expect(s3.ProcessingConfiguration.Processors.map(({ Type }: Json) => Type)).toEqual([
      'Decompression',
      'CloudWatchLogProcessing',
      'AppendDelimiterToRecord',
    ])
    expect([s3.CompressionFormat, s3.FileExtension]).toEqual(['GZIP', '.jsonl.gz'])
    const [, filter] = ids('AWS::Logs::SubscriptionFilter')
    expect(filter.Properties).toMatchObject({
      FilterPattern: '{ $._aws.Timestamp > 0 }',
      LogGroupName: { Ref: expect.stringMatching(/^GatewayLogs/) },
      DestinationArn: { 'Fn::GetAtt': [stream, 'Arn'] },
    })
  })

  it('is written with the least rights', () => {
    const [stream] = ids('AWS::KinesisFirehose::DeliveryStream')
    const [bucket] = ids('AWS::S3::Bucket')
    expect(statementsOf('logs')).toEqual([
      {
        Effect: 'Allow',
        Action: ['firehose:PutRecord', 'firehose:PutRecordBatch'],
        Resource: { 'Fn::GetAtt': [stream, 'Arn'] },
      },
    ])
    const ofFirehose = statementsOf('firehose')
    expect(ofFirehose.flatMap(({ Action }) => Action)).toEqual([
      's3:GetBucketLocation',
      's3:ListBucket',
      's3:ListBucketMultipartUploads',
      's3:AbortMultipartUpload',
      's3:GetObject',
      's3:PutObject',
      'logs:PutLogEvents',
    ])
    const arn = { 'Fn::GetAtt': [bucket, 'Arn'] }
    expect(ofFirehose[0].Resource).toEqual(arn)
    expect(ofFirehose[1].Resource).toEqual({ 'Fn::Join': ['', [arn, '/*']] })
    expect(resolved(ofFirehose[2].Resource)).toMatch(
      /^arn:aws:logs:us-east-1:123456789012:log-group:[^*]+:log-stream:[^*]+$/,
    )
  })
})

describe('watching', () => {
  const partsOf = (root: Template) => {
    const types = Object.values(root.Resources).map(({ Type }) => Type)
    return {
      dashboards: types.filter((type) => type === 'AWS::CloudWatch::Dashboard').length,
      alarms: types.filter((type) => type === 'AWS::CloudWatch::Alarm').length,
      archive: types.filter((type) => archiveTypes.test(type)).length,
      queries: types.filter((type) => type === 'AWS::Logs::QueryDefinition').length,
    }
  }
  const usual = { dashboards: 3, alarms: 10, archive: 0, queries: Object.keys(savedQueries).length }

  it.each<[string, GatewayConfig['monitoring'], object]>([
    ['nothing said', {}, {}],
    ['no dashboards', { dashboards: false }, { dashboards: 0 }],
    ['no alarms', { alarms: false }, { alarms: 0 }],
    ['alarms', { alarms: true }, {}],
    ['an archive', { archive: true }, { archive: 5 }],
    ['no history, which is no part of this', { history: false }, {}],
  ])('has a switch for each part: %s', (_, monitoring = {}, but) => {
    expect(partsOf(synthesise({ ...config, monitoring }).root)).toEqual({ ...usual, ...but })
  })

  it('is in the home stack alone', () => {
    const { stacks } = synthesised[
      'as many teams as have metrics, and everything else'
    ] as Synthesised
    expect(stacks.size).toBeGreaterThan(1)
    for (const [name, stack] of stacks) {
      const parts = Object.values(partsOf(stack))
      if (name !== 'Tollgate') expect(parts).toEqual(parts.map(() => 0))
    }
  })

  it('leaves the rule of warnings where it was', () => {
    const rules = Object.entries(whole.Resources).filter(([, { Type }]) =>
      /Events::Rule/.test(Type),
    )
    expect(only(rules)[0]).toMatch(/^AlertsRule/)
  })

  it('is known to the local gateway', () => {
    for (const [id, { Type }] of Object.entries(whole.Resources)) checkType(Type, id)
  })

  it.each<[string, GatewayConfig]>([
    ['with everything', everything],
    ['with nothing', { ...config, monitoring: { dashboards: false, alarms: false } }],
  ])('breaks no rule of cdk-nag: %s', (_, each) => {
    checkedByCdk(true)
    expect(() => synthesiseChecked(appOf(each, { account: '123456789012' }))).not.toThrow()
  })

  it('is described where it is configured', () => {
    const page = readFileSync(join(import.meta.dirname, '../docs/watching.md'), 'utf8')
    for (const [name] of alarmsOf(whole)) expect(page).toContain(`\`${name}\``)
    for (const [name] of alarmsOf(crowded)) expect(page).toContain(`\`${name}\``)
    for (const { name } of Object.values(savedQueries)) expect(page).toContain(name)
    for (const days of Object.values(archiveDays)) expect(page).toContain(`${days} days`)
    expect(page).toContain(`at most ${mostTeams}.`)
  })
})
