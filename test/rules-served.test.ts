/** Templates and decorations on the way from a caller to Bedrock, on every route there is. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { mostOf } from './support/bills.ts'
import { type InProcessAnswer, type InProcessRequest, invoke } from './support/in-process.ts'
import { byAddress, embedding, ways } from './support/ways.ts'

/** In the middle of what the simulated Bedrock shows of a long text, so that no answer repeats it. */
const hidden = 'OPERATORS-ONLY'
const secret = `${'Be kind. '.repeat(40)}${hidden}${' Be brief.'.repeat(40)}`

const base = {
  regions: ['us-east-1'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    llama: 'meta.llama3-3-70b-instruct-v1:0',
    kind: {
      targets: [{ model: 'amazon.nova-micro-v1:0' }],
      decorate: { prepend: [{ content: 'Of the alias.' }] },
    },
    vectors: 'amazon.titan-embed-text-v2:0',
  },
  templates: {
    sum: '{"messages": [{"role": "system", "content": "You sum up."}, {"role": "user", "content": "Sum up {{what}}"}], "max_tokens": 40}',
    greet: {
      model: 'claude',
      messages: [{ role: 'user', content: 'Say {{word}}.' }],
      max_tokens: 30,
    },
  },
} as const satisfies Partial<GatewayConfig>

const chat: InProcessRequest = {
  resource: '/v1/chat/completions',
  body: JSON.stringify({
    model: 'nova',
    max_tokens: 40,
    messages: [{ role: 'user', content: 'Hello' }],
  }),
}
const plain = {
  ...base,
  plans: { free: {} },
  teams: { one: { plan: 'free', models: '*' } },
} as const

/** Room for the caller's own words, and for nothing put around them. */
const room = mostOf(plain, chat, 'one').tokens

const decorate = {
  prepend: [{ content: secret }],
  append: [{ role: 'user', content: 'And kindly.' }],
} as const
const config: GatewayConfig = {
  ...base,
  plans: { free: {}, tight: { limits: [{ tokens: room, per: 'month' }] } },
  teams: {
    plain: { plan: 'free', models: '*' },
    kindly: { plan: 'free', models: '*', decorate },
    held: { plan: 'free', models: '*', allow_untemplated: false },
    both: { plan: 'free', models: '*', allow_untemplated: false, decorate },
    poor: { plan: 'tight', models: '*' },
    poorly: { plan: 'tight', models: '*', decorate },
  },
}
vi.mock('#gateway-config', () => ({ default: config }))

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterEach(() => {
  ;(bedrock.requests as unknown[]).length = 0
})
afterAll(() => bedrock.close())

const sent = () => bedrock.requests.map(({ body }) => body) as Record<string, unknown>[]
const everySent = () => JSON.stringify(sent())
/** InvokeModel's stream has its chunks in base64. */
const readable = ({ text }: InProcessAnswer) =>
  text.replaceAll(/"bytes":"([^"]+)"/g, (_, bytes: string) => `${Buffer.from(bytes, 'base64')}`)
const json = (answer: InProcessAnswer) => JSON.parse(answer.text)

const said = { text: 'What is a dystopia?', maxTokens: 40 }
const cases = ['nova', 'claude'].flatMap((model) =>
  [...ways, byAddress].flatMap((way) =>
    way.streams.map((stream) => {
      const name = `${way.name} to ${model}${stream ? ', streamed' : ''}`
      return { name, request: way.ask({ ...said, model, stream }) }
    }),
  ),
)
const vectors = embedding.map((way) => ({
  name: way.name,
  request: way.ask({ ...said, model: 'vectors', stream: false }),
}))
const counting = {
  name: 'POST /v1/messages/count_tokens',
  request: {
    resource: '/v1/messages/count_tokens',
    body: JSON.stringify({ model: 'claude', messages: [{ role: 'user', content: said.text }] }),
  },
}

