/** Other providers through the whole gateway: by the SDKs as they are, and whatever a caller tries to change. */
import { request as send } from 'node:http'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import type { VendorRequest } from '../local/vendors/vendor-server.ts'
import { conversing } from './support/conversing.ts'
import { served } from './support/served.ts'
import {
  apiVersion,
  countedBy,
  keys,
  modelOf,
  type Outsider,
  outsiders,
  startVendors,
  targetOf,
} from './support/vendors.ts'

const vendors = await startVendors()
for (const name of outsiders) process.env[`TOLLGATE_KEY_${name.toUpperCase()}`] = keys[name]

const gateway = served({
  regions: ['us-east-1'],
  providers: Object.fromEntries(
    Object.entries(vendors.providers).filter(([name]) => !name.endsWith('-wrong')),
  ),
  models: Object.fromEntries(outsiders.map((name) => [name, { targets: [targetOf(name)] }])),
  plans: { free: {} },
  teams: { all: { plan: 'free', models: '*' } },
})

const question = '[[simulate:tool-call]] Weather in Oslo?'
const properties = { city: { type: 'string' } } as const
const schema = { type: 'object' as const, properties, required: ['city'] }

describe.each(outsiders)('the SDKs as they are, answered by %s', (model) => {
  it('OpenAI’s streams chat completions with tools', async () => {
    const client = new OpenAI({ baseURL: `${gateway.url()}/v1`, apiKey: gateway.key() })
    const asked = {
      ...{ model, max_completion_tokens: 500, stream_options: { include_usage: true } },
      tools: [{ type: 'function' as const, function: { name: 'get_weather', parameters: schema } }],
    }
    const messages = [{ role: 'user' as const, content: question }]
    const first = await client.chat.completions.stream({ ...asked, messages }).finalChatCompletion()
    const message = first.choices[0]?.message
    const call = message?.tool_calls?.[0]
    if (message === undefined || call?.type !== 'function') throw new Error('no tool was called')
    expect(first.choices[0]?.finish_reason).toBe('tool_calls')
    const counted = await countedBy(vendors.of[model])
    expect(first.usage).toMatchObject({
      prompt_tokens: counted.input,
      completion_tokens: counted.output,
    })
    const result = { role: 'tool' as const, tool_call_id: call.id, content: 'Snow, minus 4' }
    const last = await client.chat.completions
      .stream({ ...asked, messages: [...messages, message, result] })
      .finalContent()
    expect(last).toContain('Snow, minus 4')
  })

  it('Anthropic’s streams messages with tools', async () => {
    const client = new Anthropic({ baseURL: gateway.url(), apiKey: gateway.key() })
    const tools = [{ name: 'get_weather', input_schema: schema }]
    const asked = { model, max_tokens: 500, tools }
    const messages = [{ role: 'user' as const, content: question }]
    const first = await client.messages.stream({ ...asked, messages }).finalMessage()
    const call = first.content.find((block) => block.type === 'tool_use')
    if (call === undefined) throw new Error('no tool was called')
    expect(first.stop_reason).toBe('tool_use')
    const { input, output } = await countedBy(vendors.of[model])
    expect(first.usage).toMatchObject({ input_tokens: input, output_tokens: output })
    const results = [
      { type: 'tool_result' as const, tool_use_id: call.id, content: 'Snow, minus 4' },
    ]
    const last = await client.messages
      .stream({
        ...asked,
        messages: [
          ...messages,
          { role: 'assistant', content: first.content },
          { role: 'user', content: results },
        ],
      })
      .finalText()
    expect(last).toContain('Snow, minus 4')
  })
})

type Sent = {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
}

/** As it is written here: `fetch` would tidy the path, and set `host` itself. */
async function post({ path, headers = {}, body }: Sent) {
  const { hostname, port } = new URL(gateway.url())
  const text = JSON.stringify(body)
  const all = { 'content-type': 'application/json', 'x-api-key': gateway.key(), ...headers }
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const request = send({ hostname, port, method: 'POST', path, headers: all }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(pieces).toString() }),
      )
    })
    request.on('error', reject).end(text)
  })
}

