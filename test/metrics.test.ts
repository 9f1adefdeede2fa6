/** One request of each kind moves the metrics by exactly what it was, and every metric is moved by something. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openAccounting } from '../lambda/accounting.ts'
import { openCatalogue } from '../lambda/catalogue.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { type ErrorCode, errorCodes, TollgateError } from '../lambda/core/errors.ts'
import type { Standing } from '../lambda/core/ledger.ts'
import {
  dimensions,
  type MetricDefinition,
  type MetricName,
  metrics,
} from '../lambda/core/metrics.ts'
import { errorClasses, metricLine, openRecord } from '../lambda/core/record.ts'
import { budgetMeasures, throttles } from '../lambda/edge/log-measures.ts'
import { openAnnouncer } from '../lambda/ledger/announce.ts'
import { bucket } from './support/fake-ledger.ts'
import { type InProcessRequest, invoke, linesOf } from './support/in-process.ts'
import './support/patient-cache.ts'
import { twoRegions } from './support/regions.ts'
import { forgetHealth } from './support/routes-anew.ts'

const deny = [{ name: 'ssn', pattern: 'secret number' }]
const config: GatewayConfig = {
  regions: ['us-east-1', 'us-west-2'],
  models: { nova: 'amazon.nova-lite-v1:0', vectors: 'amazon.titan-embed-text-v2:0' },
  cache: {},
  plans: {
    free: {},
    paying: { limits: [{ usd: 0.5, per: 'month' }] },
    poor: { limits: [{ usd: 0.000001, per: 'month' }] },
    few: { limits: [{ tokens: 1, per: 'minute' }] },
  },
  teams: {
    demo: { plan: 'free', models: '*' },
    guarded: { plan: 'free', models: '*', guard: { deny } },
    watched: { plan: 'free', models: '*', guard: { deny, mode: 'report' } },
    paying: { plan: 'paying', models: '*' },
    poor: { plan: 'poor', models: '*' },
    few: { plan: 'few', models: '*' },
  },
}
vi.mock('#gateway-config', () => ({ default: config }))

/** Two thirds of a month have passed. */
vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-21T00:00:00Z') })
afterAll(() => void vi.useRealTimers())

const regions = twoRegions()
beforeEach(forgetHealth)

type Line = Readonly<Record<string, unknown>>
const isMetric = (name: string): name is MetricName => Object.hasOwn(metrics, name)
const movedBy = (line: Line): MetricName[] => Object.keys(line).filter(isMetric)

/** All lines of this file. */
const seen: Line[] = []

const question = (team: string, more: object = {}, text = 'What is a dystopia?') => ({
  ...{ resource: '/v1/chat/completions', team },
  body: JSON.stringify({
    ...{ model: 'nova', max_tokens: 100, messages: [{ role: 'user', content: text }] },
    ...more,
  }),
})

async function lineOf(request: InProcessRequest): Promise<Line> {
  const { lines, statusCode, text } = await invoke(request)
  seen.push(...lines)
  const [line, ...others] = lines.filter(({ Requests }) => Requests !== undefined)
  if (line === undefined || others.length > 0) throw new Error(`${lines.length} lines: ${text}`)
  if (line.stream !== true) expect(line.status).toBe(statusCode)
  return line
}

const always = ['Requests', 'DurationMs', 'UpstreamMs', 'Notices'] as const
const begun = [...always, 'FirstByteMs', 'OverheadMs'] as const
const tokens = ['InputTokens', 'OutputTokens', 'CacheReadTokens', 'CacheWriteTokens'] as const
const answered = [...begun, ...tokens, 'CostMicroUsd'] as const
const streamed = [...answered, 'FirstTokenMs', 'OutputTokenMs'] as const
const failed = [...always, 'Errors'] as const
const budget = ['LedgerMs', 'BudgetUsedPercent', 'BudgetForecastPercent'] as const
const counts = ['Failovers', 'Retries', 'UpstreamThrottles', 'GuardBlocks'] as const
const kept = { 'x-tollgate-cache-ttl': '600' }

type Kind = {
  readonly name: string
  readonly before?: () => void
  readonly request: InProcessRequest
  readonly moves: readonly MetricName[]
  readonly by?: Line
}

const embedded: InProcessRequest = {
  ...{ resource: '/v1/embeddings', team: 'demo' },
  body: JSON.stringify({ model: 'vectors', input: 'dystopia' }),
}
const list = { method: 'GET', resource: '/v1/models' } as const
const told = { ...question('demo', {}, 'Again?'), headers: kept }
let reads = 0
const neverInTime: InProcessRequest = {
  ...question('demo'),
  /** Read once as the event is made, and then by the function. */
  get remaining(): number {
    if (reads++ > 0) throw new Error('The clock broke.')
    return 60_000
  },
}

