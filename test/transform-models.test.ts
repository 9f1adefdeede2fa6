/** Kong's transformers by a model: what it is asked, what is made of its answer, and who guards and pays it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig, Team } from '../lambda/core/config.ts'
import type { ModelTransform, TransformConfig } from '../lambda/core/transform-config.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { accountOf, billOf, expectSettled } from './support/bills.ts'
import { readers } from './support/conversing.ts'
import { everything } from './support/effort.ts'
import { type InProcessAnswer, invoke, linesOf } from './support/in-process.ts'
import { byAddress, type Way, ways } from './support/ways.ts'

const prompt = 'Write the body anew.'
const by = (more: Partial<ModelTransform> = {}): ModelTransform => ({
  ...{ prompt, model: 'writer', maxTokens: 300 },
  ...more,
})
const team = (transform: TransformConfig, more: Partial<Team> = {}): Team => ({
  ...{ plan: 'paid', models: ['nova', 'claude', 'own'], transform },
  ...more,
})
/** An object that a caller's body has within it. */
const nested = '\\{"messages":\\[\\{"role":"user","content":"Written anew\\."\\}\\].*?\\}'
const lastWords = 'word\\d+$'

const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  regions: ['us-east-1'],
  cache: {},
  models: {
    ...{ nova: 'amazon.nova-lite-v1:0', claude: 'anthropic.claude-haiku-4-5-20251001-v1:0' },
    ...{ writer: 'amazon.nova-micro-v1:0', titan: 'amazon.titan-text-express-v1' },
    own: {
      targets: [{ model: 'amazon.nova-lite-v1:0' }],
      transform: { request: (request) => ({ ...request, maxTokens: 11 }) },
    },
  },
  plans: {
    paid: { limits: [{ usd: 10, per: 'month' }], maxParallel: 1 },
    spent: { limits: [{ tokens: 1, per: 'month' }] },
  },
  teams: {
    whole: team({ request: by() }),
    system: team({ request: by({ model: 'titan' }) }),
    found: team({ request: by({ transformation_extract_pattern: nested.toUpperCase() }) }),
    twice: team({
      request: [
        by({ transformation_extract_pattern: nested }),
        by({ transformation_extract_pattern: '\\{"messages":\\[.*?\\]\\}' }),
      ],
    }),
    native: team({
      request: by({ transformation_extract_pattern: '\\{"messages":[^()]*?\\]\\}(?=\\})' }),
    }),
    guarded: team({ request: by() }, { guard: { deny: ['dystopia'] } }),
    bodyguarded: team({ request: by() }, { guard: { deny: ['"question"'] } }),
    spent: team({ request: by() }, { plan: 'spent' }),
    templated: team({ request: by() }, { allow_untemplated: false }),
    short: team({ request: by({ maxTokens: 3 }) }),
    words: team({ reply: by({ transformation_extract_pattern: lastWords }) }),
    unmatched: team({ reply: by({ transformation_extract_pattern: 'zebra' }) }),
    answers: team({ reply: by() }),
    both: team({ request: by({ transformation_extract_pattern: nested }), reply: by() }),
  },
  templates: { t: { model: 'nova', messages: [{ role: 'user', content: '{{x}}' }] } },
}
vi.mock('#gateway-config', () => ({ default: config }))

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterAll(() => bedrock.close())
let [from, paid] = [0, 0]
beforeEach(() => {
  ;[from, paid] = [bedrock.requests.length, bedrock.billed.length]
  bedrock.clearFaults()
})
const bodies = () => bedrock.requests.slice(from).map(({ body }) => body)
const billed = () => bedrock.billed.slice(paid)
const asked = () => billed().map(({ model }) => model.replace(/^amazon\.|-v1:0$/g, ''))

const user = (content: unknown) => ({ role: 'user', content })
const chat = (team: string, body: object, headers = {}) =>
  invoke({ resource: '/v1/chat/completions', body: JSON.stringify(body), team, headers })
const errorOf = ({ text }: InProcessAnswer) => JSON.parse(text).error ?? JSON.parse(text)

/** A model that is asked to say what follows finds a whole request in it. */
const rewritable = (more: object = {}, inner: object = {}) => ({
  ...{ model: 'nova', max_tokens: 40, user: '[[simulate:say]]', ...more },
  response_format: {
    type: 'json_schema',
    json_schema: {
      name: 'x',
      schema: { type: 'object', const: { messages: [user('Written anew.')], ...inner } },
    },
  },
  messages: [user('What is a dystopia?')],
})