describe('what the operator puts around a prompt', () => {
  it.each(cases)('$name: reaches the model, and no caller', async ({ request }) => {
    const answer = await invoke({ ...request, team: 'kindly' })
    expect(answer.statusCode, answer.text).toBe(200)
    expect(everySent()).toContain(hidden)
    expect(everySent()).toContain(said.text)
    expect(everySent()).toContain('And kindly.')
    const told = [answer.headers, answer.lines].map((each) => JSON.stringify(each))
    expect([readable(answer), ...told].join('\n')).not.toContain(hidden)
    expect(readable(answer)).toContain('dystopia')

    const inputs = answer.lines.map(({ InputTokens }) => Number(InputTokens))
    await invoke({ ...request, team: 'plain' })
    const [, bare] = bedrock.billed.slice(-2).map(({ input }) => input)
    expect(inputs[0]).toBeGreaterThan(Number(bare) + 100)
  })

  it('is counted where a prompt is only counted', async () => {
    const [bare, decorated] = [
      await invoke({ ...counting.request, team: 'plain' }),
      await invoke({ ...counting.request, team: 'kindly' }),
    ]
    expect(json(decorated).input_tokens).toBeGreaterThan(json(bare).input_tokens + 100)
  })

  it.each(vectors)('is not put around what is made vectors of: $name', async ({ request }) => {
    const answer = await invoke({ ...request, team: 'kindly' })
    expect(answer.statusCode, answer.text).toBe(200)
    expect(everySent()).not.toContain(hidden)
  })

  it('has no place in a body that is one prompt, so that is refused', async () => {
    const request = {
      resource: '/model/{modelId}/invoke',
      path: { modelId: 'llama' },
      body: JSON.stringify({ prompt: 'Hello', max_gen_len: 40 }),
    }
    const answer = await invoke({ ...request, team: 'kindly' })
    expect(answer.statusCode).toBe(400)
    expect(json(answer)).toMatchObject({
      error: { code: 'unsupported_parameter', param: 'prompt' },
    })
    expect(json(answer).message).toContain('This key’s prompts are decorated')
    expect(sent()).toEqual([])
    expect((await invoke({ ...request, team: 'plain' })).statusCode).toBe(200)
  })

  it('of an alias holds for its model by id too', async () => {
    for (const model of ['kind', 'amazon.nova-micro-v1:0']) {
      const body = JSON.stringify({ model, question: 'Hello' })
      expect((await invoke({ body, team: 'plain' })).statusCode).toBe(200)
    }
    expect(sent().map(({ system }) => system)).toEqual([
      [{ text: 'Of the alias.' }],
      [{ text: 'Of the alias.' }],
    ])
  })

  it('is what a budget is held for', async () => {
    expect((await invoke({ ...chat, team: 'poor' })).statusCode).toBe(200)
    const answer = await invoke({ ...chat, team: 'poorly' })
    expect(answer.statusCode).toBe(429)
    expect(json(answer).error.code).toBe('budget_exceeded')
    expect(everySent()).not.toContain(hidden)
  })

  it('is reckoned with in what a request would come to, and not shown', async () => {
    const body = JSON.stringify({ model: 'nova', question: 'Hello' })
    const estimate = async (team: string) =>
      json(await invoke({ resource: '/v1/estimate', body, team }))
    const [bare, decorated] = [await estimate('plain'), await estimate('kindly')]
    expect(decorated.tokens.input_estimate).toBeGreaterThan(bare.tokens.input_estimate + 100)
    expect(decorated.native_body).toEqual(bare.native_body)
    expect(sent()).toEqual([])
  })
})

const templated: readonly (readonly [string, InProcessRequest])[] = [
  [
    'Kong’s words on chat completions',
    {
      resource: '/v1/chat/completions',
      body: JSON.stringify({
        model: 'nova',
        messages: '{template://sum}',
        properties: { what: 'a "book"' },
      }),
    },
  ],
  [
    'Kong’s words where the path names the model',
    {
      ...{ resource: '/bedrock/{model}', path: { model: 'nova' } },
      body: JSON.stringify({ messages: '{template://sum}', properties: { what: 'a "book"' } }),
    },
  ],
  [
    'our own words',
    { body: JSON.stringify({ model: 'nova', template: 'sum', variables: { what: 'a "book"' } }) },
  ],
]

