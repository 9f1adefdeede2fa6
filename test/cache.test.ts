/** A repeated request is answered from what is remembered: on every route, and only to whom it belongs. */
import { describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { everything } from './support/effort.ts'
import { toldBy } from './support/fault-answers.ts'
import {
  type InProcessAnswer,
  type InProcessRequest,
  invoke,
  tableItems,
} from './support/in-process.ts'
import './support/patient-cache.ts'
import { twoRegions } from './support/regions.ts'
import { embedding, ways } from './support/ways.ts'

const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  regions: ['us-east-1'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    vectors: 'amazon.titan-embed-text-v2:0',
  },
  cache: {},
  plans: { free: {}, limited: { limits: [{ usd: 1_000, per: 'month' }] } },
  teams: {
    demo: { plan: 'free', models: '*' },
    other: { plan: 'free', models: '*' },
    strict: { plan: 'free', models: '*', guard: { output: { deny: ['utopia'] } } },
    paying: { plan: 'limited', models: '*' },
  },
}
vi.mock('#gateway-config', () => ({ default: config }))

const regions = twoRegions()
const upstream = () => regions.east.requests().length
const kept = { 'x-tollgate-cache-ttl': '600' }
let asked = 0
const fresh = () => `What is the ${asked++}th dystopia? [[simulate:words:30]]`

const ask = (request: InProcessRequest, headers: Readonly<Record<string, string>> = kept) =>
  invoke({ ...request, headers })

const statusOf = ({ headers }: InProcessAnswer) => headers['x-tollgate-cache']

/** Without what tells one request from another: its id, its time, and what it cost. */
function identity({ bytes, headers }: InProcessAnswer): string {
  const id = headers['x-request-id'] ?? ''
  return bytes
    .toString('latin1')
    .replaceAll(id, 'ID')
    .replaceAll(id.replaceAll(/[^a-z0-9]/g, ''), 'ID')
    .replaceAll(/("created(_at)?":\s*)\d+/g, '$1TIME')
    .replaceAll(/("cost_usd":\s*)[\d.e-]+/g, '$1COST')
}

const question = (text: string, more: object = {}): InProcessRequest => ({
  resource: '/v1/chat/completions',
  body: JSON.stringify({
    ...{ model: 'nova', max_tokens: 100, messages: [{ role: 'user', content: text }] },
    ...more,
  }),
})

const cases = [
  ...ways.flatMap((way) =>
    ['nova', 'claude'].flatMap((model) => way.streams.map((stream) => ({ way, model, stream }))),
  ),
  ...embedding.map((way) => ({ way, model: 'vectors', stream: false })),
].map((one) => ({
  ...one,
  name: `${one.way.name}, ${one.model}, ${one.stream ? 'streamed' : 'whole'}`,
}))

describe('a repeated request', () => {
  it.each(cases)('$name', async ({ way, model, stream }) => {
    const request = way.ask({ model, text: fresh(), maxTokens: 200, stream })
    const one = await ask(request)
    const calls = upstream()
    const two = await ask(request)
    expect([one.statusCode, two.statusCode]).toEqual([200, 200])
    expect([statusOf(one), statusOf(two)]).toEqual(['miss', 'hit'])
    expect(upstream()).toBe(calls)
    expect(identity(two)).toBe(identity(one))
    for (const name of ['content-type', 'x-tollgate-model', 'x-tollgate-region']) {
      expect(two.headers[name], name).toBe(one.headers[name])
    }
    expect(two.headers).toMatchObject({ age: '0', 'cache-control': 'no-store' })
    expect(two.headers).not.toHaveProperty('x-tollgate-attempts')
    expect(two.headers['x-tollgate-cost-usd']).toBe(stream ? undefined : '0')

    const [first = {}, second = {}] = [...one.lines, ...two.lines]
    expect(first).toMatchObject({ cache: 'miss', CacheMisses: 1 })
    expect(second).toMatchObject({ cache: 'hit', CacheHits: 1, CostMicroUsd: 0, outcome: 'ok' })
    expect(second.CacheSavedMicroUsd).toBe(first.CostMicroUsd)
    expect(second.stop).toBe(first.stop)
  })

  it.each(ways.filter(({ streams }) => streams.length === 2))(
    '$name: a whole answer serves a stream, and a stream a whole answer',
    async (way) => {
      for (const stream of [false, true]) {
        const said = { model: 'claude', text: fresh(), maxTokens: 200 }
        const one = await ask(way.ask({ ...said, stream }))
        const calls = upstream()
        const two = await ask(way.ask({ ...said, stream: !stream }))
        expect([statusOf(one), statusOf(two)]).toEqual(['miss', 'hit'])
        expect(upstream()).toBe(calls)
        expect(toldBy(way.name, !stream, two)).toEqual(toldBy(way.name, stream, one))
      }
    },
  )

  it('is one in all dialects that are not Bedrock’s own', async () => {
    const text = fresh()
    const statuses: unknown[] = []
    for (const way of ways) {
      const stream = way.streams[0] ?? false
      statuses.push(statusOf(await ask(way.ask({ model: 'nova', text, maxTokens: 90, stream }))))
    }
    expect(statuses).toEqual(['miss', ...Array(4).fill('hit'), ...Array(4).fill('miss')])
  })

  it('is one with others of its kind that are under way', async () => {
    const text = fresh()
    const before = upstream()
    const asking = Array.from({ length: 20 }, (_, index) =>
      ask(question(text, { stream: index % 2 === 1 })),
    )
    const answers = await Promise.all(asking)
    expect(upstream() - before).toBe(1)
    expect(answers.map(statusOf).toSorted()).toEqual([...Array(19).fill('hit'), 'miss'])
    for (const { statusCode } of answers) expect(statusCode).toBe(200)
  })
})

