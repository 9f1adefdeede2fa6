/** A wrong configuration is told in full: where, what it is, and what would work. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { modelById } from '../lambda/models/index.ts'
import { checkConfig } from '../lib/gateway-config.ts'
import example from '../tollgate.config.ts'

const base = {
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0' },
  plans: { trial: {} },
  teams: { demo: { plan: 'trial', models: ['nova'] } },
}
const titan = modelById.get('amazon.titan-text-lite-v1')
const own = { ...titan, id: 'acme.large-v1', name: 'Acme Large' }
const rates = { from: '2026-01-01', input: 1, output: 2 }

const plans = (quota: unknown) => ({ plans: { trial: { quota } } })
const throttle = (rate: unknown, burst: unknown) => ({ throttle: { rate, burst } })
const team = (more: object) => ({ teams: { demo: { ...base.teams.demo, ...more } } })
const model = (nova: unknown) => ({ models: { nova } })
const teamNames = 'teams: got "%", needs names of 1 to 40 lower-case letters and digits'

function problemsOf(change: object): string[] {
  try {
    checkConfig({ ...base, ...change })
    return []
  } catch (error) {
    return String((error as Error).message).split('\n')
  }
}

describe('what may be configured', () => {
  it.each<[string, object]>([
    ['the shipped example', example],
    ['the least there can be', base],
    ['a quota of each period', plans({ limit: 1, period: 'WEEK', offset: 6 })],
    ['a throttle of less than one a second', throttle(0.1, 1)],
    [
      'regions with an endpoint',
      { regions: [{ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' }] },
    ],
    ['a profile', model('us.amazon.nova-lite-v1:0')],
    [
      'a profile’s ARN',
      model('arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0'),
    ],
    ['a row of one’s own', model(own)],
    ['the whole catalogue', team({ models: '*', contact: '#team', key: 'command-line' })],
    [
      'stage, auth and logs',
      { stage: 'prod_2', auth: 'x-api-key', logs: { retentionDays: 7, accountRole: false } },
    ],
  ])('%s', (_, change) => {
    expect(problemsOf(change)).toEqual([])
  })
})

describe('what may not', () => {
  it.each<[object, string]>([
    [{ regions: [] }, 'regions: got [], needs at least one'],
    [{ regions: 'us-east-1' }, 'regions: got "us-east-1", needs a list'],
    [
      { regions: ['us-east1'] },
      'regions[0]: got "us-east1", needs a region\'s name, such as us-east-1',
    ],
    [
      { regions: ['us-east-1', 'us-east-1'] },
      'regions[1]: got "us-east-1", needs a region that is not in the list already',
    ],
    [
      { regions: ['us-east-1', 'us-gov-west-1'], models: {}, ...team({ models: '*' }) },
      'regions[1]: got "us-gov-west-1", needs a region of the partition of us-east-1, aws',
    ],
    [
      { regions: [{ region: 'us-east-1', endpoint: 'ftp://x' }] },
      'regions[0].endpoint: got "ftp://x", needs an http:// or https:// address',
    ],
    [
      { regions: [{ region: 'us-east-1', endpont: '' }] },
      "regions[0].endpont: is not known here; did you mean 'endpoint'?",
    ],
    [{ stages: 'v1' }, "stages: is not known here; did you mean 'stage'?"],
    [
      { wibble: 1 },
      'wibble: is not known here; known are regions, models, plans, teams, stage, auth, throttle, organisation, timeZone, alerts, network, waf, domain, cors, providers, cloudflare, timeouts, guard, decorate, allow_untemplated, transform, guardrail, cache, templates, monitoring, logs',
    ],
    [
      { monitoring: { alarms: 'yes' } },
      'monitoring.alarms: got "yes", needs true, false, or an object with errorPercent, overheadMs, throttles',
    ],
    [
      { monitoring: { alarms: { errorPercent: 101 } } },
      'monitoring.alarms.errorPercent: got 101, needs a number above 0 and at most 100 percent',
    ],
    [
      { monitoring: { alarms: { overheadMs: 0 } } },
      'monitoring.alarms.overheadMs: got 0, needs a whole number from 1 to 60000',
    ],
    [
      { monitoring: { alarms: { throttles: 1.5 } } },
      'monitoring.alarms.throttles: got 1.5, needs a whole number from 1 to 1000000',
    ],
    [
      { monitoring: { dashbords: true } },
      "monitoring.dashbords: is not known here; did you mean 'dashboards'?",
    ],
    [{ monitoring: { archive: 1 } }, 'monitoring.archive: got 1, needs true or false'],
    [{ stage: 'v-1' }, 'stage: got "v-1", needs letters, digits and _ only'],
    [
      { auth: 'bearer' },
      'auth: got "bearer", needs one of "any", "x-api-key", or an object with jwt',
    ],
    [
      plans({ limit: -5, period: 'MONTH' }),
      'plans.trial.quota.limit: got -5, needs a whole number of at least 1',
    ],
    [
      plans({ limit: 1.5, period: 'MONTH' }),
      'plans.trial.quota.limit: got 1.5, needs a whole number of at least 1',
    ],
    [
      plans({ limit: '100', period: 'MONTH' }),
      'plans.trial.quota.limit: got "100", needs a whole number of at least 1',
    ],
    [
      plans({ period: 'DAY' }),
      'plans.trial.quota.limit: got nothing, needs a whole number of at least 1',
    ],
    [
      plans({ limit: 5, period: 'day' }),
      'plans.trial.quota.period: got "day", needs one of "DAY", "WEEK", "MONTH"',
    ],
    [
      plans({ limit: 5, period: 'DAY', offset: 1 }),
      'plans.trial.quota.offset: got 1, needs 0 with the period DAY',
    ],
    [
      plans({ limit: 5, period: 'WEEK', offset: 7 }),
      'plans.trial.quota.offset: got 7, needs 0 to 6 with the period WEEK',
    ],
    [
      plans({ limit: 5, period: 'MONTH', offset: -1 }),
      'plans.trial.quota.offset: got -1, needs a whole number of at least 0',
    ],
    [throttle(0, 1), 'throttle.rate: got 0, needs a number above 0'],
    [throttle(Number.NaN, 1), 'throttle.rate: got NaN, needs a number above 0'],
    [throttle(1, 0), 'throttle.burst: got 0, needs a whole number of at least 1'],
    [{ plans: {} }, 'plans: got {}, needs at least one'],
    [{ teams: {} }, 'teams: got {}, needs at least one'],
    [{ teams: { 'Team-A': base.teams.demo } }, teamNames.replace('%', 'Team-A')],
    [{ teams: { ['x'.repeat(41)]: base.teams.demo } }, teamNames.replace('%', 'x'.repeat(41))],
    [
      team({ plan: 'trail' }),
      'teams.demo.plan: got "trail", needs the name of a configured plan (trial); did you mean \'trial\'?',
    ],
    [
      team({ plan: 'toString' }),
      'teams.demo.plan: got "toString", needs the name of a configured plan (trial)',
    ],
    [
      team({ models: ['nowa'] }),
      'teams.demo.models[0]: got "nowa", needs the name of a configured alias (nova); did you mean \'nova\'?',
    ],
    [team({ models: [] }), 'teams.demo.models: got [], needs at least one'],
    [
      team({ log: 'everything' }),
      'teams.demo.log: got "everything", needs one of "none", "metadata", "full"',
    ],
    [team({ contact: '' }), 'teams.demo.contact: got "", needs a text that is not empty'],
    [
      team({ key: 'later' }),
      'teams.demo.key: got "later", needs one of "deployment", "command-line"',
    ],
    [
      model('amazon.nova-lite-v1'),
      'models.nova: got "amazon.nova-lite-v1", needs a model id of the catalogue, or a row of its own; did you mean \'amazon.nova-lite-v1:0\'?',
    ],
    [
      { models: { Nova: 'amazon.nova-lite-v1:0', nova: 'amazon.nova-lite-v1:0' } },
      'models: got "Nova", needs names of lower-case letters, digits and . _ -',
    ],
    [
      {
        models: {
          nova: 'amazon.nova-lite-v1:0',
          'amazon.titan-text-lite-v1': 'amazon.titan-text-lite-v1',
        },
      },
      'models.amazon.titan-text-lite-v1: got "amazon.titan-text-lite-v1", needs another name: a model of the catalogue has this id',
    ],
    [
      model('eu.amazon.nova-lite-v1:0'),
      'models.nova: got "eu.amazon.nova-lite-v1:0", which cannot be called from us-east-1; there it is us.amazon.nova-lite-v1:0',
    ],
    [
      { regions: ['sa-east-1'] },
      'models.nova: got "amazon.nova-lite-v1:0", which cannot be called from sa-east-1; it has the profile us, the profile eu, the profile apac, the profile ca, us-east-1, us-gov-west-1',
    ],
    [
      model({ ...own, price: [{ ...rates, input: 0 }] }),
      'models.nova.price[0].input: got 0, needs USD a million tokens: from 0.001 to 1000, with at most six decimals',
    ],
    [
      model({ ...own, price: [{ ...rates, output: 2000 }] }),
      'models.nova.price[0].output: got 2000, needs USD a million tokens: from 0.001 to 1000, with at most six decimals',
    ],
    [model({ ...own, price: [] }), 'models.nova.price: got [], needs at least one'],
    [
      model({ ...own, accepts: { ...own.accepts, system: 'yes' } }),
      'models.nova.accepts.system: got "yes", needs true or false',
    ],
    [model({ ...own, body: 'llama' }), 'models.nova.body: got "llama", needs an object'],
    [
      model(titan),
      'models.nova.id: got "amazon.titan-text-lite-v1", which the catalogue has; needs that id in place of the row',
    ],
    [
      { logs: { retentionDays: 31 } },
      'logs.retentionDays: got 31, needs one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653',
    ],
  ])('%j', (change, problem) => {
    expect(problemsOf(change)).toEqual([problem])
  })

  it.each([undefined, null, 'config', []])('%j in place of a configuration', (value) => {
    expect(() => checkConfig(value)).toThrow(/^the configuration: got .*, needs an object$/)
  })

  it('is told all at once', () => {
    const wrong = { ...plans({ limit: 0, period: 'DAY' }), ...throttle(-1, 0), stage: '' }
    expect(problemsOf(wrong)).toHaveLength(4)
  })
})

describe('the app', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'tollgate-')), 'other.config.ts')
  const app = resolve(import.meta.dirname, '../bin/tollgate.ts')
  const run = (text: string) => {
    writeFileSync(file, text)
    const CDK_CONTEXT_JSON = JSON.stringify({ config: file, 'aws:cdk:bundling-stacks': [] })
    const env = { ...process.env, CDK_CONTEXT_JSON, CDK_OUTDIR: join(file, '../cdk.out') }
    return spawnSync(process.execPath, [app], { env, encoding: 'utf8' })
  }

  it('tells what is wrong with a configuration, and nothing of itself', () => {
    const { status, stderr } = run(`export default ${JSON.stringify({ ...base, stage: 'v-1' })}`)
    expect(status).toBe(1)
    expect(stderr).toMatch(/other\.config\.ts cannot be used:\nstage: got "v-1", needs .*\n$/)
  })

  it('tells of a file that cannot be read', () => {
    expect(run('export default {')).toMatchObject({
      status: 1,
      stderr: expect.not.stringContaining(' at '),
    })
  })

  it('takes another configuration than the shipped one', () => {
    expect(run(`export default ${JSON.stringify(base)}`)).toMatchObject({ status: 0, stderr: '' })
  })
})
