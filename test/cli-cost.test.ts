/** What the gateway itself costs: each resource is priced or free, sums add up, and `cdk synth` says it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Assumptions } from '../cli/cost/assumptions.ts'
import { factsOf } from '../cli/cost/facts.ts'
import { ownSeries } from '../cli/cost/metric-series.ts'
import { costOf } from '../cli/cost/report.ts'
import { tracedShare, trafficParts } from '../cli/cost/traffic.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { errorCodes } from '../lambda/core/errors.ts'
import { type MetricName, metrics } from '../lambda/core/metrics.ts'
import { metricLine } from '../lambda/core/record.ts'
import {
  freeTypes,
  type IdleTemplate,
  idleParts,
  idleUsd,
  pricedTypes,
  unpriced,
} from '../lib/idle-price.ts'
import { idleLines, templatesIn } from '../lib/idle-price-change.ts'
import { prices, sumOf } from '../lib/prices.ts'
import { idleTypes } from '../local/template/idle.ts'
import { servedTypes } from '../local/template/known.ts'
import shipped from '../tollgate.config.ts'
import { temporaryFolder } from './gateway-project.ts'
import { run } from './support/cli.ts'
import { synthesise } from './support/stack.ts'

const root = resolve(import.meta.dirname, '..')
const usual: Assumptions = { seconds: 2, kilobytes: 4, rate: 10, routes: 3, models: 4 }
const templatesOf = (config: GatewayConfig): readonly IdleTemplate[] =>
  templatesIn(synthesise(config).directory) ?? []

const everything: GatewayConfig = {
  ...shipped,
  waf: true,
  network: { vpc: 'new' },
  alerts: { topic: 'arn:aws:sns:us-east-1:123456789012:alerts' },
  monitoring: { archive: true },
  cache: {},
  organisation: { limits: [{ usd: 100, per: 'month' }] },
  providers: {
    other: {
      type: 'anthropic',
      key: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:k-abcdef',
    },
  },
}

describe('every type of resource', () => {
  it.each([
    ['the shipped configuration', shipped],
    ['one with all that costs', everything],
  ])('of %s is priced, or free for a reason', (_, config) => {
    const templates = templatesOf(config)
    expect(templates.length).toBeGreaterThan(1)
    expect(unpriced(templates)).toEqual([])
  })

  it('the local gateway knows is, too', () => {
    const known = [...Object.keys(servedTypes), ...Object.keys(idleTypes)]
    const Resources = Object.fromEntries(known.map((Type) => [Type, { Type }]))
    expect(unpriced([{ Resources }])).toEqual([])
    expect(unpriced([{ Resources: { It: { Type: 'AWS::RDS::DBInstance' } } }])).toEqual([
      'AWS::RDS::DBInstance',
    ])
  })

  it('is one or the other', () => {
    expect(Object.keys(pricedTypes).filter((type) => Object.hasOwn(freeTypes, type))).toEqual([])
  })
})

it('every price has a source and a unit', () => {
  for (const { usd, unit, source } of Object.values(prices)) {
    expect(usd).toBeGreaterThan(0)
    expect(unit).not.toBe('')
    expect(URL.parse(source)?.protocol).toBe('https:')
  }
})

const many = (Type: string, count: number, Properties = {}): IdleTemplate => ({
  Resources: Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`It${index}`, { Type, Properties }]),
  ),
})
const stat = (Period = 300) => ({ MetricStat: { Period } })
const band = { Expression: 'ANOMALY_DETECTION_BAND(m1)' }
const inZones = { VpcEndpointType: 'Interface', SubnetIds: [1, 2, 3] }

describe('while idle', () => {
  it.each<[what: string, template: IdleTemplate, usd: number, count: number]>([
    ['an alarm', many('AWS::CloudWatch::Alarm', 1, { Period: 300 }), 0.1, 1],
    ['twelve', many('AWS::CloudWatch::Alarm', 12, { Period: 60 }), 1.2, 12],
    [
      'an alarm of two metrics',
      many('AWS::CloudWatch::Alarm', 1, { Metrics: [stat(), stat(), { Expression: 'a/b' }] }),
      0.2,
      2,
    ],
    ['an alarm by the second', many('AWS::CloudWatch::Alarm', 1, { Metrics: [stat(10)] }), 0.3, 1],
    [
      'an alarm that asks of each team, of which none was there',
      many('AWS::CloudWatch::Alarm', 1, { Metrics: [{ Expression: 'SELECT MAX(x) FROM y' }] }),
      0,
      0,
    ],
    [
      'an alarm of the unusual',
      many('AWS::CloudWatch::Alarm', 1, { Metrics: [stat(), band] }),
      0.3,
      3,
    ],
    ['three dashboards', many('AWS::CloudWatch::Dashboard', 3), 0, 3],
    ['five dashboards', many('AWS::CloudWatch::Dashboard', 5), 6, 5],
    ['an endpoint in three zones', many('AWS::EC2::VPCEndpoint', 1, inZones), 21.9, 3],
    [
      'an endpoint that is a route',
      many('AWS::EC2::VPCEndpoint', 1, { VpcEndpointType: 'Gateway' }),
      0,
      0,
    ],
    ['a NAT gateway', many('AWS::EC2::NatGateway', 1), 32.85, 1],
    ['its address', many('AWS::EC2::EIP', 1), 3.65, 1],
    ['a web ACL of four rules', many('AWS::WAFv2::WebACL', 1, { Rules: [1, 2, 3, 4] }), 9, 5],
    ['three secrets', many('AWS::SecretsManager::Secret', 3), 1.2, 3],
    ['a table', many('AWS::DynamoDB::Table', 1), 0, 0],
  ])('%s', (_, template, usd, count) => {
    const parts = idleParts([template])
    expect(idleUsd(parts)).toBe(usd)
    expect(parts.reduce((sum, part) => sum + part.count, 0)).toBe(count)
  })
})

describe('a million requests', () => {
  const partsOf = (config: GatewayConfig, more: Partial<Assumptions> = {}) =>
    new Map(
      trafficParts(config, factsOf(templatesOf(shipped)), { ...usual, ...more }).map(
        ({ part, usd }) => [part, usd],
      ),
    )

  it('cost what AWS asks for each part', () => {
    const parts = partsOf(shipped)
    expect(Object.fromEntries(parts)).toMatchObject({
      'API Gateway: requests': 3.5,
      'Gateway function: invocations': 0.2,
      /** 0.5 GB for 2 s, a million times. */
      'Gateway function: time': 13.33,
      'Authorizer function: invocations': 0.2,
      /** 0.25 GB for 20 ms. */
      'Authorizer function: time': 0.07,
      'Ledger: writes for a team': 2.5,
      'History: writes': 1.25,
      /** (1 + 9 / 20) / 10 of them. */
      Traces: 0.73,
      'Answers to the internet': 0.34,
    })
  })

  it.each<[what: string, change: Partial<GatewayConfig>, part: string, usd: number | undefined]>([
    [
      'teams without limits',
      { plans: { trial: {}, standard: {}, unmetered: {} } },
      'Ledger: writes for a team',
      undefined,
    ],
    [
      'limits of all teams',
      { organisation: { limits: [{ usd: 1, per: 'day' }] } },
      'Ledger: writes for all teams',
      2.5,
    ],
    ['no history', { monitoring: { history: false } }, 'History: writes', undefined],
    ['a cache', { cache: {} }, 'Cache: writes', 2.5],
    ['no cache', {}, 'Cache: writes', undefined],
  ])('with %s', (_, change, part, usd) => {
    expect(partsOf({ ...shipped, ...change }).get(part)).toBe(usd)
  })

  it.each<[more: Partial<Assumptions>, part: string, usd: number]>([
    [{ seconds: 10 }, 'Gateway function: time', 66.67],
    [{ kilobytes: 40 }, 'Answers to the internet', 3.43],
    [{ rate: 1 }, 'Traces', 5],
    [{ rate: 100 }, 'Traces', 0.3],
  ])('assuming %j', (more, part, usd) => {
    expect(partsOf(shipped, more).get(part)).toBe(usd)
  })

  it('pass what a configuration puts before and around the functions', () => {
    const { million } = costOf(templatesOf(everything), everything, usual)
    const parts = Object.fromEntries(million.parts.map(({ part, usd }) => [part, usd]))
    expect(parts).toMatchObject({ 'Web ACL': 0.6, 'VPC endpoints: data': 0.08 })
  })
})

