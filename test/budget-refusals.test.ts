/** Limits that are met, by whole requests over HTTP: what clients do then, and who is told. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { beforeAll, describe, expect, it } from 'vitest'
import type { PlanLimit } from '../lambda/core/config.ts'
import { attributeOf, controlKey } from '../lambda/ledger/control.ts'
import { openStore } from '../lambda/ledger/store.ts'
import { served } from './support/served.ts'

const plans = {
  never: { limits: [{ usd: 0.000_001, per: 'month' }] },
  soon: { limits: [{ tokens: 4_000, per: 'month' }] },
  two: { maxParallel: 2 },
  trial: { limits: [{ requests: 1, per: 'month', then: 'report' }] },
  five: { limits: [{ requests: 5, per: 'month' }] },
  roomy: { limits: [{ tokens: 1_000_000, per: 'month' }] },
} as const satisfies Record<string, { limits?: readonly PlanLimit[]; maxParallel?: number }>

const planned = ['never', 'soon', 'two', 'trial', 'five'] as const
const roomy = ['paused', 'model', 'ended', 'gone'] as const

const gateway = served({
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0', llama: 'meta.llama3-3-70b-instruct-v1:0' },
  plans,
  teams: {
    ...Object.fromEntries(planned.map((plan) => [plan, { plan, models: '*' }])),
    ...Object.fromEntries(roomy.map((team) => [team, { plan: 'roomy', models: '*' }])),
  },
})

/** Of requests to a store that checks no signatures. */
beforeAll(() => {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIATOLLGATEREFUSALS',
    AWS_SECRET_ACCESS_KEY: '-',
  })
})

const bedrock = () => {
  const simulator = gateway.local().simulators['us-east-1']
  if (simulator === undefined) throw new Error('There is no simulator.')
  return simulator
}

const messages = [{ role: 'user' as const, content: 'Hello' }]

