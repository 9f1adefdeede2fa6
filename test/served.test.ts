/** Whole requests through the served template: quotas, throttles, keys, and one log line each. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Local, type LogLine, startLocal } from '../local/gateway/local.ts'
import { synthesised } from './support/served.ts'

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'tollgate-served-'))
const config = join(folder, 'gateway.config.ts')

writeFileSync(
  config,
  `import { defineGateway } from '${root}/lambda/core/config.ts'
export default defineGateway({
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0', llama: 'meta.llama3-3-70b-instruct-v1:0' },
  plans: {
    three: { quota: { limit: 3, period: 'DAY' } },
    slow: { throttle: { rate: 1, burst: 2 } },
    free: {},
  },
  teams: {
    small: { plan: 'three', models: ['nova'] },
    other: { plan: 'three', models: ['nova', 'llama'] },
    slow: { plan: 'slow', models: ['nova'] },
    all: { plan: 'free', models: '*' },
  },
})
`,
)

let local: Local
let clock = Date.parse('2026-11-20T12:00:00Z')
const lines: LogLine[] = []

beforeAll(async () => {
  const assembly = await synthesised(config)
  const onLog = (line: LogLine) => lines.push(line)
  local = await startLocal({ config, assembly, now: () => clock, onLog })
})
beforeEach(() => lines.splice(0))
afterAll(async () => {
  await local?.close()
  rmSync(folder, { recursive: true })
})

const keyOf = (team: string): string => local.keys[team] ?? ''

function ask(team: string, body: unknown = { model: 'nova', question: 'Hi', max_tokens: 50 }) {
  const headers = { 'content-type': 'application/json', 'x-api-key': keyOf(team) }
  return fetch(`${local.url}/bedrock`, { method: 'POST', headers, body: JSON.stringify(body) })
}

type Answer = {
  answer: string
  cost_usd: number
  usage: { input_tokens: number; output_tokens: number }
}
const answerOf = async (response: Response) => (await response.json()) as Answer

async function requestLines(): Promise<readonly Record<string, unknown>[]> {
  await local.settled()
  return lines.map(({ line }) => JSON.parse(line)).filter((line) => line._aws !== undefined)
}

describe('a quota of three requests a day', () => {
  it('gives three answers, then the limit’s refusal, and leaves the other team alone', async () => {
    const statuses = []
    for (let request = 0; request < 3; request++) statuses.push((await ask('small')).status)
    expect(statuses).toEqual([200, 200, 200])

    const refused = await ask('small')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBeNull()
    expect(refused.headers.get('x-should-retry')).toBe('false')
    const body = await refused.json()
    expect(body).toMatchObject({
      type: 'error',
      error: { type: 'rate_limit_error', code: 'quota_exceeded', message: 'Limit Exceeded' },
      message: 'Limit Exceeded',
      request_id: refused.headers.get('x-request-id'),
    })
    expect((await ask('other')).status).toBe(200)
  })
})

describe('a throttle of one a second, two at once', () => {
  it('refuses the third at once with a time to wait, and takes it after that time', async () => {
    expect([(await ask('slow')).status, (await ask('slow')).status]).toEqual([200, 200])
    const refused = await ask('slow')
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({
      error: { code: 'throttled', message: 'Too Many Requests' },
    })
    expect(refused.headers.get('retry-after')).toBe('1')
    clock += 1000
    expect((await ask('slow')).status).toBe(200)
  })
})

describe('a key', () => {
  it.each([
    ['x-api-key', () => ({ 'x-api-key': keyOf('all') })],
    ['a bearer', () => ({ authorization: `Bearer ${keyOf('all')}` })],
    ['a bearer in other letters', () => ({ Authorization: `bearer ${keyOf('all')}` })],
    [
      'an AWS signature beside x-api-key',
      () => ({
        'x-api-key': keyOf('all'),
        authorization:
          'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host, Signature=0',
      }),
    ],
  ])('is taken as %s', async (_, headers) => {
    const response = await fetch(`${local.url}/bedrock/nova?p=Hi`, { headers: headers() })
    expect(response.status).toBe(200)
  })

  it.each<[string, () => Record<string, string>]>([
    ['missing', () => ({})],
    ['not of a key’s form', () => ({ 'x-api-key': 'sk-something' })],
    ['of the right form, but unknown', () => ({ 'x-api-key': `all${'a'.repeat(48)}` })],
    ['one letter off', () => ({ 'x-api-key': `${keyOf('all').slice(0, -1)}-` })],
    [
      'two different ones',
      () => ({ 'x-api-key': keyOf('all'), authorization: `Bearer ${keyOf('other')}` }),
    ],
  ])('is refused with 401 when it is %s', async (_, headers) => {
    const response = await fetch(`${local.url}/bedrock/nova?p=Hi`, { headers: headers() })
    expect(response.status).toBe(401)
    const body = (await response.json()) as { error: unknown }
    expect(body.error).toMatchObject({ type: 'authentication_error', code: 'invalid_api_key' })
    expect(JSON.stringify(body)).not.toContain(keyOf('all'))
    expect(await requestLines()).toEqual([])
  })
})

describe('every request that reaches the function', () => {
  it('writes one line that names team, key id, model and outcome, and no key and no prompt', async () => {
    const secret = 'Xq7-a-word-nobody-else-says'
    const answer = await answerOf(await ask('all', { model: 'nova', question: secret }))
    expect(answer.answer).toContain(secret)
    const [line, ...more] = await requestLines()
    expect(more).toEqual([])
    expect(line).toMatchObject({
      team: 'all',
      keyId: keyOf('all').slice(3, 11),
      route: 'POST /bedrock',
      dialect: 'question',
      model: 'amazon.nova-lite-v1:0',
      region: 'us-east-1',
      attempts: 'us-east-1:ok',
      status: 200,
      outcome: 'ok',
      InputTokens: answer.usage.input_tokens,
      OutputTokens: answer.usage.output_tokens,
      CostMicroUsd: Math.round(answer.cost_usd * 1e9) / 1e3,
    })
    const written = lines.map(({ line }) => line).join('\n')
    expect(written).not.toContain(secret)
    expect(written).not.toContain(keyOf('all'))
    expect(written).not.toContain(keyOf('all').slice(11))
  })

  it('writes one line for a refusal too, with no stack', async () => {
    clock += 1000
    expect((await ask('slow', { model: 'llama', question: 'Hi' })).status).toBe(403)
    const [line, ...more] = await requestLines()
    expect(more).toEqual([])
    expect(line).toMatchObject({ outcome: 'model_not_allowed', status: 403, team: 'slow' })
    expect(lines.map(({ line }) => line).join('')).not.toMatch(/ at .*\.m?js/)
  })
})

describe('a stream', () => {
  it('reaches the caller chunk by chunk while Bedrock still speaks', async () => {
    local.simulators['us-east-1']?.fault('slow-stream:60', { times: 1 })
    const response = await ask('all', {
      model: 'llama',
      question: 'Hi',
      max_tokens: 60,
      stream: true,
    })
    const arrived: number[] = []
    for await (const _ of response.body ?? []) arrived.push(performance.now())
    expect(arrived.length).toBeGreaterThan(3)
    const [first = 0, last = 0] = [arrived[0], arrived.at(-1)]
    expect(last - first).toBeGreaterThan(100)
  })

  it('that breaks ends with an error event', async () => {
    local.simulators['us-east-1']?.fault('cut:700', { times: 1 })
    const response = await ask('all', {
      model: 'llama',
      question: 'Hi',
      max_tokens: 60,
      stream: true,
    })
    const text = await response.text()
    expect(text).toMatch(/event: error\ndata: \{"type":"error".*\}\n\n$/)
    expect(text).not.toContain('event: done')
  })
})

describe('200 requests at once', () => {
  it('are all answered, each with its own answer', async () => {
    const words = [...Array(200).keys()].map((number) => `word${number}x`)
    const answers = await Promise.all(
      words.map(async (word) => answerOf(await ask('all', { model: 'nova', question: word }))),
    )
    for (const [index, { answer }] of answers.entries()) {
      expect(answer.match(/word\d+x/g)).toEqual([words[index]])
    }
  })
})
