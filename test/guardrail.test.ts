/** Nobody is asked without the operator's guardrail, and what it stops is a finish reason in every dialect. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { endpointVariable } from '../local/gateway/bedrock.ts'
import { blockedHere } from '../local/gateway/guardrails.ts'
import { type RecordedRequest, type Simulator, startSimulator } from '../local/simulator/index.ts'
import { everything } from './support/effort.ts'
import { type InProcessAnswer, type InProcessRequest, invoke } from './support/in-process.ts'
import './support/patient-cache.ts'
import { byAddress, embedding, type Way, ways } from './support/ways.ts'

const id = { 'us-east-1': 'eastern1', 'us-west-2': 'western2' }
const guardrail = { id, version: 3 } as const
const outside = { provider: 'outside', model: 'gpt-4o-mini' } as const
const nova = 'amazon.nova-lite-v1:0'

const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  regions: ['us-east-1', 'us-west-2'],
  models: {
    nova,
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    llama: 'meta.llama3-3-70b-instruct-v1:0',
    titan: 'amazon.titan-text-express-v1',
    mistral: 'mistral.mistral-large-2402-v1:0',
    gpt: 'openai.gpt-oss-20b-1:0',
    vectors: 'amazon.titan-embed-text-v2:0',
    mixed: { targets: [outside, { model: nova, account: '222222222222' }, { model: nova }] },
    away: { targets: [outside] },
    through: {
      targets: [
        {
          model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
          ...{ region: 'us-east-1', via: 'cloudflare' },
        },
      ],
    },
    western: { targets: [{ model: nova, region: 'us-west-2' }] },
    strict: {
      targets: [{ model: 'amazon.nova-micro-v1:0' }],
      guardrail: { id: { 'us-east-1': 'aliased3' }, version: 'DRAFT', trace: 'enabled' },
    },
  },
  providers: { outside: { type: 'openai', url: 'http://127.0.0.1:1/v1' } },
  cloudflare: { account: 'account', gateway: 'gateway' },
  cache: {},
  plans: { free: {} },
  teams: {
    held: { plan: 'free', models: '*', guardrail },
    traced: { plan: 'free', models: '*', guardrail: { ...guardrail, trace: 'enabled' } },
    eastern: {
      plan: 'free',
      models: '*',
      guardrail: { id: { 'us-east-1': 'eastern1' }, version: 3 },
    },
    wrong: { plan: 'free', models: '*', guardrail: { id, version: 99 } },
    free: { plan: 'free', models: '*' },
  },
}
vi.mock('#gateway-config', () => ({ default: config }))

const words = { blocks: blockedHere, versions: ['3'] }
const message = 'Sorry, the model cannot answer this question.'
let [east, west]: Simulator[] = []
beforeAll(async () => {
  east = await startSimulator({
    region: 'us-east-1',
    guardrails: { eastern1: words, aliased3: words, own9: words },
  })
  west = await startSimulator({ region: 'us-west-2', guardrails: { western2: words } })
  for (const { region, url } of [east, west]) process.env[endpointVariable(region)] = url
})
beforeEach(() => {
  for (const { requests, billed, clearFaults } of [east, west] as Simulator[]) {
    ;(requests as unknown[]).length = 0
    ;(billed as unknown[]).length = 0
    clearFaults()
  }
})
afterAll(() => Promise.all([east?.close(), west?.close()]))

const sent = () => [east, west].flatMap((each) => each?.requests ?? [])
const billed = () => [east, west].flatMap((each) => each?.billed ?? [])

/** What Bedrock was told to judge by. */
function judgedBy({ operation, headers, body }: RecordedRequest) {
  if (operation.startsWith('Converse')) return Object(body).guardrailConfig
  const id = headers['x-amzn-bedrock-guardrailidentifier']
  return id === undefined
    ? undefined
    : {
        guardrailIdentifier: id,
        guardrailVersion: headers['x-amzn-bedrock-guardrailversion'],
        trace: headers['x-amzn-bedrock-trace']?.toLowerCase(),
      }
}

/** InvokeModel's stream has its chunks in base64. */
const readable = ({ text }: InProcessAnswer) =>
  text.replaceAll(/"bytes":"([^"]+)"/g, (_, bytes: string) => `${Buffer.from(bytes, 'base64')}`)