describe('what is looked for', () => {
  const settled = { temperature: 0 }
  it.each<[string, object, Record<string, string>, string]>([
    ['a request of temperature 0', settled, {}, 'hit'],
    ['one that gives a time', {}, kept, 'hit'],
    ['by Cloudflare’s name', {}, { 'cf-aig-cache-ttl': '60' }, 'hit'],
    ['by its old one', {}, { 'cf-cache-ttl': '60' }, 'hit'],
    ['no other', {}, {}, 'bypass'],
    ['none of a temperature', { temperature: 0.1 }, {}, 'bypass'],
    ['none that is to be skipped', settled, { 'x-tollgate-skip-cache': 'true' }, 'bypass'],
    ['by Cloudflare’s name neither', settled, { 'cf-aig-skip-cache': 'true' }, 'bypass'],
    ['nor by its old one', settled, { ...kept, 'cf-skip-cache': 'true' }, 'bypass'],
    ['one that is not to be skipped', settled, { 'x-tollgate-skip-cache': 'false' }, 'hit'],
  ])('%s', async (_, more, headers, status) => {
    const request = question(fresh(), more)
    const one = await ask(request, headers)
    expect(statusOf(one)).toBe(status === 'hit' ? 'miss' : status)
    expect(statusOf(await ask(request, headers))).toBe(status)
  })

  it('what was to be skipped was not kept', async () => {
    const request = question(fresh(), settled)
    await ask(request, { 'x-tollgate-skip-cache': 'true' })
    expect(statusOf(await ask(request, {}))).toBe('miss')
  })

  it('a key of the caller’s own stands for what is asked, of one model', async () => {
    const headers = { ...kept, 'x-tollgate-cache-key': `mine-${fresh()}` }
    const one = await ask(question('How are you?'), headers)
    const two = await ask(question('Who are you?'), headers)
    expect([statusOf(one), statusOf(two)]).toEqual(['miss', 'hit'])
    expect(identity(two)).toBe(identity(one))
    expect(statusOf(await ask(question('How are you?', { model: 'claude' }), headers))).toBe('miss')
    expect(statusOf(await invoke({ ...question('How?'), headers, team: 'other' }))).toBe('miss')
    const byAlias = { ...kept, 'cf-aig-cache-key': headers['x-tollgate-cache-key'] }
    expect(statusOf(await ask(question('Why?'), byAlias))).toBe('hit')
  })

  it.each([
    ['x-tollgate-cache-ttl', '59', 'seconds, 60 to 2592000'],
    ['cf-aig-cache-ttl', '2592001', 'seconds, 60 to 2592000'],
    ['x-tollgate-cache-ttl', 'soon', 'seconds, 60 to 2592000'],
    ['x-tollgate-skip-cache', 'yes', 'true or false'],
    ['x-tollgate-cache-key', '', '1 to 1024 characters'],
  ])('%s: %j is refused', async (name, value, takes) => {
    const answer = await ask(question('Why?'), { [name]: value })
    expect(answer.statusCode).toBe(400)
    const { error } = JSON.parse(answer.text) as { error: { param: string; message: string } }
    expect(error).toMatchObject({ code: 'invalid_body', param: name })
    expect(error.message).toBe(`${name}: got ${JSON.stringify(value)}; it takes ${takes}.`)
  })

  it('a count is never looked for', async () => {
    const body = JSON.stringify({ model: 'claude', messages: [{ role: 'user', content: 'Hi' }] })
    const answer = await ask({ resource: '/v1/messages/count_tokens', body })
    expect([answer.statusCode, statusOf(answer)]).toEqual([200, 'bypass'])
  })
})

describe('who is answered', () => {
  it('another team is not', async () => {
    const request = question(fresh())
    await ask(request)
    expect(statusOf(await invoke({ ...request, headers: kept, team: 'other' }))).toBe('miss')
    expect(statusOf(await ask(request))).toBe('hit')
  })

  it('nobody is given what the guard refused', async () => {
    for (const way of ways) {
      for (const stream of way.streams) {
        const text = `What is the ${asked++}th utopia?`
        const request = way.ask({ model: 'nova', text, maxTokens: 200, stream })
        for (let again = 0; again < 2; again++) {
          const answer = await invoke({ ...request, headers: kept, team: 'strict' })
          expect(answer.lines[0]).toMatchObject({ outcome: 'guard_blocked', cache: 'miss' })
        }
      }
    }
    const items = (await tableItems()).filter(({ pk }) => pk === 'cache#team#strict')
    expect(items).toEqual([])
  })

  it('a team with limits: a hit is a request, and costs no tokens', async () => {
    const request = { ...question(fresh()), headers: kept, team: 'paying' }
    const used = async () => {
      const asking = { method: 'GET', resource: '/v1/usage', team: 'paying' }
      const { usage } = JSON.parse((await invoke(asking)).text) as {
        usage: { window: string; requests: number; tokens: number; micro_usd: number }[]
      }
      return usage.find(({ window }) => window === 'day')
    }
    const one = await invoke(request)
    const before = await used()
    const two = await invoke(request)
    const after = await used()
    expect([statusOf(one), statusOf(two)]).toEqual(['miss', 'hit'])
    expect(after?.requests).toBe((before?.requests ?? 0) + 1)
    expect(after?.tokens).toBe(before?.tokens)
    expect(two.headers['x-tollgate-budget-remaining-usd']).toBeDefined()
  })
})