const kinds: readonly Kind[] = [
  { name: 'a whole answer', request: question('demo'), moves: answered, by: { outcome: 'ok' } },
  { name: 'a stream', request: question('demo', { stream: true }), moves: streamed },
  { name: 'vectors', request: embedded, moves: [...answered, 'CacheMisses'] },
  { name: 'a list of models', request: list, moves: always },
  { name: 'what is remembered', request: told, moves: [...answered, 'CacheMisses'] },
  {
    name: 'an answer from what is remembered',
    request: told,
    moves: [...begun, 'CostMicroUsd', 'CacheHits', 'CacheSavedMicroUsd'],
    by: { CacheHits: 1, CostMicroUsd: 0 },
  },
  {
    name: 'the same as a stream',
    request: { ...question('demo', { stream: true }, 'Again?'), headers: kept },
    moves: [...begun, 'CostMicroUsd', 'CacheHits', 'CacheSavedMicroUsd', 'FirstTokenMs'],
  },
  {
    name: 'what a model cannot be given',
    request: question('demo', { seed: 7 }),
    moves: [...answered, 'CacheMisses'],
    by: { Notices: expect.toSatisfy((many: number) => many > 0) },
  },
  {
    name: 'a wrong body',
    request: { team: 'demo', body: '{"model": 7}' },
    moves: [...failed, 'CallerErrors'],
    by: { outcome: 'invalid_body', Errors: 1, CallerErrors: 1, 'error.type': 'invalid_body' },
  },
  {
    name: 'a rule of the guard',
    request: question('guarded', {}, 'My secret number.'),
    moves: [...failed, 'CallerErrors', 'GuardBlocks'],
    by: { GuardBlocks: 1 },
  },
  {
    name: 'a rule in report mode',
    request: question('watched', {}, 'My secret number.'),
    moves: [...answered, 'GuardReports'],
    by: { GuardReports: 1 },
  },
  {
    name: 'a budget that is hardly touched',
    request: question('paying'),
    moves: [...answered, ...budget],
    by: { BudgetUsedPercent: expect.toSatisfy((part: number) => part > 0 && part < 0.1) },
  },
  {
    name: 'a budget in money that is used',
    request: question('poor'),
    moves: [...failed, ...budget, 'LimitErrors', 'BudgetRefusals'],
    by: { outcome: 'budget_exceeded', BudgetRefusals: 1, LimitErrors: 1, BudgetUsedPercent: 0 },
  },
  {
    name: 'a budget in tokens that is used',
    request: question('few'),
    moves: [...failed, 'LedgerMs', 'LimitErrors', 'BudgetRefusals'],
    by: { outcome: 'tokens_per_minute', BudgetRefusals: 1 },
  },
  {
    name: 'a region that throttles',
    before: () => regions.east.fault('throttle'),
    request: question('demo'),
    moves: [...answered, 'UpstreamThrottles', 'Retries', 'Failovers'],
    by: { UpstreamThrottles: 1, Retries: 1, Failovers: 1, outcome: 'ok' },
  },
  {
    name: 'regions that all throttle',
    before() {
      regions.east.outage('throttle')
      regions.west.outage('throttle')
    },
    request: question('demo'),
    moves: [...failed, 'UpstreamErrors', 'UpstreamThrottles', 'Retries', 'Failovers'],
    by: { UpstreamThrottles: 3, UpstreamErrors: 1, outcome: 'upstream_throttled' },
  },
  {
    name: 'a stream that breaks',
    before: () => regions.east.fault('exception:modelStreamErrorException:4'),
    request: question('demo', { stream: true }, 'Speak! [[simulate:words:60]]'),
    moves: [...begun, 'Errors', 'UpstreamErrors', 'FirstTokenMs'],
    by: { Errors: 1, UpstreamErrors: 1, status: 200 },
  },
  {
    name: 'a gateway that has no right',
    before() {
      regions.east.outage('error:403:AccessDeniedException')
      regions.west.outage('error:403:AccessDeniedException')
    },
    request: question('demo'),
    moves: [...failed, 'UpstreamErrors', 'TargetRefusals', 'Retries', 'Failovers'],
    by: { TargetRefusals: 2, UpstreamErrors: 1, outcome: 'access_denied' },
  },
  {
    name: 'a gateway that breaks',
    request: neverInTime,
    moves: [...failed, 'GatewayErrors'],
    by: { outcome: 'internal_error', GatewayErrors: 1, fault: expect.any(String) },
  },
]