/** How each way of asking says that an answer was filtered. */
const filtered: Readonly<Record<string, RegExp>> = {
  'POST /bedrock': /"stop_reason":\s*"content_filtered"/,
  'GET /bedrock/{model}': /"stop_reason":\s*"content_filtered"/,
  'POST /bedrock/{model}': /"finish_reason":\s*"content_filter"/,
  'POST /v1/chat/completions': /"finish_reason":\s*"content_filter"/,
  'POST /v1/responses': /"reason":\s*"content_filter"/,
  'POST /v1/messages': /"stop_reason":\s*"refusal"/,
  'POST /model/{modelId}/invoke': /"amazon-bedrock-guardrailAction":"INTERVENED"/,
  'POST /model/{modelId}/invoke-with-response-stream':
    /"amazon-bedrock-guardrailAction":"INTERVENED"/,
  'POST /model/{modelId}/converse': /"stopReason":"guardrail_intervened"/,
  'POST /model/{modelId}/converse-stream': /"stopReason":"guardrail_intervened"/,
}

const texts = {
  input: 'What is a guardrail-test-block?',
  output: 'What is a guardrail-test-leak?',
  none: 'What is a dystopia?',
} as const
const verdicts = ['input', 'output', 'none'] as const

const completion = ways.filter(({ name }) => name === 'POST /v1/chat/completions')
const cases = [
  ...['nova', 'claude'].flatMap((model) => [...ways, byAddress].map((way) => ({ model, way }))),
  ...['llama', 'titan', 'mistral', 'gpt'].flatMap((model) =>
    completion.map((way) => ({ model, way })),
  ),
].flatMap(({ model, way }) =>
  way.streams.flatMap((stream) =>
    verdicts.map((verdict) => ({
      name: `${way.name} to ${model}${stream ? ', streamed' : ''}, ${verdict}`,
      ...{ way, verdict },
      request: way.ask({ model, text: texts[verdict], maxTokens: 200, stream }),
    })),
  ),
)

describe('what a guardrail stops', () => {
  it.each(cases)('$name', async ({ way, verdict, request }) => {
    const answer = await invoke({ ...request, team: 'held' })
    expect(answer.statusCode, answer.text).toBe(200)
    expect(sent().map(judgedBy)).toMatchObject([
      { guardrailIdentifier: 'eastern1', guardrailVersion: '3', trace: 'disabled' },
    ])
    const [line] = answer.lines
    const told = readable(answer)
    if (verdict === 'none') {
      expect(told).not.toMatch(filtered[way.name] ?? /^/)
      expect(told).toContain('asked')
      expect(line).not.toHaveProperty('GuardrailInterventions')
      return
    }
    expect(told).toMatch(filtered[way.name] ?? /$^/)
    expect(told).not.toContain('asked')
    expect(line).toMatchObject({ outcome: 'ok', stop: 'filtered', GuardrailInterventions: 1 })
    expect(billed()).toHaveLength(verdict === 'input' ? 0 : 1)
    if (verdict === 'input') expect(line).toMatchObject({ InputTokens: 0, OutputTokens: 0 })
  })

  it('is told in the operator’s words', async () => {
    for (const way of ways.filter(({ streams }) => streams.includes(false))) {
      const said = { model: 'claude', text: texts.input, maxTokens: 50, stream: false }
      const answer = await invoke({ ...way.ask(said), team: 'held' })
      expect(answer.text).toContain(message)
    }
  })

  it('is asked for again, however long the caller would have it remembered', async () => {
    const way = completion[0] as Way
    const said = { model: 'nova', text: texts.output, maxTokens: 80, stream: false }
    const request = {
      ...way.ask(said),
      team: 'held',
      headers: { 'x-tollgate-cache-ttl': '600' },
    }
    const looked = [await invoke(request), await invoke(request)]
    expect(looked.map(({ headers }) => headers['x-tollgate-cache'])).toEqual(['miss', 'miss'])
    expect(sent()).toHaveLength(2)
  })
})

const chat = (model: string, team: string, text: string = texts.none): InProcessRequest => ({
  resource: '/v1/chat/completions',
  team,
  body: JSON.stringify({ model, max_tokens: 60, messages: [{ role: 'user', content: text }] }),
})