const question = ways[0] as Way
const said = { model: 'nova', text: 'What is a dystopia?', maxTokens: 60, stream: false }

describe('a request', () => {
  it('is told to the model as it was written, under the prompt', async () => {
    const request = question.ask(said)
    await invoke({ ...request, team: 'whole' })
    expect(bodies()).toEqual([
      {
        system: [{ text: prompt }],
        messages: [user([{ text: request.body }])],
        inferenceConfig: { maxTokens: 300 },
        schemaVersion: 'messages-v1',
      },
    ])
  })

  it('of a template is told as it was filled', async () => {
    await chat('whole', { messages: '{template://t}', properties: { x: 'Hi "you"' } })
    const text = JSON.stringify({ model: 'nova', messages: [user('Hi "you"')] })
    expect(bodies()[0]).toMatchObject({ messages: [user([{ text }])] })
  })

  it('of an address is told as the body that would have asked it', async () => {
    await invoke({ ...byAddress.ask(said), team: 'whole' })
    expect(JSON.stringify(bodies()[0])).toContain(
      JSON.stringify(JSON.stringify({ model: 'nova', question: said.text })).slice(1, -1),
    )
  })

  it('is asked of a model without a system in Kong’s three turns', async () => {
    const request = question.ask(said)
    await invoke({ ...request, team: 'system' })
    expect(bodies()).toEqual([
      expect.objectContaining({
        inputText: `User: ${prompt}\nBot: What is the message?\nUser: ${request.body}\nBot:`,
      }),
    ])
  })

  it('becomes what the pattern finds, whatever the case; the caller’s stream and model stay', async () => {
    const answer = await chat('found', rewritable({ stream: true }))
    expect(answer.statusCode, answer.text).toBe(200)
    expect(asked()).toEqual(['nova-micro', 'nova-lite'])
    expect(JSON.stringify(bodies()[1])).toContain(
      '[{"role":"user","content":[{"text":"Written anew."}]}]',
    )
    expect(answer.headers['content-type']).toContain('text/event-stream')
    expect(readers['POST /v1/chat/completions']?.(answer, true).text).toContain('Written anew.')
    await expectSettled('found', billed())
    const [{ TransformCalls, TransformTokens, TransformCostMicroUsd, OutputTokens, model } = {}] =
      answer.lines.filter(({ outcome }) => outcome === 'ok')
    const [bill] = billed()
    const spent = billOf(billed().slice(0, 1))
    expect({ TransformCalls, TransformTokens }).toEqual({
      TransformCalls: 1,
      TransformTokens: spent.tokens,
    })
    expect(Math.ceil(Number(TransformCostMicroUsd))).toBe(spent.microUsd)
    expect({ OutputTokens, model }).toEqual({
      OutputTokens: billed()[1]?.output,
      model: 'amazon.nova-lite-v1:0',
    })
    expect(bill?.output).toBeGreaterThan(0)
    expect(answer.headers['x-tollgate-attempts']).toBe('us-east-1:ok')
    /** Of the body that was written, once. */
    expect(answer.headers['x-tollgate-notice']).toBe(
      'max_tokens: none given; the answer is bounded at 4096',
    )
  })

  it.each(['converse', 'converse-stream'])(
    '%s: Bedrock’s own body is written anew',
    async (operation) => {
      const inner = { messages: [user([{ text: 'Written anew.' }])] }
      const tool = { toolSpec: { name: 'f', inputSchema: { json: inner } } }
      const before = await accountOf('native')
      const answer = await invoke({
        ...{ resource: `/model/{modelId}/${operation}`, path: { modelId: 'nova' }, team: 'native' },
        body: JSON.stringify({
          system: [{ text: '[[simulate:say]]' }],
          toolConfig: { tools: [tool] },
          messages: [user([{ text: 'What is a dystopia?' }])],
        }),
      })
      expect(answer.statusCode, answer.text).toBe(200)
      expect(bodies()[1]).toMatchObject(inner)
      expect(bodies()[1]).not.toHaveProperty('toolConfig')
      expect(asked()).toEqual(['nova-micro', 'nova-lite'])
      const after = await accountOf('native')
      expect(after.microUsd - before.microUsd).toBe(billOf(billed()).microUsd)
    },
  )

  it('goes from one model to the next', async () => {
    const answer = await chat('twice', rewritable())
    expect(answer.statusCode, answer.text).toBe(200)
    expect(asked()).toEqual(['nova-micro', 'nova-micro', 'nova-lite'])
    const left = JSON.stringify({ messages: [user('Written anew.')] })
    expect(bodies()[1]).toMatchObject({ messages: [user([{ text: left }])] })
    expect(bodies()[2]).toMatchObject({ messages: [user([{ text: 'Written anew.' }])] })
  })

  it('may come to ask another model, under that one’s functions', async () => {
    const answer = await chat('both', rewritable({}, { model: 'own' }))
    expect(answer.statusCode, answer.text).toBe(200)
    expect(bodies()[1]).toMatchObject({ inferenceConfig: { maxTokens: 11 } })
    expect(asked()).toEqual(['nova-micro', 'nova-lite', 'nova-micro'])
    await expectSettled('both', billed())
  })

  it('may not come to ask a model that the caller may not', async () => {
    const answer = await chat('found', rewritable({}, { model: 'writer' }))
    expect([answer.statusCode, errorOf(answer).message]).toEqual([
      403,
      expect.stringMatching(
        /^failed to convert AI response to a request: This key may not use the model "writer"/,
      ),
    ])
  })

  it.each<[string, string, object | string, number, RegExp]>([
    [
      'no match',
      'found',
      { model: 'nova', messages: [user('Hi')] },
      400,
      /^AI response did not match specified regular expression$/,
    ],
    [
      'what is no JSON',
      'whole',
      { model: 'nova', messages: [user('Hi')] },
      400,
      /^failed to convert AI response to a request: It is not JSON\.$/,
    ],
    [
      'no text',
      'whole',
      { model: 'nova', messages: [user('[[simulate:empty]]')] },
      400,
      /^no 'choices' in upstream AI service response$/,
    ],
    [
      'an answer that was cut',
      'short',
      { model: 'nova', messages: [user('Hi')] },
      400,
      /^AI response was cut at its most tokens$/,
    ],
    [
      'an answer that was filtered',
      'whole',
      { model: 'nova', messages: [user('[[simulate:filtered]]')] },
      400,
      /^AI service declined to answer$/,
    ],
  ])('%s', async (_, team, body, status, message) => {
    const before = await accountOf(team)
    const answer = await chat(team, body as object)
    expect([answer.statusCode, errorOf(answer).message]).toEqual([
      status,
      expect.stringMatching(message),
    ])
    expect(asked()).toEqual(['nova-micro'])
    const after = await accountOf(team)
    expect(after.tokens - before.tokens).toBe(billOf(billed()).tokens)
    expect(after.open).toBe(0)
  })

  it('is not made where the model fails, in that model’s own code', async () => {
    bedrock.fault('throttle')
    const answer = await chat('answers', { model: 'nova', messages: [user('Hi')] })
    expect(answer.statusCode).toBe(429)
    bedrock.clearFaults()
    bedrock.fault('throttle')
    const transformed = await chat('whole', { model: 'nova', messages: [user('Hi')] })
    expect([transformed.statusCode, errorOf(transformed).message]).toEqual([
      429,
      expect.stringMatching(/^failed to introspect request with AI service: /),
    ])
    expect(errorOf(transformed).code).toBe('upstream_throttled')
    expect(await accountOf('whole')).toMatchObject({ open: 0 })
    expect(asked()).toEqual([])
  })

  it('a rule of the guard refuses what the model would read, before it is asked', async () => {
    const escaped = JSON.stringify({ model: 'nova', messages: [user('What is a dystopia?')] })
    const texts = [escaped, escaped.replace('dystopia', '\\u0064ystopia')]
    for (const body of texts) {
      const answer = await invoke({ resource: '/v1/chat/completions', body, team: 'guarded' })
      expect([answer.statusCode, errorOf(answer).code]).toEqual([400, 'guard_blocked'])
    }
    const answer = await invoke({ ...question.ask(said), team: 'bodyguarded' })
    expect([answer.statusCode, errorOf(answer).message]).toEqual([
      400,
      'failed to introspect request with AI service: The request was refused by a rule of this gateway.',
    ])
    expect(bodies()).toEqual([])
  })

  it('a budget that is used refuses the transform’s own call', async () => {
    const answer = await invoke({ ...question.ask(said), team: 'spent' })
    expect([answer.statusCode, errorOf(answer).code]).toEqual([429, 'budget_exceeded'])
    expect(bodies()).toEqual([])
  })

  it('that may not be made without a template is not shown to a model', async () => {
    const answer = await invoke({ ...question.ask(said), team: 'templated' })
    expect([answer.statusCode, errorOf(answer).code]).toEqual([400, 'template_error'])
    expect(bodies()).toEqual([])
  })

  it('is not rewritten for a count, which costs nothing', async () => {
    const answer = await invoke({
      resource: '/v1/messages/count_tokens',
      body: JSON.stringify({ model: 'claude', messages: [user('Hi')] }),
      team: 'whole',
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['x-tollgate-notice']).toContain('nothing is asked of it for a count')
    expect(billed()).toEqual([])
  })
})

describe('an answer', () => {
  const spoken = ways.filter(({ name }) => !name.includes('/model/'))
  const each = spoken.flatMap((way) => way.streams.map((stream) => ({ ...way, stream })))

  it.each(each)('$name, streamed: $stream: is what the model made of it', async (way) => {
    const before = await accountOf('words')
    const answer = await invoke({
      ...way.ask({ ...said, text: '[[simulate:say]] [[simulate:words:12]]', stream: way.stream }),
      team: 'words',
    })
    expect(answer.statusCode, answer.text).toBe(200)
    const { text, usage } = readers[way.name]?.(answer, way.stream) ?? {}
    expect(text).toBe('word12')
    expect(asked()).toEqual(['nova-lite', 'nova-micro'])
    expect(usage).toEqual({ input: billed()[0]?.input, output: billed()[0]?.output })
    const after = await accountOf('words')
    expect(after.microUsd - before.microUsd).toBe(billOf(billed()).microUsd)
    expect(after.open).toBe(0)
  })

  it('of tool calls, without text, or refused is not shown to a model', async () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }]
    const claude = { model: 'claude', max_tokens: 30 }
    await chat('answers', { ...claude, messages: [user('[[simulate:refusal]]')] })
    await chat('answers', { ...claude, messages: [user('[[simulate:empty]]')] })
    expect(asked()).toHaveLength(2)
    const called = await chat('answers', {
      ...{ ...claude, max_tokens: 200, tools, messages: [user('[[simulate:tool-call]]')] },
    })
    const { content, tool_calls: calls } = JSON.parse(called.text).choices[0].message
    expect(content).toContain(prompt)
    expect(calls).toHaveLength(1)
  })

  it('that was thought about is told without the thoughts', async () => {
    const answer = await invoke({
      resource: '/v1/messages',
      body: JSON.stringify({
        ...{ model: 'claude', max_tokens: 2_000, messages: [user('[[simulate:thinking]] Hm?')] },
        thinking: { type: 'enabled', budget_tokens: 1_024 },
      }),
      team: 'answers',
    })
    const { content } = JSON.parse(answer.text)
    expect(content.map(({ type }: { type: string }) => type)).toEqual(['text'])
  })

  it('that cannot be transformed is an error of the gateway’s, and is paid', async () => {
    const answer = await invoke({ ...question.ask(said), team: 'unmatched' })
    expect([answer.statusCode, errorOf(answer).message]).toEqual([
      502,
      'failed to introspect response with AI service: AI response did not match specified regular expression',
    ])
    await expectSettled('unmatched', billed())
    expect(linesOf('unmatched').at(-1)).toMatchObject({ outcome: 'upstream_error' })
  })

  it('that is remembered is transformed, and only that is asked again', async () => {
    const body = { model: 'nova', temperature: 0, messages: [user('Remember?')], max_tokens: 200 }
    const [first, second] = [await chat('answers', body), await chat('answers', body)]
    expect([first, second].map(({ headers }) => headers['x-tollgate-cache'])).toEqual([
      'miss',
      'hit',
    ])
    const told = [first, second].map(({ text }) => JSON.parse(text).choices[0].message.content)
    expect(told[0]).toContain(prompt)
    expect(told[1]).toBe(told[0])
    expect(asked()).toEqual(['nova-lite', 'nova-micro', 'nova-micro'])
  })
})