/** What all vendors are asked while something is done. */
async function askedBy<T>(work: () => Promise<T>) {
  const before = outsiders.map((name) => vendors.of[name].requests.length)
  const answer = await work()
  const asked = outsiders.flatMap((name, at) =>
    vendors.of[name].requests.slice(before[at]).map((request) => ({ name, request })),
  )
  return { answer, asked }
}

const addresses: Readonly<Record<Outsider, string>> = {
  openai: '/v1/chat/completions',
  azure: `/openai/deployments/gpt-5-mini/chat/completions?api-version=${apiVersion}`,
  anthropic: '/v1/messages',
  cohere: '/v2/chat',
}

const own: Readonly<Record<Outsider, Readonly<Record<string, string>>>> = {
  openai: { authorization: `Bearer ${keys.openai}` },
  azure: { 'api-key': keys.azure },
  anthropic: { 'x-api-key': keys.anthropic, 'anthropic-version': '2023-06-01' },
  cohere: { authorization: `Bearer ${keys.cohere}` },
}

/** No header but these, and no other address, key or model than is configured. */
function expectOwn(name: Outsider, { method, path, headers, body }: VendorRequest): void {
  expect(`${method} ${path}`).toBe(`POST ${addresses[name]}`)
  expect(headers).toEqual({
    host: new URL(vendors.of[name].url).host,
    connection: 'keep-alive',
    'content-type': 'application/json',
    'content-length': expect.any(String),
    accept: 'application/json',
    'user-agent': 'tollgate',
    ...own[name],
  })
  const { model } = body as { model?: string }
  expect(model).toBe(name === 'azure' ? undefined : modelOf[name])
}

const dialects = conversing.map((way) => {
  const body = (model: string): Record<string, unknown> => {
    const { body } = way.ask({ model, stream: false, turns: [way.user('What is a dystopia?')] })
    return JSON.parse(String(body))
  }
  return { path: way.name.replace('POST ', ''), body }
})

type Dialect = (typeof dialects)[number]

/** What the provider is sent where nobody tries anything. */
async function plain(path: string, body: unknown): Promise<VendorRequest> {
  const { answer, asked } = await askedBy(() => post({ path, body }))
  expect(answer.status, answer.text).toBe(200)
  const [only, ...others] = asked
  if (only === undefined || others.length > 0) throw new Error('One vendor is asked once.')
  expectOwn(only.name, only.request)
  return only.request
}

