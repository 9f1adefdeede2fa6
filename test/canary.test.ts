/**
 * A secret of its own stands in every header, query, field and variable, on paths that end well and
 * paths that do not: none comes out in a line, a metric, a trace or the table, in any form.
 */
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import {
  type InProcessAnswer,
  type InProcessRequest,
  invoke,
  linesOf,
  tableItems,
} from './support/in-process.ts'
import './support/patient-cache.ts'
import { twoRegions } from './support/regions.ts'
import { forgetHealth } from './support/routes-anew.ts'
import { ways } from './support/ways.ts'

const config: GatewayConfig = {
  regions: ['us-east-1', 'us-west-2'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    vectors: 'amazon.titan-embed-text-v2:0',
  },
  templates: {
    greet: '{"messages": [{"role": "user", "content": "Say {{word}}."}], "max_tokens": 40}',
  },
  cache: {},
  plans: {
    free: {},
    paying: { limits: [{ usd: 100, per: 'month' }] },
    poor: { limits: [{ tokens: 1, per: 'day' }] },
  },
  teams: {
    demo: {
      plan: 'paying',
      models: '*',
      guard: { deny: ['forbidden words'], output: { deny: ['forbidden words'] } },
    },
    poor: { plan: 'poor', models: '*' },
    narrow: { plan: 'free', models: ['vectors'] },
    open: { plan: 'paying', models: '*', log: 'full' },
  },
}
vi.mock('#gateway-config', () => ({ default: config }))
const regions = twoRegions()
beforeEach(forgetHealth)

/** By what each is the secret of. Nothing of their form gives them away: what is hidden was never told. */
const planted = new Map<string, string>()
const random = (seed: string) =>
  createHash('sha512')
    .update(seed)
    .digest('base64')
    .replaceAll(/[^a-z]/g, '')
function secret(of: string): string {
  const text = `${random(of).slice(0, 10)}/${random(`${of}.`).slice(0, 9)}+q`
  planted.set(of, text)
  return text
}

/** As it may come out: as it is, or as somebody would write it. */
function formsOf(text: string): string[] {
  const base64 = Buffer.from(text).toString('base64')
  const hash = createHash('sha256').update(text)
  const [hex, hashed] = [Buffer.from(text).toString('hex'), hash.copy().digest('hex')]
  return [
    ...[text, text.slice(0, 8), encodeURIComponent(text), JSON.stringify(text).slice(1, -1)],
    ...[base64, base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')],
    ...[hex, hashed, hash.copy().digest('base64'), hash.copy().digest('base64url')],
  ]
}

function foundIn(text: string, names: readonly string[]): string[] {
  return names.filter((name) =>
    formsOf(planted.get(name) ?? '').some((form) => text.includes(form)),
  )
}

const variables = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'OPENAI_API_KEY', 'DATABASE_URL']
const environment = () => variables.map((name) => `variable ${name}`)
const traces: string[] = []
const daemon = createSocket('udp4')

beforeAll(async () => {
  for (const name of variables) vi.stubEnv(name, secret(`variable ${name}`))
  daemon.bind(0, '127.0.0.1')
  await once(daemon, 'listening')
  daemon.on('message', (bytes) => void traces.push(bytes.toString()))
  vi.stubEnv('AWS_XRAY_DAEMON_ADDRESS', `127.0.0.1:${daemon.address().port}`)
  const parts = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'
  vi.stubEnv('_X_AMZN_TRACE_ID', parts)
})
afterAll(() => {
  daemon.close()
  vi.unstubAllEnvs()
})

/** Those that a client sends, those the gateway reads, and those somebody might. */
const headerNames = [
  ...['x-api-key', 'authorization', 'cookie', 'user-agent', 'referer', 'x-forwarded-for'],
  ...[
    'x-tollgate-cache-key',
    'cf-aig-authorization',
    'traceparent',
    'tracestate',
    'x-amzn-trace-id',
  ],
  ...['openai-organization', 'openai-project', 'anthropic-version', 'idempotency-key', 'x-made-up'],
  ...['x-stainless-lang', 'proxy-authorization', 'x-amz-security-token', 'baggage'],
]
const headers = Object.fromEntries(headerNames.map((name) => [name, secret(`header ${name}`)]))
const query = { p: secret('query p'), key: secret('query key') }

const tool = {
  type: 'function',
  function: {
    ...{ name: 'look', description: secret('field tools.description') },
    parameters: {
      type: 'object',
      properties: { a: { type: 'string', description: secret('field tools.schema') } },
    },
  },
}
const content = (name: string, said = 'Say this:') => `${said} ${secret(name)}`
const chat = (more: object = {}, said?: string) => ({
  model: 'nova',
  messages: [
    { role: 'system', content: content('field system') },
    { role: 'user', content: content('field user', said), name: secret('field name') },
  ],
  ...{ max_tokens: 60, stop: [secret('field stop')], tools: [tool], seed: 7 },
  ...{ user: secret('field user id'), metadata: { note: secret('field metadata') } },
  ...more,
})

