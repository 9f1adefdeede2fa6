/** Whole requests of those who sign in, beside those who send a key: one gateway, one quota, one log. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { keyIdOf } from '../lib/key-id.ts'
import { type Local, type LogLine, startLocal } from '../local/gateway/local.ts'
import { type Claims, type Issuer, nowInSeconds, startIssuer } from './support/issuer.ts'
import { synthesised } from './support/served.ts'

const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'tollgate-sign-in-'))
const config = join(folder, 'gateway.config.ts')

let issuer: Issuer
let local: Local
const lines: LogLine[] = []
const told: string[] = []

beforeAll(async () => {
  issuer = await startIssuer()
  writeFileSync(
    config,
    `import { defineGateway } from '${root}/lambda/core/config.ts'
export default defineGateway({
  regions: ['us-east-1'],
  auth: { jwt: { issuer: '${issuer.url}', audience: 'gateway', teamClaim: 'cognito:groups' } },
  models: { nova: 'amazon.nova-lite-v1:0', claude: 'anthropic.claude-haiku-4-5-20251001-v1:0' },
  plans: { free: {}, three: { quota: { limit: 3, period: 'DAY' } } },
  teams: {
    demo: { plan: 'free', models: '*' },
    data: { plan: 'free', models: ['nova'] },
    spent: { plan: 'three', models: ['nova'] },
    later: { plan: 'free', models: ['nova'], key: 'command-line' },
  },
})
`,
  )
  const assembly = await synthesised(config)
  local = await startLocal({ config, assembly, onLog: (line) => lines.push(line) })
})
beforeEach(() => {
  lines.splice(0)
  told.splice(0)
})
afterAll(async () => {
  await local?.close()
  issuer?.close()
  rmSync(folder, { recursive: true })
})

const tokenOf = (team: string, claims: Claims = {}) =>
  issuer.token({ team: undefined, 'cognito:groups': [team], ...claims })
const keyOf = (team: string) => local.keys[team] ?? ''
const bearer = (value: string) => ({ authorization: `Bearer ${value}` })

async function ask(headers: Readonly<Record<string, string>>, path = '/bedrock') {
  const response = await fetch(`${local.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'nova', question: 'Hi', max_tokens: 50 }),
  })
  const text = await response.text()
  told.push(text, ...[...response.headers].map((header) => header.join(': ')))
  return { status: response.status, body: JSON.parse(text) }
}

async function callers(): Promise<readonly unknown[]> {
  await local.settled()
  return lines
    .map(({ line }) => JSON.parse(line))
    .filter(({ route }) => route !== undefined)
    .map(({ team, keyId }) => ({ team, keyId }))
}

describe('a token', () => {
  it('is all the OpenAI SDK needs', async () => {
    const client = new OpenAI({ baseURL: `${local.url}/v1`, apiKey: tokenOf('demo') })
    const messages = [{ role: 'user' as const, content: 'What is a dystopia?' }]
    const whole = await client.chat.completions.create({ model: 'nova', messages })
    expect(whole.choices[0]?.message.content).toContain('What is a dystopia?')
    const stream = await client.chat.completions.create({ model: 'claude', messages, stream: true })
    let said = ''
    for await (const { choices } of stream) said += choices[0]?.delta.content ?? ''
    expect(said).toContain('What is a dystopia?')
    expect((await client.models.list()).data.length).toBeGreaterThan(2)
    const caller = { team: 'demo', keyId: keyIdOf('demo') }
    expect(await callers()).toEqual([caller, caller, caller])
  })

  it('is all the Anthropic SDK needs', async () => {
    const client = new Anthropic({
      baseURL: local.url,
      authToken: tokenOf('demo'),
      apiKey: null,
    })
    const reply = await client.messages.create({
      model: 'claude',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'What is a dystopia?' }],
    })
    expect(JSON.stringify(reply.content)).toContain('What is a dystopia?')
  })

  it('has the rights of its team, and no others', async () => {
    const client = new OpenAI({ baseURL: `${local.url}/v1`, apiKey: tokenOf('data') })
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual(['nova'])
  })

  it('counts in its team’s quota, with the key', async () => {
    const answers = [
      await ask({ 'x-api-key': keyOf('spent') }),
      await ask(bearer(tokenOf('spent', { sub: 'ann' }))),
      await ask(bearer(tokenOf('spent', { sub: 'ben' }))),
      await ask(bearer(tokenOf('spent', { sub: 'cal' }))),
      await ask(bearer(keyOf('spent'))),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429])
    expect(answers[3]?.body.error.code).toBe('quota_exceeded')
  })
})

it('each request is its own caller’s, whoever called before and on whatever route', async () => {
  const turns = [
    { headers: { 'x-api-key': keyOf('demo') }, team: 'demo' },
    { headers: bearer(tokenOf('data')), team: 'data' },
    { headers: bearer(keyOf('data')), team: 'data' },
    { headers: bearer(tokenOf('demo')), team: 'demo' },
    { headers: { 'x-api-key': keyOf('data') }, team: 'data' },
  ]
  for (const { headers } of turns) expect((await ask(headers)).status).toBe(200)
  expect((await ask(bearer('wrong'))).status).toBe(401)
  expect(await callers()).toEqual(turns.map(({ team }) => ({ team, keyId: keyIdOf(team) })))
})

describe('nobody is let in by', () => {
  it.each<[string, () => Readonly<Record<string, string>>]>([
    ['an expired token', () => bearer(tokenOf('demo', { exp: nowInSeconds() - 61 }))],
    ['a token for somebody else', () => bearer(tokenOf('demo', { aud: 'else' }))],
    ['a token of no team', () => bearer(tokenOf('nobody'))],
    ['a token of a team that has no deployed key', () => bearer(tokenOf('later'))],
    ['a token of two teams', () => bearer(tokenOf('demo', { 'cognito:groups': ['demo', 'data'] }))],
    ['a token that was cut off', () => bearer(tokenOf('demo').slice(0, -9))],
    ['a token in place of a key', () => ({ 'x-api-key': tokenOf('demo') })],
    [
      'a token beside another’s key',
      () => ({ ...bearer(tokenOf('demo')), 'x-api-key': keyOf('data') }),
    ],
    ['a token of thousands of letters', () => bearer(tokenOf('demo', { pad: 'p'.repeat(6_300) }))],
    ['nothing at all', () => ({})],
  ])('%s', async (_, headers) => {
    const { status, body } = await ask(headers())
    expect(status).toBe(401)
    expect(body).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error', code: 'invalid_api_key' },
      message: expect.stringContaining('a key or a valid token'),
    })
  })
})

it('no token, no key and nothing of either is ever told', async () => {
  const sent = [tokenOf('demo'), tokenOf('nobody'), tokenOf('later'), `${tokenOf('demo')}x`]
  for (const token of sent) {
    await ask(bearer(token))
    await ask(bearer(token), '/v1/nothing')
  }
  await ask(bearer(keyOf('demo')))
  await local.settled()
  const all = [...lines.map(({ line }) => line), ...told].join('\n')
  expect(all).toContain(keyIdOf('demo'))
  for (const secret of [
    ...sent.flatMap((token) => token.split('.')),
    ...Object.values(local.keys),
  ]) {
    const forms = [secret, Buffer.from(secret).toString('base64'), secret.slice(-12)]
    for (const form of forms) expect(all).not.toContain(form)
  }
})