describe('a template', () => {
  it.each(templated)('by %s: is asked, logged, and streamed', async (_, request) => {
    const answer = await invoke({ ...request, team: 'held' })
    expect(answer.statusCode, answer.text).toBe(200)
    expect(sent()).toMatchObject([
      {
        system: [{ text: 'You sum up.' }],
        messages: [{ role: 'user', content: [{ text: 'Sum up a "book"' }] }],
      },
    ])
    expect(answer.lines.at(-1)).toMatchObject({ template: 'sum', outcome: 'ok' })
    expect(answer.text).toContain('a \\"book\\"')

    const body = JSON.stringify({ ...JSON.parse(`${request.body}`), stream: true })
    const streamed = await invoke({ ...request, body, team: 'held' })
    expect(streamed.headers['content-type']).toMatch(/^text\/event-stream/)
    expect(streamed.text).toMatch(/event: done|data: \[DONE\]/)
  })

  it('that names its model is asked of that', async () => {
    const body = JSON.stringify({ template: 'greet', variables: { word: 'hello' }, model: 'nova' })
    const answer = await invoke({ body, team: 'held' })
    expect(json(answer)).toMatchObject({ model: 'claude', stop_reason: 'end_turn' })
    expect(answer.headers['x-tollgate-notice']).toBe(
      "model: left out; the template 'greet' names claude",
    )
    expect(sent()).toMatchObject([{ max_tokens: 30 }])
  })

  it('is decorated like any other prompt', async () => {
    const [, request = {}] = templated[0] ?? []
    expect((await invoke({ ...request, team: 'both' })).statusCode).toBe(200)
    expect(sent()).toMatchObject([{ system: [{ text: secret }, { text: 'You sum up.' }] }])
  })

  it('that is not there is told in the dialect it was asked in, and nothing is sent', async () => {
    const body = JSON.stringify({ model: 'nova', messages: '{template://summ}' })
    const answer = await invoke({ resource: '/v1/chat/completions', body, team: 'plain' })
    expect(answer.statusCode).toBe(400)
    expect(json(answer).error).toMatchObject({
      code: 'template_error',
      type: 'invalid_request_error',
      param: 'messages',
      message: "could not find template name [summ]: there are sum, greet. Did you mean 'sum'?",
    })
    expect(answer.lines.at(-1)).toMatchObject({ outcome: 'template_error', param: 'messages' })
    expect(sent()).toEqual([])
  })

  it.each(templated)('by %s: what it would come to is told', async (_, request) => {
    const { model = 'nova', ...body } = JSON.parse(`${request.body}`)
    const asked = { resource: '/v1/estimate', body: JSON.stringify({ ...body, model }) }
    const answer = await invoke({ ...asked, team: 'held' })
    expect(answer.statusCode, answer.text).toBe(200)
    expect(json(answer)).toMatchObject({
      native_body: { messages: [{ role: 'user', content: [{ text: 'Sum up a "book"' }] }] },
      tokens: { output_most: 40 },
    })
    expect(sent()).toEqual([])
  })
})

describe('where templates alone are allowed', () => {
  const estimated = { name: 'POST /v1/estimate', request: { ...chat, resource: '/v1/estimate' } }
  it.each([...cases, ...vectors, counting, estimated])('$name is refused', async ({ request }) => {
    const answer = await invoke({ ...request, team: 'held' })
    expect(answer.statusCode, answer.text).toBe(400)
    expect(answer.text).toContain('this LLM route only supports templated requests')
    expect(answer.lines.at(-1)).toMatchObject({ outcome: 'template_error' })
    expect(sent()).toEqual([])
  })
})