describe('one request', () => {
  it.each(kinds)('$name', async ({ before, request, moves, by = {} }) => {
    before?.()
    const line = await lineOf(request)
    expect(movedBy(line).toSorted()).toEqual([...new Set(moves)].toSorted())
    expect(line).toMatchObject(by)
    for (const name of [...counts, 'Requests', 'Errors'] as const) {
      if (line[name] !== undefined) expect(line[name]).toBeGreaterThan(0)
    }
  })

  it('of many to a region that is down, one opens its breaker', async () => {
    regions.east.outage('error:500:InternalServerException')
    const lines: Line[] = []
    for (let asked = 0; asked < 12; asked++) {
      lines.push(await lineOf(question('demo')))
      vi.setSystemTime(Date.now() + 100)
    }
    expect(lines.flatMap(({ BreakerOpenings }) => BreakerOpenings ?? [])).toEqual([1])
  })

  it('whose line cannot be written is answered all the same', async () => {
    vi.mocked(process.stdout.write).mockImplementationOnce(() => {
      throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' })
    })
    const { statusCode, lines } = await invoke(question('demo'))
    expect([statusCode, lines]).toEqual([200, []])
  })
})

it('a request that is in no history is told of by a line of its own', async () => {
  const nowhere = {
    ...{ AWS_REGION: 'us-east-1', TOLLGATE_TABLE: 'none' },
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
  }
  const accounting = openAccounting(config, openCatalogue(config), nowhere)
  const { lines } = await invoke(question('demo'))
  const recent = {
    ...{ id: String(lines[0]?.requestId), at: Date.now(), route: 'POST /v1/messages' },
    ...{ keyId: 'k', status: 200, outcome: 'ok', stream: false, durationMs: 7 },
  }
  const caller = { team: 'nobody', keyId: 'k' }
  await accounting.done({ caller, recent })
  const line = linesOf('nobody').at(-1)
  expect(line).toMatchObject({ HistoryFailures: 1, requestId: recent.id })
  if (line !== undefined) seen.push(line)
})

/** What a test that breaks more than these has in it. */
const elsewhere: readonly MetricName[] = [
  'LedgerFailures',
  'GuardrailInterventions',
  ...Object.keys(metrics).filter((name): name is MetricName => name.startsWith('Transform')),
]