async function ask(team: string, more: object = {}): Promise<Response> {
  return fetch(`${gateway.url()}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': gateway.key(team) },
    body: JSON.stringify({ model: 'nova', max_tokens: 50, messages, ...more }),
  })
}

const refusalOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { code: string; message: string } }
  return { status: answer.status, code: error.code, message: error.message }
}

async function spend(team: string): Promise<void> {
  const messages = [{ role: 'user', content: '[[simulate:words:200]]' }]
  expect((await ask(team, { messages, max_tokens: 1_000 })).status).toBe(200)
}

async function linesOf(team: string): Promise<readonly Record<string, unknown>[]> {
  await gateway.local().settled()
  const lines = gateway.lines.map(({ line }) => JSON.parse(line) as Record<string, unknown>)
  return lines.filter((line) => line.team === team)
}

describe('a client that tries again by itself', () => {
  const clients = {
    openai: (team: string, max_tokens: number) =>
      new OpenAI({
        baseURL: `${gateway.url()}/v1`,
        apiKey: gateway.key(team),
      }).chat.completions.create({ model: 'nova', messages, max_tokens }),
    anthropic: (team: string, max_tokens: number) =>
      new Anthropic({ baseURL: gateway.url(), apiKey: gateway.key(team) }).messages.create({
        ...{ model: 'nova', messages, max_tokens },
      }),
  }

  const refusals = () => gateway.requests.filter(({ status }) => status === 429).length

  it.each([
    ['openai', 'that lasts for ever', 'never'],
    ['anthropic', 'that lasts for ever', 'never'],
    ['openai', 'that lasts for the month', 'soon'],
    ['anthropic', 'that lasts for the month', 'soon'],
  ] as const)('%s asks once at a limit %s', async (client, _, team) => {
    if (team === 'soon') await spend(team)
    const arrived = refusals()
    const sent = bedrock().requests.length
    const refused = await clients[client](team, 3_500).catch((error: unknown) => error)
    expect(refused).toMatchObject({ status: 429 })
    const { headers } = refused as { headers: Headers }
    expect(headers.get('x-should-retry')).toBe('false')
    expect(headers.has('retry-after')).toBe(team === 'soon')
    await expect.poll(() => refusals() - arrived).toBe(1)
    expect(bedrock().requests.length).toBe(sent)
  })
})

describe('calls at once', () => {
  it('are refused above so many, and pass when one has ended', async () => {
    bedrock().fault('slow-stream:150', { times: 2 })
    const messages = [{ role: 'user', content: '[[simulate:words:60]]' }]
    const slow = { max_tokens: 500, messages, stream: true }
    const both = await Promise.all([ask('two', slow), ask('two', slow)])
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    const third = await ask('two')
    expect(third.headers.get('retry-after')).toBe('1')
    expect(await refusalOf(third)).toMatchObject({ status: 429, code: 'throttled' })
    await Promise.all(both.map((one) => one.text()))
    await gateway.local().settled()
    expect((await ask('two')).status).toBe(200)
  })
})

describe('a limit that is only tried', () => {
  it('refuses nobody, and writes whom it would have refused', async () => {
    for (let calls = 0; calls < 3; calls += 1) expect((await ask('trial')).status).toBe(200)
    const would = (await linesOf('trial')).filter(({ event }) => event === 'would-refuse')
    expect(would).toMatchObject([{ WouldRefuse: 1 }, { WouldRefuse: 1 }])
    expect(would[0]?.limit).toContain('of 1 requests a month')
  })
})

describe('a limit of five', () => {
  it('warns at four and at five, once each, and refuses the sixth', async () => {
    for (let calls = 0; calls < 5; calls += 1) expect((await ask('five')).status).toBe(200)
    expect(await refusalOf(await ask('five'))).toMatchObject({
      status: 429,
      code: 'quota_exceeded',
    })
    const warned = (await linesOf('five')).filter(({ event }) => event === 'warning')
    expect(warned.map(({ limit }) => limit)).toEqual([
      expect.stringContaining('4 of 5 requests a month'),
      expect.stringContaining('5 of 5 requests a month'),
    ])
    const events = gateway
      .local()
      .events()
      .filter(({ detail }) => detail.team === 'five')
    expect(events).toMatchObject([
      { source: 'tollgate', detailType: 'Budget warning', detail: { percent: 80 } },
      { source: 'tollgate', detailType: 'Budget warning', detail: { percent: 100 } },
    ])
  })
})

describe('what an operator has decided', () => {
  const patience = { timeout: 15_000, interval: 200 }
  const reason = 'a loop in the nightly job'
  const pause = { reason, since: Date.now() }

  const ended = () => gateway.key('ended').slice('ended'.length, 'ended'.length + 8)
  const decided = () => ({
    [attributeOf.team('paused')]: pause,
    [attributeOf.model('llama')]: pause,
    [attributeOf.key(ended())]: { expires: Date.now() - 1 },
  })

  const concerned = [
    ['a team', 'paused', 'nova', 403],
    ['a model', 'model', 'llama', 403],
    ['a key', 'ended', 'nova', 401],
  ] as const

  beforeAll(async () => {
    for (const [, team, model] of concerned) expect((await ask(team, { model })).status).toBe(200)
    const { Table: table = '' } = gateway.local().outputs
    const store = openStore({ table, region: 'us-east-1', endpoint: gateway.local().aws })
    const texts = Object.entries(decided()).map(([name, value]) => [name, JSON.stringify(value)])
    await store.update({ key: controlKey, set: Object.fromEntries(texts) })
  })

  it.each(concerned)('of %s holds within seconds', async (_, team, model, status) => {
    await expect.poll(async () => (await ask(team, { model })).status, patience).toBe(status)
    const sent = bedrock().requests.length
    const refused = await refusalOf(await ask(team, { model }))
    if (status === 401) expect(refused.code).toBe('invalid_api_key')
    else
      expect([refused.code, refused.message]).toEqual([
        'access_denied',
        expect.stringMatching(reason),
      ])
    expect(bedrock().requests.length).toBe(sent)
    expect((await ask('gone')).status).toBe(200)
  })
})