describe.each(outsiders)('nothing that a caller sends changes how %s is asked', (name) => {
  const elsewhere = 'evil.example'
  const strange = {
    host: elsewhere,
    'x-forwarded-host': elsewhere,
    'x-forwarded-for': '10.0.0.1',
    forwarded: `host=${elsewhere}`,
    'x-original-url': '/v1/files',
    'x-rewrite-url': '/v1/files',
    'x-http-method-override': 'DELETE',
    'api-key': 'key-of-the-caller',
    'openai-organization': 'org-of-the-caller',
    'openai-project': 'proj-of-the-caller',
    'openai-beta': 'assistants=v2',
    'anthropic-version': '2099-01-01',
    'anthropic-beta': 'made-up-2099-01-01',
    'x-client-name': 'the-caller',
    'x-base-url': `https://${elsewhere}/v1`,
    'x-tollgate-provider': 'cohere',
    'cf-aig-metadata': '{"a":"b"}',
    cookie: 'session=of-the-caller',
    'user-agent': 'the-caller/1.0',
  }

  it.each(dialects)('by headers of $path', async ({ path, body }) => {
    const usual = await plain(path, body(name))
    const authorization = `Bearer ${gateway.key()}`
    const sent = { path, headers: { ...strange, authorization }, body: body(name) }
    const { answer, asked } = await askedBy(() => post(sent))
    expect(answer.status, answer.text).toBe(200)
    expect(asked).toEqual([{ name, request: usual }])

    const foreign = { ...sent, headers: { authorization: 'Bearer sk-of-the-caller-0123456789' } }
    const refused = await askedBy(() => post(foreign))
    expect([refused.answer.status, refused.asked]).toEqual([401, []])
  })

  /** Each provider by another dialect: who is asked and how is decided after both. */
  const { path, body } = dialects[outsiders.indexOf(name) % dialects.length] as Dialect

  const fields: Readonly<Record<string, unknown>> = {
    base_url: `https://${elsewhere}/v1`,
    api_base: `https://${elsewhere}/v1`,
    url: `https://${elsewhere}/v1`,
    endpoint: elsewhere,
    api_key: 'key-of-the-caller',
    api_version: '2099-01-01',
    organization: 'org-of-the-caller',
    deployment_id: 'another',
    provider: { order: ['cohere'] },
    models: ['another'],
    modelId: 'another',
    extra_headers: { authorization: 'Bearer key-of-the-caller' },
    extra_body: { model: 'another' },
    anthropic_version: '2099-01-01',
    anthropic_beta: ['made-up-2099-01-01'],
  }

  it('by fields of a body, which are refused or left out', async () => {
    const usual = await plain(path, body(name))
    for (const [field, value] of Object.entries(fields)) {
      const sent = { path, body: { ...body(name), [field]: value } }
      const { answer, asked } = await askedBy(() => post(sent))
      expect([200, 400], `${field}: ${answer.text}`).toContain(answer.status)
      const refused = answer.status === 400
      expect(asked, field).toEqual(refused ? [] : [{ name, request: usual }])
    }
  })

  it('by the name of a model', async () => {
    const names = [
      ...[`${name}/${modelOf[name]}`, modelOf[name], `/${name}`, `../${name}`, `${name}/..`],
      ...[`${name}#`, `${name}?api-version=x`, `${name} `, name.toUpperCase(), `${name}\u0000`],
      ...[`https://${elsewhere}/v1`, vendors.of[name].url, `@${elsewhere}`, '__proto__', '*'],
    ].filter((each) => each !== 'claude-haiku-4-5')
    for (const model of names) {
      const { answer, asked } = await askedBy(() => post({ path, body: body(model) }))
      expect([400, 404], `${model}: ${answer.text}`).toContain(answer.status)
      expect(asked, model).toEqual([])
    }
  })

  it('by a path', async () => {
    const { model: _, ...bare } = (dialects[0] as Dialect).body(name)
    const usual = await plain(`/bedrock/${name}`, bare)
    const kept = [`/bedrock/${name}?base_url=https://${elsewhere}`, `/bedrock/%${hex(name)}`]
    for (const path of kept) {
      const { answer, asked } = await askedBy(() => post({ path, body: bare }))
      expect(answer.status, `${path}: ${answer.text}`).toBe(200)
      expect(asked, path).toEqual([{ name, request: usual }])
    }
    const refused = [
      ...[`/bedrock/${name}%2f..%2fcohere`, `/bedrock/${name}%2F${modelOf[name]}`],
      ...[`/bedrock/..%2fv1%2fchat%2fcompletions`, `/bedrock/%2e%2e/${name}`],
      ...[`/bedrock/${name}%3fapi-version=x`, `/bedrock/${name}%23`, `/bedrock/${name}%00`],
      ...[`/bedrock/https:%2f%2f${elsewhere}%2fv1`, `/bedrock/%25${hex(name)}`],
      ...[`/bedrock/${name}/../cohere`, `/bedrock/${name};a=b`, `/bedrock//${name}`],
      ...[`/bedrock/${name}%0d%0ahost:%20${elsewhere}`, `/bedrock/${name}%e0`],
      ...[`/model/${name}/converse`, `/model/${name}%2f..%2fx/invoke`],
    ]
    for (const path of refused) {
      const { answer, asked } = await askedBy(() => post({ path, body: bare }))
      expect(answer.status, `${path}: ${answer.text}`).toBeGreaterThanOrEqual(400)
      expect(answer.status, `${path}: ${answer.text}`).toBeLessThan(500)
      expect(asked, path).toEqual([])
    }
  })
})

/** Its first letter in hexadecimal, and the rest: decoded once it is the name. */
const hex = (name: string) => `${name.charCodeAt(0).toString(16)}${name.slice(1)}`
