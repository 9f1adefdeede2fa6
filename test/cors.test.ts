/** Web pages of listed origins call the gateway from a browser; others cannot read a thing. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { crossOrigin } from '../lambda/edge/cors.ts'
import { refusalHeaders } from '../lib/cors.ts'
import config from '../tollgate.config.ts'
import { type Page, pageOf } from './support/browser.ts'
import { served } from './support/served.ts'
import { type Resource, resourcesOf, synthesise, type Template } from './support/stack.ts'

const listed = ['https://chat.example.com', 'http://localhost:5173']
const others = [
  'https://evil.example',
  'https://chat.example.com.evil.example',
  'http://chat.example.com',
  'null',
]

const gateway = served({
  regions: ['us-east-1'],
  models: { claude: 'anthropic.claude-haiku-4-5-20251001-v1:0', nova: 'amazon.nova-lite-v1:0' },
  plans: {
    free: {},
    once: { quota: { limit: 1, period: 'DAY' } },
    slow: { throttle: { rate: 0.001, burst: 1 } },
  },
  teams: {
    all: { plan: 'free', models: '*' },
    few: { plan: 'free', models: ['nova'] },
    once: { plan: 'once', models: '*' },
    slow: { plan: 'slow', models: '*' },
  },
  cors: { origins: listed },
} satisfies GatewayConfig)

const question = { model: 'nova', question: 'What is a dystopia?', max_tokens: 20 }

function ask(page: Page, key: string, body: object = question): Promise<Response> {
  return page.fetch(`${gateway.url()}/bedrock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify(body),
  })
}

const requestId = /^[0-9a-f-]{36}$/

describe.each(listed)('a page of %s', (origin) => {
  it('asks with a key, and reads the answer and its headers', async () => {
    const page = pageOf(origin)
    const answer = await ask(page, gateway.key())
    expect(page.sent).toEqual(['OPTIONS /bedrock', 'POST /bedrock'])
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-request-id')).toMatch(requestId)
    expect(Number(answer.headers.get('x-tollgate-cost-usd'))).toBeGreaterThan(0)
    expect(answer.headers.get('vary')).toBe('origin')
  })

  it('reads a stream, with OpenAI’s client and with Anthropic’s', async () => {
    const { fetch } = pageOf(origin)
    const own = { apiKey: gateway.key(), dangerouslyAllowBrowser: true, fetch, maxRetries: 0 }
    const openai = new OpenAI({ ...own, baseURL: `${gateway.url()}/v1` })
    const messages = [{ role: 'user' as const, content: 'Hello' }]
    const about = { model: 'claude', max_tokens: 20, messages }
    const { data, response } = await openai.chat.completions
      .create({ ...about, stream: true })
      .withResponse()
    let text = ''
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).not.toBe('')
    expect(response.headers.get('x-tollgate-region')).toBe('us-east-1')
    const anthropic = new Anthropic({ ...own, baseURL: gateway.url() })
    const reply = await anthropic.messages.stream(about).finalMessage()
    expect(reply.content[0]?.type).toBe('text')
  })
})

/** Each refuses in its own way: by whom, and with which status. */
const refusals: readonly [string, number, (page: Page) => Promise<Response>][] = [
  ['API Gateway, a missing key', 401, (page) => page.fetch(`${gateway.url()}/v1/models`)],
  ['API Gateway, a wrong key', 401, (page) => ask(page, 'wrong')],
  ['API Gateway, a spent quota', 429, (page) => asked(page, 'once')],
  ['API Gateway, a plan’s throttle', 429, (page) => asked(page, 'slow')],
  ['API Gateway, headers too large', 413, (page) => ask(page, 'x'.repeat(10_241))],
  [
    'the function, a model that is not the team’s',
    403,
    (page) => ask(page, gateway.key('few'), { ...question, model: 'claude' }),
  ],
  ['the function, a bad body', 400, (page) => ask(page, gateway.key(), { model: 'nova' })],
  ['the function, a wrong path', 404, (page) => page.fetch(`${gateway.url()}/nowhere`)],
]

/** Twice: the plan lets one call pass. */
async function asked(page: Page, team: string): Promise<Response> {
  await ask(page, gateway.key(team))
  return ask(page, gateway.key(team))
}

describe('what is refused', () => {
  it.each(refusals)('by %s, is read by a listed page: %i', async (_, status, call) => {
    const answer = await call(pageOf('https://chat.example.com'))
    expect(answer.status).toBe(status)
    const { error } = (await answer.json()) as { error: { message: string } }
    expect(error.message).toMatch(/\S/)
    expect(answer.headers.get('x-request-id')).toMatch(requestId)
  })
})