describe('the metrics', () => {
  it('are all emitted', () => {
    const emit = (line: string) => void seen.push(JSON.parse(line) as Line)
    const { tell } = openAnnouncer({
      region: 'us-east-1',
      table: 't',
      endpoint: 'http://[::1]:1',
      emit,
    })
    const standing = bucket()
    const asking = { team: 'demo', keyId: 'k', requestId: 'r', standing }
    tell({ ...asking, type: 'warning', percent: 80 } as never)
    tell({ ...asking, type: 'would-refuse' } as never)
    tell({ ...asking, type: 'unsettled' } as never)
    tell({ ...asking, type: 'failing-open' } as never)

    const moved = new Set(seen.flatMap(movedBy))
    const missing = (Object.keys(metrics) as MetricName[]).filter((name) => !moved.has(name))
    expect(missing.toSorted()).toEqual([...elsewhere].toSorted())
    const others = readdirSync(import.meta.dirname)
      .filter((file) => file.endsWith('.test.ts') && file !== 'metrics.test.ts')
      .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    for (const name of elsewhere) {
      /** A transformer measures all of its own at once. */
      const one = name.startsWith('Transform') ? 'TransformCalls' : name
      expect([name, others.some((text) => text.includes(one))]).toEqual([name, true])
    }
  })

  it('are in directives that CloudWatch takes', () => {
    const names = new Set(Object.values(dimensions).flat())
    expect(names).toEqual(new Set(['route', 'model', 'outcome', 'team']))
    expect(seen.length).toBeGreaterThan(20)
    for (const line of seen) {
      const { CloudWatchMetrics, Timestamp } = line._aws as {
        Timestamp: number
        CloudWatchMetrics: {
          Namespace: string
          Dimensions: string[][]
          Metrics: { Name: string; Unit: string }[]
        }[]
      }
      expect(Timestamp).toBeGreaterThan(0)
      const told = CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
        expect(Namespace).toBe('Tollgate')
        expect(Metrics.length).toBeLessThanOrEqual(100)
        for (const keys of Dimensions) {
          expect(keys.length).toBeLessThanOrEqual(30)
          for (const key of keys) expect(line[key]).toMatch(/^[\x20-\x7e]{1,1024}$/)
        }
        expect(new Set(Dimensions.map((keys) => keys.join())).size).toBe(Dimensions.length)
        for (const { Name, Unit } of Metrics) {
          expect(Unit).toBe(metrics[Name as MetricName].unit)
          expect(line[Name]).toSatisfy((value) => Number.isFinite(value))
        }
        return Metrics.map(({ Name }) => Name)
      })
      const values = movedBy(line).filter((name) => !isOfTeamsOnly(name) || line.team !== undefined)
      expect(told.toSorted()).toEqual(values.toSorted())
    }
  })

  const definitions: Readonly<Record<MetricName, MetricDefinition>> = metrics
  const isOfTeamsOnly = (name: MetricName) => definitions[name].by?.join() === 'team'

  it('are a team’s own where the configuration has few', () => {
    const fields = { requestId: 'r', team: 'demo' }
    const values = { Requests: 1, BudgetUsedPercent: 40 }
    const dimensionsOf = (byTeam: boolean) =>
      JSON.parse(metricLine(fields, values, 1, byTeam))._aws.CloudWatchMetrics.map(
        (one: { Dimensions: string[][] }) => one.Dimensions,
      )
    expect(dimensionsOf(true)).toEqual([[[], ['team']], [['team']]])
    expect(dimensionsOf(false)).toEqual([[[]]])
  })

  const classesOf = (error: TollgateError): MetricName[] => {
    const lines: Line[] = []
    const record = openRecord((line) => void lines.push(JSON.parse(line)), Date.now)
    record.fail(new TollgateError('internal_error', 'No.'))
    record.fail(error)
    record.write()
    record.write()
    expect(lines).toHaveLength(1)
    return movedBy(lines[0] ?? {}).filter((name) => /.Errors$/.test(name))
  }
  it.each(Object.keys(errorCodes) as ErrorCode[])('know whose fault %s is', (code) => {
    expect(classesOf(new TollgateError(code, 'No.'))).toEqual([errorClasses[code]])
  })
  it.each(['access_denied', 'model_not_found'] as const)(
    'know who must mend what a provider says: %s',
    (code) => {
      const cause = new Error('No such thing.')
      expect(classesOf(new TollgateError(code, 'No.', { cause }))).toEqual(['UpstreamErrors'])
    },
  )

  it.each([
    [['ThrottlingException', 'ok'], 1],
    [['ServiceQuotaExceededException', 'ModelNotReadyException'], 2],
    [['HTTP429', 'rate_limit_exceeded', 'rate_limit_error', 'upstream_throttled'], 4],
    [['insufficient_quota', 'AccessDeniedException', 'HTTP500', 'ECONNRESET', 'TimeoutError'], 0],
  ])('count throttled attempts: %j', (outcomes, many) => {
    const target = {} as never
    expect(throttles(outcomes.map((outcome) => ({ target, outcome, ms: 1 })))).toBe(many)
  })

  const day = 86_400_000
  const at = Date.parse('2026-11-21T00:00:00Z')
  const money: Partial<Standing> = { measure: 'micro-usd', limit: 200, used: 40, reserved: 10 }
  it.each<[string, Partial<Standing>, object]>([
    [
      'of a month of 30 days',
      { window: 'month', resetsAt: Date.parse('2026-12-01T00:00:00Z') },
      { BudgetUsedPercent: 25, BudgetForecastPercent: 37.5 },
    ],
    [
      'of a month in Tokyo',
      { window: 'month', resetsAt: Date.parse('2026-11-30T15:00:00Z') },
      { BudgetUsedPercent: 25, BudgetForecastPercent: 25 / (1 - 9.625 / 30) },
    ],
    [
      'of a month in Los Angeles',
      { window: 'month', resetsAt: Date.parse('2026-12-01T08:00:00Z') },
      { BudgetUsedPercent: 25, BudgetForecastPercent: 25 / (1 - (10 + 1 / 3) / 30) },
    ],
    [
      'of a week',
      { window: 'week', resetsAt: at + 3.5 * day },
      { BudgetUsedPercent: 25, BudgetForecastPercent: 50 },
    ],
    [
      'of a day that has just begun',
      { window: 'day', resetsAt: at + day - 1_000 },
      { BudgetUsedPercent: 25 },
    ],
    ['without a limit', { limit: Infinity }, {}],
    ['in tokens', { measure: 'tokens' }, {}],
  ])('say of a budget how much is used: %s', (_, changes, expected) => {
    const measured = budgetMeasures([bucket({ ...money, ...changes })], at)
    expect(Object.keys(measured)).toEqual(Object.keys(expected))
    for (const [name, value] of Object.entries(expected)) {
      expect(measured[name as MetricName]).toBeCloseTo(value, 6)
    }
  })
})