it('X-Ray takes the first request of a second and one in twenty of the others', () => {
  expect([0.1, 1, 2, 21].map(tracedShare)).toEqual([1, 1, 0.525, 2 / 21])
})

it('metrics are as many as the function can write', () => {
  const teams = Object.keys(shipped.teams)
  const outcomes = ['ok', 'abandoned', ...Object.keys(errorCodes)]
  const values = Object.fromEntries(Object.keys(metrics).map((name) => [name, 1]))
  const written = new Set<string>()
  for (const outcome of outcomes) {
    for (const team of teams) {
      for (const model of ['one', 'two']) {
        for (const route of ['a', 'b', 'c']) {
          const fields = { route, model, outcome, team }
          const line = metricLine(fields, values as Record<MetricName, number>, 0, true)
          for (const { Dimensions, Metrics } of JSON.parse(line)._aws.CloudWatchMetrics) {
            for (const by of Dimensions as (keyof typeof fields)[][]) {
              const at = by.map((name) => `${name}=${fields[name]}`).join()
              for (const { Name } of Metrics) written.add(`${Name} ${at}`)
            }
          }
        }
      }
    }
  }
  expect(ownSeries(shipped, { routes: 3, models: 2 })).toBe(written.size)
})

describe('sums', () => {
  it.each([
    ['shipped', shipped],
    ['with all', everything],
  ])('are those of what is shown: %s', (_, config) => {
    const { idle, million, metrics: monthly } = costOf(templatesOf(config), config, usual)
    for (const { parts, usd } of [idle, million, monthly]) {
      const cents = parts.map((part) => Math.round(part.usd * 100))
      expect(usd).toBe(cents.reduce((sum, each) => sum + each, 0) / 100)
    }
  })

  it('have no more than cents', () => {
    expect(sumOf([0.1, 0.2, 0.7])).toBe(1)
  })
})