const posting = (body: unknown, team = 'demo'): InProcessRequest => ({
  ...{ resource: '/v1/chat/completions', team, query },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

type Path = {
  readonly name: string
  readonly before?: () => void
  readonly request: InProcessRequest
  readonly headers?: Readonly<Record<string, string>>
}

const fault = (spec: string) => () => {
  regions.east.outage(spec)
  regions.west.outage(spec)
}
const asked = (way: (typeof ways)[number]) =>
  way.streams.map((stream): Path => {
    const text = content(`text of ${way.name}`)
    const request = way.ask({ model: 'nova', text, maxTokens: 60, stream })
    return { name: `${way.name}, ${stream ? 'streamed' : 'whole'}`, request: { ...request, query } }
  })

const labels = {
  'x-tollgate-metadata': JSON.stringify({ a: secret('label') }),
  'x-tollgate-log': 'none',
}
const anew = { 'x-tollgate-skip-cache': 'true' }
const words = 'Say the forbidden words:'
const wrong = (more: object): InProcessRequest => posting(chat(more))

const paths: readonly Path[] = [
  ...ways.flatMap(asked),
  { name: 'an answer', request: posting(chat()) },
  { name: 'a remembered one', request: posting(chat()) },
  { name: 'labels that nobody wants told', request: posting(chat()), headers: labels },
  {
    name: 'an open team that wants nothing told',
    request: posting(chat(), 'open'),
    headers: labels,
  },
  {
    name: 'vectors',
    request: {
      resource: '/v1/embeddings',
      team: 'narrow',
      body: JSON.stringify({
        model: 'vectors',
        input: content('input'),
        user: secret('field embedding user'),
      }),
    },
  },
  {
    name: 'a template',
    request: posting({
      model: 'nova',
      messages: '{template://greet}',
      properties: { word: secret('template word') },
    }),
  },
  { name: 'no JSON', request: posting(`{"model": "${secret('broken body')}`) },
  { name: 'a model nobody has', request: wrong({ model: secret('field model') }) },
  { name: 'a model that is not the team’s', request: posting(chat(), 'narrow') },
  { name: 'a wrong type', request: wrong({ max_tokens: secret('field max_tokens') }) },
  {
    name: 'a wrong role',
    request: wrong({ messages: [{ role: secret('field role'), content: 'x' }] }),
  },
  {
    name: 'a field nobody knows',
    request: wrong({ [secret('unknown field')]: secret('its value') }),
  },
  {
    name: 'a wrong header',
    request: posting(chat()),
    headers: { 'x-tollgate-timeout-ms': secret('wrong timeout') },
  },
  {
    name: 'wrong labels',
    request: posting(chat()),
    headers: { 'x-tollgate-metadata': secret('wrong labels') },
  },
  {
    name: 'a wrong log',
    request: posting(chat()),
    headers: { 'x-tollgate-log': secret('wrong log') },
  },
  {
    name: 'a wrong media type',
    request: posting(chat()),
    headers: { 'content-type': secret('wrong type') },
  },
  {
    name: 'a path nobody knows',
    request: { ...posting(chat()), resource: '/{proxy+}', path: { proxy: secret('path') } },
  },
  {
    name: 'a model in the path',
    request: {
      ...posting(chat()),
      resource: '/bedrock/{model}',
      path: { model: secret('path model') },
    },
  },
  { name: 'a rule of the guard', request: posting(chat({}, words)) },
  { name: 'a budget that is used', request: posting(chat(), 'poor') },
  { name: 'a usage that is asked for', request: { method: 'GET', resource: '/v1/usage', query } },
  ...[
    'throttle',
    'refuse',
    'retired',
    'error:403:AccessDeniedException',
    'error:500:InternalServerException',
    'cut:40',
    'end:9',
  ].flatMap((spec) =>
    [false, true].map((stream) => ({
      name: `${spec}, ${stream ? 'streamed' : 'whole'}`,
      before: fault(spec),
      request: wrong({ stream }),
      headers: anew,
    })),
  ),
  {
    name: 'a stream that breaks',
    before: fault('exception:modelStreamErrorException:3'),
    request: wrong({ stream: true }),
    headers: anew,
  },
]

const answers: InProcessAnswer[] = []

describe('no secret', () => {
  it.each(paths)('of $name is told', async ({ before, request, headers: more = {} }) => {
    before?.()
    const answer = await invoke({ ...request, headers: { ...headers, ...more } })
    answers.push(answer)
    expect(answer.lines.length).toBeGreaterThan(0)
    const everything = [...planted.keys()]
    expect(foundIn(JSON.stringify(answer.lines), everything)).toEqual([])
    expect(foundIn(JSON.stringify(answer.headers), everything)).toEqual([])
    expect(foundIn(answer.bytes.toString('latin1'), environment())).toEqual([])
    const sent = Object.keys(headers).map((name) => `header ${name}`)
    expect(foundIn(answer.bytes.toString('latin1'), sent)).toEqual([])
  })

  it('is in what paths of both kinds have told of', () => {
    const statuses = new Set(answers.map(({ statusCode }) => statusCode))
    expect([...statuses].toSorted()).toEqual([200, 400, 403, 404, 415, 429, 502, 503])
  })

  it('is in the table, but for what is remembered', async () => {
    const items = (await tableItems()).filter(({ pk }) => !String(pk).startsWith('cache#'))
    expect(items.length).toBeGreaterThan(5)
    const texts = items.flatMap((item) => [
      JSON.stringify(item),
      ...Object.values(item).map((value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '',
      ),
    ])
    expect(foundIn(texts.join('\n'), [...planted.keys()])).toEqual([])
  })

  it('is in a trace', () => {
    expect(traces.length).toBeGreaterThan(10)
    expect(foundIn(traces.join('\n'), [...planted.keys()])).toEqual([])
  })

  it('is missed where it is: a team that wants all of it told has its prompt in the line', async () => {
    await invoke({ ...posting(chat(), 'open'), headers })
    const [line] = linesOf('open').slice(-1)
    const told = foundIn(JSON.stringify(line), [...planted.keys()])
    expect(told).toEqual(expect.arrayContaining(['field system', 'field user']))
    const allowed = /^field (system|user)$/
    expect(told.filter((name) => !allowed.test(name))).toEqual([])
  })
})