describe.each(others)('a page of %s', (origin) => {
  it('is stopped before its key leaves', async () => {
    const page = pageOf(origin)
    await expect(ask(page, gateway.key())).rejects.toThrow('Failed to fetch')
    expect(page.sent).toEqual(['OPTIONS /bedrock'])
  })

  it('reads nothing of what it may send without asking', async () => {
    const page = pageOf(origin)
    await expect(page.fetch(`${gateway.url()}/health`)).rejects.toThrow('Failed to fetch')
    expect(page.sent).toEqual(['GET /health'])
  })

  it('may learn that it was refused, of more than one origin', async () => {
    const answer = await pageOf(origin).fetch(`${gateway.url()}/v1/models`)
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([401, '*'])
  })
})

describe('a preflight', () => {
  const preflight = (origin: string, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url()}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', ...headers },
    })

  it('is answered without a key, without the function, and uses up no quota', async () => {
    const before = gateway.lines.length
    const answer = await preflight('http://localhost:5173')
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': 'http://localhost:5173',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-max-age': '7200',
      vary: 'Origin',
    })
    await gateway.local().settled()
    expect(gateway.lines.slice(before)).toEqual([])
  })

  it('never repeats what a page says of itself', async () => {
    const answer = await preflight('https://evil.example')
    expect(JSON.stringify([...answer.headers])).not.toContain('evil')
  })

  it('is no place for a body of another kind', async () => {
    const answer = await preflight('http://localhost:5173', { 'content-type': 'text/plain' })
    expect(answer.status).toBe(415)
    expect(await answer.json()).toMatchObject({ error: { code: 'unsupported_media_type' } })
  })
})

describe('of one origin', () => {
  const { root: without } = synthesise(config)
  const { root } = synthesise({ ...config, cors: { origins: ['https://a.example'] } })
  const methodsOf = (template: Template) =>
    resourcesOf(template, 'AWS::ApiGateway::Method').map(({ Properties }) => Properties)
  const isPreflight = ({ HttpMethod }: Resource['Properties']) => HttpMethod === 'OPTIONS'
  const preflights = methodsOf(root).filter(isPreflight)

  it('every path that is there has a preflight, and no other method changes', () => {
    expect(methodsOf(root).filter((each) => !isPreflight(each))).toEqual(methodsOf(without))
    const pathsOf = (methods: readonly Resource['Properties'][]) =>
      new Set(methods.map(({ ResourceId }) => JSON.stringify(ResourceId)))
    expect(pathsOf(preflights)).toEqual(pathsOf(methodsOf(without)))
  })

  it('a preflight needs no key and is a constant', () => {
    for (const { AuthorizationType, ApiKeyRequired, Integration } of preflights) {
      expect([AuthorizationType, ApiKeyRequired]).toEqual(['NONE', false])
      /** A mock that may keep bytes as they are fails with the binary type of every media type. */
      expect(Integration).toMatchObject({ Type: 'MOCK', ContentHandling: 'CONVERT_TO_TEXT' })
      const [response] = Integration.IntegrationResponses
      expect(response).toMatchObject({
        ContentHandling: 'CONVERT_TO_TEXT',
        ResponseTemplates: { 'application/json': '' },
      })
      const named = 'method.response.header.'
      expect(response.ResponseParameters).toMatchObject({
        [`${named}Access-Control-Allow-Origin`]: "'https://a.example'",
        [`${named}Access-Control-Allow-Headers`]: "'authorization,*'",
      })
      expect(response.ResponseParameters).not.toHaveProperty([`${named}Vary`])
    }
  })

  it('every refusal of API Gateway names it', () => {
    const named = 'gatewayresponse.header.access-control-allow-origin'
    const responses = resourcesOf(root, 'AWS::ApiGateway::GatewayResponse')
    expect(responses.length).toBeGreaterThan(20)
    for (const { Properties } of responses) {
      expect(Properties.ResponseParameters[named]).toBe("'https://a.example'")
    }
    expect(JSON.stringify(without)).not.toContain('access-control')
  })

  it('and of several, or of all, refusals are for everybody', () => {
    const originOf = (origins: readonly string[]) =>
      refusalHeaders({ origins })['access-control-allow-origin']
    expect(originOf(listed)).toBe('*')
    expect(originOf(['*'])).toBe('*')
    expect(refusalHeaders(undefined)).toEqual({})
  })
})

describe('the function’s own answers', () => {
  it('name the origin that is listed, however its header is written', () => {
    const headers = crossOrigin({ origins: listed })
    const allowed = {
      vary: 'origin',
      'access-control-allow-origin': 'http://localhost:5173',
      'access-control-expose-headers': '*',
    }
    expect(headers({ headers: { origin: 'http://localhost:5173' } })).toEqual(allowed)
    expect(headers({ headers: { Origin: 'http://localhost:5173' } })).toEqual(allowed)
    expect(headers({ headers: { Origin: 'https://evil.example' } })).toEqual({ vary: 'origin' })
    expect(headers({ headers: {} })).toEqual({ vary: 'origin' })
  })

  it('let every page read where every page may ask, and say nothing where none may', () => {
    const any = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' }
    expect(crossOrigin({ origins: ['*'] })({ headers: {} })).toEqual(any)
    expect(crossOrigin(undefined)({ headers: { Origin: 'https://a.example' } })).toEqual({})
  })
})