describe('tollgate cost', () => {
  it('prints what is in its JSON', async () => {
    const { status, out, error } = await run(['cost'])
    expect([status, error]).toEqual([0, ''])
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90)
    const { idle, million, metrics: monthly } = costOf(templatesOf(shipped), shipped, usual)
    const sums = [...out.matchAll(/^together +([\d.]+)$/gm)].map(([, usd]) => Number(usd))
    expect(sums).toEqual([idle.usd, million.usd, monthly.usd])
    for (const { part, usd } of [...idle.parts, ...million.parts, ...monthly.parts]) {
      expect(out).toMatch(new RegExp(`^${part} .* ${usd.toFixed(2)}$`, 'm'))
    }
  })

  it('takes other assumptions, and tells them', async () => {
    const { out } = await run(['cost', '--json', '--seconds', '0.5', '--routes', '9'])
    const told = JSON.parse(out)
    expect(told.assumptions).toEqual({ ...usual, seconds: 0.5, routes: 9 })
    expect(told).toMatchObject({ region: 'us-east-1', unknown: [] })
    const time = told.million.parts.find(({ part }: { part: string }) =>
      /^Gateway.*time$/.test(part),
    )
    expect(time).toEqual({
      part: 'Gateway function: time',
      units: 250_000,
      unit: 'GB-seconds',
      usd: 3.33,
    })
  })

  it.each([
    [['--seconds', 'two'], "--seconds: got 'two', needs a number such as 2 or 0.5.\n"],
    [['--routes', '0'], "--routes: got '0', needs a whole number of at least 1.\n"],
    [['--models', '1.5'], "--models: got '1.5', needs a whole number of at least 1.\n"],
  ])('says what is wrong with %j', async (args, error) => {
    expect(await run(['cost', ...args])).toMatchObject({ status: 2, out: '', error })
  })
})

describe('the idle price, told to those who synthesise', () => {
  const alarms = many('AWS::CloudWatch::Alarm', 2)
  const dashboards = many('AWS::CloudWatch::Dashboard', 4)
  const secret = many('AWS::SecretsManager::Secret', 1)
  const place = `(us-east-1, 2026-11-21; npx tollgate cost)`
  it.each<[what: string, now: IdleTemplate[], before: IdleTemplate[] | undefined, lines: string[]]>(
    [
      [
        'nothing that costs',
        [{}],
        undefined,
        [`Idle, it costs 0.00 USD a month: nothing of it costs while nobody asks ${place}.`],
      ],
      [
        'the first time',
        [alarms],
        undefined,
        [`Idle, it costs 0.20 USD a month: 2 alarm metrics 0.20 ${place}.`],
      ],
      [
        'no change',
        [alarms],
        [alarms],
        [`Idle, it costs 0.20 USD a month: 2 alarm metrics 0.20 ${place}.`],
      ],
      [
        'more and less',
        [alarms, dashboards],
        [secret],
        [
          `Idle, it costs 3.20 USD a month: 4 dashboards 3.00, 2 alarm metrics 0.20 ${place}.`,
          'Since the last synth: +4 dashboards, +2 alarm metrics, -1 secret; +2.80 USD a month.',
        ],
      ],
      [
        'what is not known',
        [many('AWS::RDS::DBInstance', 1)],
        [secret],
        [
          `Idle, it costs 0.00 USD a month: nothing of it costs while nobody asks ${place}.`,
          'Since the last synth: -1 secret; -0.40 USD a month.',
          'What these cost is not known: AWS::RDS::DBInstance.',
        ],
      ],
    ],
  )('%s', (_, now, before, lines) => {
    expect(idleLines(now, before)).toEqual(lines)
  })

  it('is on standard error of the app that `cdk` runs, with what changed', async () => {
    const folder = await temporaryFolder()
    mkdirSync(folder, { recursive: true })
    const artifact = { type: 'aws:cloudformation:stack', properties: { templateFile: 'old.json' } }
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts: { Old: artifact } }))
    writeFileSync(join(folder, 'old.json'), JSON.stringify(secret))
    const context = { 'aws:cdk:bundling-stacks': [] }
    const app = spawn(process.execPath, [join(root, 'bin/tollgate.ts')], {
      cwd: root,
      env: {
        ...process.env,
        CDK_OUTDIR: folder,
        CDK_CLI_VERSION: '2.0.0',
        CDK_CONTEXT_JSON: JSON.stringify(context),
      },
    })
    const said = { out: '', error: '' }
    app.stdout.on('data', (text: Buffer) => (said.out += text))
    app.stderr.on('data', (text: Buffer) => (said.error += text))
    expect(await once(app, 'close')).toEqual([0, null])
    expect(said.out).toBe('')
    const now = templatesOf(shipped)
    expect(said.error).toBe(`${idleLines(now, [secret]).join('\n')}\n`)
    expect(said.error).toMatch(/^Since the last synth: .*-1 secret; /m)
  })
})