describe('who is asked under a guardrail', () => {
  it('the next region, by its own id', async () => {
    east?.fault('throttle')
    const answer = await invoke(chat('nova', 'held'))
    expect(answer.headers['x-tollgate-attempts']).toMatch(/^us-east-1:.*us-west-2:ok$/)
    const ids = sent().map((each) => judgedBy(each).guardrailIdentifier)
    expect([ids[0], ids.at(-1)]).toEqual(['eastern1', 'western2'])
  })

  it('no region without an id, even if the others are down', async () => {
    east?.fault('throttle')
    const answer = await invoke(chat('nova', 'eastern'))
    expect(answer.statusCode).toBe(429)
    expect(west?.requests).toEqual([])
  })

  it('no other provider and no other account', async () => {
    const answer = await invoke(chat('mixed', 'held'))
    expect(answer.headers['x-tollgate-attempts']).toBe('us-east-1:ok')
  })

  it.each([
    ['away', 'held'],
    ['western', 'eastern'],
  ])('nobody, where %s has none for %s', async (model, team) => {
    const answer = await invoke(chat(model, team))
    expect(answer.statusCode).toBe(400)
    expect(answer.text).toContain('cannot be asked under the guardrail that holds here')
    expect(sent()).toEqual([])
  })

  it('by the alias’s rather than the team’s, also by the model’s id', async () => {
    for (const model of ['strict', 'amazon.nova-micro-v1:0']) await invoke(chat(model, 'held'))
    const one = { guardrailIdentifier: 'aliased3', guardrailVersion: 'DRAFT', trace: 'enabled' }
    expect(sent().map(judgedBy)).toEqual([one, one])
  })

  it('nobody, where Bedrock does not know it; and that is the operator’s to mend', async () => {
    const answer = await invoke(chat('nova', 'wrong'))
    expect(answer.statusCode, answer.text).toBe(403)
    expect(answer.text).toContain('operator must mend its id or its version')
    expect(answer.headers['x-tollgate-attempts']).toContain('us-west-2:ValidationException')
  })

  it('through Cloudflare only as long as it is not lost on the way, nor remembered without it', async () => {
    const heard: IncomingHttpHeaders[] = []
    const server = createServer((request, response) => {
      heard.push(request.headers)
      response.writeHead(400, { 'content-type': 'application/json' }).end('{"message":"No."}')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    process.env.TOLLGATE_CLOUDFLARE_URL = `http://127.0.0.1:${port}`
    try {
      const headers = { 'cf-aig-cache-ttl': '600', 'cf-aig-cache-key': 'mine' }
      for (const team of ['held', 'free']) await invoke({ ...chat('through', team), headers })
    } finally {
      server.close()
    }
    const [held, free] = heard
    expect(held?.authorization).toContain(
      'x-amzn-bedrock-guardrailidentifier;x-amzn-bedrock-guardrailversion',
    )
    expect(held?.['cf-aig-cache-key']).toMatch(/^held:.*:eastern1\/3:mine$/)
    expect(free?.authorization).not.toContain('guardrail')
    expect(free?.['cf-aig-cache-key']).not.toContain('eastern1')
  })

  it('a stream is judged before it is told', async () => {
    const [way] = ways.filter(({ name }) => name.endsWith('/converse-stream'))
    await invoke({
      ...(way as Way).ask({ model: 'nova', text: 'Hello', maxTokens: 20, stream: true }),
      team: 'held',
    })
    expect(judgedBy(sent()[0] as RecordedRequest).streamProcessingMode).toBe('sync')
  })

  it.each(embedding)('vectors are made without one: $name', async (way) => {
    const said = { model: 'vectors', text: 'Hello', maxTokens: 0, stream: false }
    const answer = await invoke({ ...way.ask(said), team: 'held' })
    expect(answer.statusCode, answer.text).toBe(200)
    expect(sent().map(judgedBy)).toEqual([undefined])
  })

  it('tokens are counted without one', async () => {
    const answer = await invoke({
      resource: '/v1/messages/count_tokens',
      team: 'held',
      body: JSON.stringify({ model: 'claude', messages: [{ role: 'user', content: texts.input }] }),
    })
    expect(answer.statusCode, answer.text).toBe(200)
    expect(JSON.parse(answer.text).input_tokens).toBeGreaterThan(0)
  })

  it('who would not be asked is not in an estimate', async () => {
    const answer = await invoke({ ...chat('mixed', 'held'), resource: '/v1/estimate' })
    expect(answer.statusCode, answer.text).toBe(200)
    expect(answer.text).not.toContain('outside')
    const nobody = await invoke({ ...chat('away', 'held'), resource: '/v1/estimate' })
    expect(nobody.statusCode).toBe(400)
  })
})

const user = (content: unknown) => [{ role: 'user', content }]
const marked = { guardContent: { text: { text: 'Hello' } } }
const identity = {
  'x-amzn-bedrock-guardrailidentifier': 'own9',
  'x-amzn-bedrock-guardrailversion': '3',
}
const claudeBody = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 30 }
const invoked = { ...claudeBody, messages: user('Hello') }
const tags = { 'amazon-bedrock-guardrailConfig': { tagSuffix: 'xyz' } }

type Own = {
  readonly param: string
  readonly operation: 'invoke' | 'converse'
  readonly body: object | string
  readonly headers?: Readonly<Record<string, string>>
}
const own: readonly Own[] = [
  {
    param: 'x-amzn-bedrock-guardrailidentifier',
    ...{ operation: 'invoke', body: invoked, headers: identity },
  },
  {
    param: 'x-amzn-bedrock-trace',
    ...{ operation: 'invoke', body: invoked, headers: { 'x-amzn-bedrock-trace': 'ENABLED' } },
  },
  {
    param: 'amazon-bedrock-guardrailConfig',
    ...{ operation: 'invoke', body: { ...invoked, ...tags } },
  },
  {
    param: 'guardrailConfig',
    operation: 'converse',
    body: {
      messages: user([{ text: 'Hello' }]),
      guardrailConfig: { guardrailIdentifier: 'own9', guardrailVersion: '3' },
    },
  },
  {
    param: 'messages[0].content[1].guardContent',
    ...{ operation: 'converse', body: { messages: user([{ text: texts.input }, marked]) } },
  },
  {
    param: 'system[0].guardContent',
    ...{ operation: 'converse', body: { system: [marked], messages: user([{ text: 'Hello' }]) } },
  },
  {
    param: 'messages[0].content[0].guardContent',
    operation: 'converse',
    body: `{"messages":[{"role":"user","content":[{"guard\\u0043ontent":{"text":{"text":"Hello"}}}]}]}`,
  },
]
const asked = ({ operation, body, headers = {} }: Own, team: string): InProcessRequest => ({
  ...{ resource: `/model/{modelId}/${operation}`, path: { modelId: 'claude' }, team, headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

describe('a caller’s own guardrail', () => {
  it.each(own)('is refused where the operator has one: $param', async (each) => {
    const answer = await invoke(asked(each, 'held'))
    expect(answer.statusCode).toBe(400)
    const { error } = JSON.parse(answer.text)
    expect(error).toMatchObject({ code: 'unsupported_parameter', param: each.param })
    expect(sent()).toEqual([])
  })

  it.each(own.filter(({ param }) => !param.startsWith('amazon')))(
    'goes through where the operator has none: $param',
    async (each) => {
      const answer = await invoke(asked(each, 'free'))
      expect(answer.statusCode, answer.text).toBe(200)
      const said = typeof each.body === 'string' ? JSON.parse(each.body) : each.body
      expect(sent()[0]?.body).toMatchObject(said)
      expect(sent()[0]?.headers).toMatchObject(each.headers ?? {})
    },
  )

  it('may be told apart by tags, where it is the caller’s alone', async () => {
    const text = `${texts.input} <amazon-bedrock-guardrails-guardContent_xyz>Hi</amazon-bedrock-guardrails-guardContent_xyz>`
    const body = { ...claudeBody, ...tags, messages: user(text) }
    const tagged = { param: '', operation: 'invoke', body, headers: identity } as const
    const answer = await invoke(asked(tagged, 'free'))
    expect(answer.text).toContain('"amazon-bedrock-guardrailAction":"NONE"')
  })

  it('is no word of a tool’s, nor in a text', async () => {
    const content = [
      { text: 'Say guardContent and guardrailConfig.' },
      {
        toolUse: { toolUseId: 'a', name: 'guardContent', input: { guardContent: 1 } },
      },
    ]
    const body = {
      messages: [
        ...user([{ text: 'Hello' }]),
        { role: 'assistant', content },
        ...user([{ toolResult: { toolUseId: 'a', content: [{ text: 'Yes' }] } }]),
      ],
      toolConfig: {
        tools: [{ toolSpec: { name: 'guardContent', inputSchema: { json: { type: 'object' } } } }],
      },
    }
    const answer = await invoke(asked({ param: '', operation: 'converse', body }, 'held'))
    expect(answer.statusCode, answer.text).toBe(200)
  })
})

describe('what it found', () => {
  it.each(['input', 'output'] as const)('stands in answers of native routes: %s', async (where) => {
    for (const way of ways.filter(({ name }) => name.startsWith('POST /model/'))) {
      const stream = way.streams.includes(true)
      const said = { model: 'claude', text: texts[where], maxTokens: 60, stream }
      const answer = await invoke({ ...way.ask(said), team: 'traced' })
      expect(readable(answer)).toContain(
        `"match":"guardrail-test-${where === 'input' ? 'block' : 'leak'}"`,
      )
    }
  })
})
