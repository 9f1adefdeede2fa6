/** Limits that cannot be meant are told before anything is deployed: where, what they are, what would work. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Limit, PlanLimit } from '../lambda/core/config.ts'
import { modelById } from '../lambda/models/index.ts'
import { checkConfig } from '../lib/gateway-config.ts'
import { gatewayLimitFields, planLimitFields } from '../lib/limits-form.ts'

const base = {
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0', titan: 'amazon.titan-text-express-v1' },
  plans: { trial: {} },
  teams: { demo: { plan: 'trial', models: ['nova'] } },
}
const topicOf = (region: string) => `arn:aws:sns:${region}:123456789012:budgets`
const unpriced = {
  ...modelById.get('amazon.titan-text-lite-v1'),
  id: 'acme.large-v1',
  price: [{ from: '2999-01-01', input: 1, output: 2 }],
}

const plan = (trial: object) => ({ plans: { trial } })
const limits = (...all: readonly object[]) => plan({ limits: all })
const organisation = (...all: readonly object[]) => ({ organisation: { limits: all } })
const unpricedFor = (models: readonly string[]) => ({
  models: { ...base.models, acme: unpriced },
  teams: { demo: { plan: 'trial', models } },
})

function problemsOf(change: object): string[] {
  try {
    checkConfig({ ...base, ...change })
    return []
  } catch (error) {
    return String((error as Error).message).split('\n')
  }
}

describe('what may be limited', () => {
  it.each<[string, object]>([
    ['nothing', limits()],
    ['requests a minute', limits({ requests: 1, per: 'minute' })],
    [
      'the least there is of each',
      limits({ tokens: 1, per: 'day' }, { usd: 0.000001, per: 'day' }),
    ],
    ['the most', limits({ usd: 1_000_000_000, per: 'month' })],
    [
      'cents and their parts',
      limits({ usd: 0.1, per: 'week' }, { usd: 1234.567891, per: 'month' }),
    ],
    ['what only warns, or reports', limits({ usd: 5, per: 'day', then: 'warn' })],
    [
      'a team, each key, each model and one model apart',
      limits(
        { tokens: 9, per: 'day' },
        { tokens: 9, per: 'day', each: 'key' },
        { tokens: 9, per: 'day', each: 'model' },
        { tokens: 9, per: 'day', each: 'model', model: 'nova' },
        { tokens: 9, per: 'day', each: 'model', model: 'titan' },
      ),
    ],
    ['a day as much as its month', limits({ usd: 5, per: 'day' }, { usd: 5, per: 'month' })],
    ['a week in two months', limits({ usd: 10, per: 'week' }, { usd: 5, per: 'month' })],
    [
      'a day above a month that refuses nothing',
      limits({ usd: 9, per: 'day' }, { usd: 5, per: 'month', then: 'report' }),
    ],
    [
      'a key’s day above the team’s month',
      limits({ usd: 9, per: 'day', each: 'key' }, { usd: 5, per: 'month' }),
    ],
    [
      'a lower limit, tried beside the one in force',
      limits({ usd: 9, per: 'day' }, { usd: 5, per: 'day', then: 'report' }),
    ],
    ['calls at once', plan({ maxParallel: 1, mode: 'tight', onLedgerFailure: 'allow' })],
    ['the organisation', organisation({ usd: 500, per: 'month' }, { tokens: 10, per: 'minute' })],
    ['the windows of Kathmandu', { timeZone: 'Asia/Kathmandu' }],
    ['windows in UTC, by any of its names', { timeZone: 'Etc/UTC' }],
    ['with somebody who is told', { alerts: { topic: topicOf('us-east-1') } }],
    [
      'in USD, where one model of two has a price',
      { ...limits({ usd: 5, per: 'day' }), ...unpricedFor(['nova', 'acme']) },
    ],
    [
      'in tokens, where no model has a price',
      { ...limits({ tokens: 5, per: 'day' }), ...unpricedFor(['acme']) },
    ],
    [
      'in USD as a report, where no model has a price',
      { ...limits({ usd: 5, per: 'day', then: 'report' }), ...unpricedFor(['acme']) },
    ],
  ])('%s', (_, change) => {
    expect(problemsOf(change)).toEqual([])
  })
})

const measureNeeds = 'needs exactly one of requests, tokens, usd'
const zoneNeeds = 'needs the IANA name of a time zone, such as Europe/Berlin'
const topicNeeds =
  'needs the ARN of a standard SNS topic, such as arn:aws:sns:us-east-1:123456789012:budgets'
const priceNeeds =
  'teams.demo.models: got ["acme"], none of which has a price in force, so a limit in USD refuses every request; needs one with a price'
const first = 'plans.trial.limits[0]'

describe('what may not', () => {
  it.each<[object, string]>([
    [plan({ limits: {} }), 'plans.trial.limits: got {}, needs a list'],
    [limits({ per: 'day' }), `${first}: got {"per":"day"}, ${measureNeeds}`],
    [
      limits({ tokens: 1, usd: 2, per: 'day' }),
      `${first}: got {"tokens":1,"usd":2,"per":"day"}, ${measureNeeds}, not tokens and usd`,
    ],
    [
      limits({ requests: 0, per: 'day' }),
      `${first}.requests: got 0, needs a whole number of at least 1`,
    ],
    [
      limits({ tokens: 1.5, per: 'day' }),
      `${first}.tokens: got 1.5, needs a whole number of at least 1`,
    ],
    [
      limits({ tokens: 1e300, per: 'day' }),
      `${first}.tokens: got 1e+300, needs a whole number of at least 1`,
    ],
    [
      limits({ usd: 0, per: 'day' }),
      `${first}.usd: got 0, needs a number above 0 and at most 1000000000 USD`,
    ],
    [
      limits({ usd: '5', per: 'day' }),
      `${first}.usd: got "5", needs a number above 0 and at most 1000000000 USD`,
    ],
    [
      limits({ usd: 1_000_000_001, per: 'day' }),
      `${first}.usd: got 1000000001, needs a number above 0 and at most 1000000000 USD`,
    ],
    [limits({ usd: 0.0000001, per: 'day' }), `${first}.usd: got 1e-7, needs at most six decimals`],
    [
      limits({ usd: 1.2345678, per: 'day' }),
      `${first}.usd: got 1.2345678, needs at most six decimals`,
    ],
    [
      limits({ usd: 5 }),
      `${first}.per: got nothing, needs one of "minute", "day", "week", "month"`,
    ],
    [
      limits({ usd: 5, per: 'MONTH' }),
      `${first}.per: got "MONTH", needs one of "minute", "day", "week", "month"`,
    ],
    [
      limits({ usd: 5, per: 'day', then: 'block' }),
      `${first}.then: got "block", needs one of "refuse", "warn", "report"`,
    ],
    [
      limits({ usd: 5, per: 'day', each: 'user' }),
      `${first}.each: got "user", needs one of "team", "key", "model"`,
    ],
    [
      limits({ usd: 5, per: 'day', model: 'nova' }),
      `${first}.model: got "nova", needs each: 'model' beside it`,
    ],
    [
      limits({ usd: 5, per: 'day', each: 'key', model: 'nova' }),
      `${first}.model: got "nova", needs each: 'model' beside it`,
    ],
    [
      limits({ usd: 5, per: 'day', each: 'model', model: 'nowa' }),
      `${first}.model: got "nowa", needs the name of a configured alias (nova, titan); did you mean 'nova'?`,
    ],
    [
      limits({ usd: 5, per: 'day', each: 'model', model: 'amazon.nova-lite-v1:0' }),
      `${first}.model: got "amazon.nova-lite-v1:0", needs the name of a configured alias (nova, titan)`,
    ],
    [
      limits({ usd: 5, par: 'day', per: 'day' }),
      `${first}.par: is not known here; did you mean 'per'?`,
    ],
    [
      limits({ usd: 5, per: 'day' }, { usd: 9, per: 'day', each: 'team', then: 'refuse' }),
      `plans.trial.limits[1]: got {"usd":9,"per":"day","each":"team","then":"refuse"}, which counts what ${first} counts; needs only one of them`,
    ],
    [
      limits({ usd: 5, per: 'day' }, { usd: 9, per: 'day', then: 'report' }),
      `plans.trial.limits[1].usd: got 9, which is never reached: ${first} ends at 5 a day; needs at most 5`,
    ],
    [
      limits({ usd: 50, per: 'day' }, { usd: 40, per: 'month' }),
      `${first}.usd: got 50, which is never reached: plans.trial.limits[1] ends at 40 a month; needs at most 40`,
    ],
    [
      limits({ tokens: 81, per: 'week', each: 'key' }, { tokens: 40, per: 'month', each: 'key' }),
      `${first}.tokens: got 81, which is never reached: plans.trial.limits[1] ends at 40 a month; needs at most 80`,
    ],
    [
      organisation({ usd: 5, per: 'day', each: 'key' }),
      'organisation.limits[0].each: is not known here; known are per, requests, tokens, usd, then',
    ],
    [
      organisation({ requests: 5, per: 'day' }, { requests: 6, per: 'minute' }),
      'organisation.limits[1].requests: got 6, which is never reached: organisation.limits[0] ends at 5 a day; needs at most 5',
    ],
    [{ organisation: {} }, 'organisation.limits: got nothing, needs a list'],
    [
      plan({ maxParallel: 0 }),
      'plans.trial.maxParallel: got 0, needs a whole number of at least 1',
    ],
    [plan({ mode: 'soft' }), 'plans.trial.mode: got "soft", needs one of "hard", "tight"'],
    [
      plan({ onLedgerFailure: 'open' }),
      'plans.trial.onLedgerFailure: got "open", needs one of "refuse", "allow"',
    ],
    [plan({ limit: [] }), "plans.trial.limit: is not known here; did you mean 'limits'?"],
    [
      { timeZone: 'Europe/Berln' },
      `timeZone: got "Europe/Berln", ${zoneNeeds}; did you mean 'Europe/Berlin'?`,
    ],
    [{ timeZone: '+01:00' }, `timeZone: got "+01:00", ${zoneNeeds}`],
    [{ timeZone: '' }, `timeZone: got "", ${zoneNeeds}`],
    [{ timeZone: 60 }, `timeZone: got 60, ${zoneNeeds}`],
    [{ alerts: {} }, `alerts.topic: got nothing, ${topicNeeds}`],
    [{ alerts: { topic: 'budgets' } }, `alerts.topic: got "budgets", ${topicNeeds}`],
    [
      { alerts: { topic: `${topicOf('us-east-1')}.fifo` } },
      `alerts.topic: got "${topicOf('us-east-1')}.fifo", ${topicNeeds}`,
    ],
    [
      { alerts: { topic: topicOf('eu-west-1') } },
      `alerts.topic: got "${topicOf('eu-west-1')}", needs a topic in us-east-1, where the gateway is`,
    ],
    [{ ...limits({ usd: 5, per: 'day' }), ...unpricedFor(['acme']) }, priceNeeds],
    [{ ...organisation({ usd: 5, per: 'day' }), ...unpricedFor(['acme']) }, priceNeeds],
  ])('%j', (change, problem) => {
    expect(problemsOf(change)).toEqual([problem])
  })

  it('is told all at once', () => {
    const wrong = { ...limits({ usd: -1, per: 'day' }, {}), timeZone: 'Mars/Olympus' }
    expect(problemsOf(wrong)).toHaveLength(4)
  })
})

describe('the types', () => {
  it('say the same of a limit', () => {
    const good: readonly PlanLimit[] = [
      { usd: 5, per: 'month' },
      { tokens: 5, per: 'day', then: 'report', each: 'model', model: 'nova' },
    ]
    const ofAll: readonly Limit[] = [{ requests: 5, per: 'minute', then: 'warn' }]
    expect(problemsOf({ ...limits(...good), ...organisation(...ofAll) })).toEqual([])
  })
})

describe('the pages', () => {
  const page = (name: string): string =>
    readFileSync(resolve(import.meta.dirname, '../docs', name), 'utf8')

  it('show a configuration that may be deployed', () => {
    const [, shown = ''] = /^```ts\nexport default defineGateway\(([\s\S]*?)\)\n```$/m.exec(
      page('budgets.md'),
    ) ?? ['', '']
    const config: unknown = new Function(`return (${shown})`)()
    expect(checkConfig(config)).toBe(config)
    expect(shown).toMatch(/each: 'key'[\s\S]*each: 'model'[\s\S]*then: 'report'/)
  })

  it('name every field', () => {
    const fields = [...Object.keys(planLimitFields), ...Object.keys(gatewayLimitFields)]
    for (const field of fields) expect(page('configuring.md')).toMatch(`\`${field}`)
  })
})
