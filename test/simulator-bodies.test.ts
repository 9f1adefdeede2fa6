/** Bodies of InvokeModel that several makers share, or only one has: chat completions, prompts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import {
  chunkTexts,
  errorType,
  invokeStream,
  type JsonRecord,
  post,
  sdkClient,
} from './simulator-client.ts'
import { chatModel } from './simulator-models.ts'

const oss = 'openai.gpt-oss-20b-1:0'
const qwen = 'qwen.qwen3-32b-v1:0'
const mistral = 'mistral.mistral-7b-instruct-v0:2'
const large = 'mistral.mistral-large-2407-v1:0'
const j2 = 'ai21.j2-ultra-v1'
const jamba = 'ai21.jamba-1-5-large-v1:0'
const unforced = 'anthropic.claude-simulated'
const plain = {
  system: false,
  tools: false,
  images: false,
  documents: false,
  jsonSchema: 'no',
} as const

const models = [
  chatModel(oss, 'openai-chat-gpt-oss', { thinking: 'effort', images: false, cachePoints: false }),
  chatModel(qwen, 'openai-chat', { cachePoints: false }),
  chatModel(mistral, 'mistral-instruct', plain),
  chatModel(large, 'mistral-chat', { images: false }),
  chatModel(j2, 'jurassic', { ...plain, streaming: false }),
  chatModel(jamba, 'jamba', { images: false }),
  chatModel(unforced, 'claude-messages', { forcedTools: false }),
  chatModel('maker.by-converse', 'converse'),
  chatModel('maker.by-nobody', 'unheard-of'),
]

let simulator: Simulator
let client: ReturnType<typeof sdkClient>
beforeAll(async () => {
  simulator = await startSimulator({ region: 'us-east-1', models })
  client = sdkClient(simulator.url)
})
afterAll(async () => {
  client.destroy()
  await simulator.close()
})

const said = (role: string, content: unknown) => ({ role, content })
const hello = { messages: [said('user', 'Hello')] }
const weather = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object' } },
}
const call = { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }
const png = 'data:image/png;base64,aGk='

/** What has to stand in the JSON of an answer. */
const answers: Readonly<Record<string, readonly [id: string, body: JsonRecord, ...string[]]>> = {
  'gpt-oss thinks aloud before it answers': [
    oss,
    { ...hello, model: oss, stream: false, max_completion_tokens: 300, reasoning_effort: 'low' },
    '"content":"<reasoning>Simulated thinking about \\"Hello\\".</reasoning>[simulated openai.gpt-oss',
    'effort=low',
    '"finish_reason":"stop"',
  ],
  'chat completions read all': [
    qwen,
    {
      messages: [
        said('system', 'Be brief'),
        said('user', 'First'),
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c1', content: '18 C' },
        said('user', [
          { type: 'text', text: ' Second' },
          { type: 'image_url', image_url: { url: png } },
        ]),
      ],
      tools: [weather],
      temperature: 0.5,
      stop: 'xyz',
    },
    'You asked: \\"(success: 18 C) Second\\". System: \\"Be brief\\". Turns before: 2. Given: tools: get_weather. temperature=0.5',
    'Received: tool get_weather said: 18 C; image/png image of 2 bytes.',
  ],
  'chat completions call several tools': [
    qwen,
    { messages: [said('user', '[[simulate:tool-calls:2]]')], tools: [weather] },
    '"tool_calls":[{"id":"call_',
    '"finish_reason":"tool_calls"',
  ],
  'chat completions keep to a schema': [
    qwen,
    {
      ...hello,
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'answer',
          schema: { type: 'object', properties: { yes: { type: 'boolean' } } },
        },
      },
    },
    '"content":"{\\"yes\\":true}"',
  ],
  'chat completions stop at their length': [
    qwen,
    { ...hello, max_tokens: 2 },
    '"finish_reason":"length"',
    '"completion_tokens":2',
  ],
  'Mistral reads its template': [
    mistral,
    { prompt: '<s>[INST] First [/INST] One</s>[INST] Second [/INST]', max_tokens: 300 },
    '{"outputs":[{"text":"[simulated mistral.mistral-7b-instruct-v0:2] You asked: \\"Second\\". Turns before: 2. max=300"',
    '"stop_reason":"stop"',
  ],
  'Mistral shows a prompt without a beginning': [
    mistral,
    { prompt: '[INST] x [/INST]' },
    'Given: the prompt does not start with <s>',
  ],
  'Mistral’s chat has a word of its own for its end': [large, hello, '"stop_reason":"stop"'],
  'Jurassic completes': [
    j2,
    { prompt: '大谷翔平について教えて' },
    'You asked: \\"大谷翔平について教えて\\"',
    '"finishReason":{"reason":"endoftext"}',
    '"generatedToken":',
  ],
  'Jurassic stops at its length': [
    j2,
    { prompt: 'x', maxTokens: 2, countPenalty: { scale: 0 } },
    '"finishReason":{"reason":"length"}',
  ],
  'Jamba reads all': [
    jamba,
    { messages: [said('system', 'Be brief'), said('user', 'Hello')], max_tokens: 300, n: 1 },
    'You asked: \\"Hello\\". System: \\"Be brief\\". Turns before: 0. max=300',
  ],
}

it.each(Object.entries(answers))('%s', async (_, [id, body, ...expected]) => {
  const json = await (await post(simulator.url, id, body)).text()
  for (const part of expected) expect(json).toContain(part)
  expect(await (await post(simulator.url, id, body)).text()).toBe(json)
})

const malformed = (what: string) => `Malformed input request: ${what}`
const refusals: readonly (readonly [id: string, body: JsonRecord, message: string])[] = [
  [oss, { ...hello, stream: true }, 'The value true of stream in the body does not match'],
  [oss, { ...hello, model: qwen }, `The model '${qwen}' in the body does not match`],
  [oss, { ...hello, n: 2 }, malformed('#/n: 2 is not less or equal to 1')],
  [oss, { ...hello, thinking: {} }, malformed('#: extraneous key [thinking] is not permitted')],
  [oss, { messages: [] }, malformed('#/messages: expected minimum item count: 1')],
  [qwen, { ...hello, reasoning_effort: 'low' }, malformed('#: extraneous key [reasoning_effort]')],
  [qwen, { messages: [said('function', 'x')] }, malformed('#/messages/0/role: function is not')],
  [
    qwen,
    { messages: [said('user', [{ type: 'image_url', image_url: { url: 'https://x/y.png' } }])] },
    malformed('#/messages/0/content/0/image_url/url: string [https://x/y.png] does not match'),
  ],
  [
    qwen,
    { messages: [said('user', 'x'), { role: 'tool', tool_call_id: 'c1', content: 'x' }] },
    "messages[1]: tool_call_id 'c1' answers no call",
  ],
  [
    qwen,
    { messages: [said('user', 'x'), { role: 'assistant', tool_calls: [call] }, said('user', 'x')] },
    'messages[2]: tool_call_ids did not have response messages: c1',
  ],
  [qwen, { ...hello, tool_choice: 'auto' }, 'tool_choice is only allowed when tools'],
  [qwen, { ...hello, max_tokens: 4_001 }, malformed('#/max_tokens: 4001 is not less or equal')],
  [
    large,
    { messages: [said('user', 'x'), said('user', 'x')] },
    'Conversation roles must alternate',
  ],
  [large, { ...hello, seed: 1 }, malformed('#: extraneous key [seed] is not permitted')],
  [mistral, { prompt: 'x', top_k: 201 }, malformed('#/top_k: 201 is not')],
  [j2, { prompt: 'x', max_tokens: 1 }, malformed('#: extraneous key [max_tokens]')],
  [jamba, { ...hello, n: 17 }, malformed('#/n: 17 is not less or equal to 16')],
  [
    'maker.by-converse',
    hello,
    'The model maker.by-converse is answered by the operations converse',
  ],
  [
    unforced,
    {
      ...hello,
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 9,
      tools: [{ name: 'add', input_schema: { type: 'object' } }],
      tool_choice: { type: 'any' },
    },
    "tool_choice: type 'any' is not supported for this model.",
  ],
  ['maker.by-nobody', hello, "The simulator does not speak 'unheard-of', the body of maker"],
]

it.each(refusals.map(([id, body, message]) => ({ id, body, message })))(
  '$id: $message',
  async ({ id, body, message }) => {
    const answer = await post(simulator.url, id, body)
    const { message: told } = (await answer.json()) as { message: string }
    expect([answer.status, errorType(answer)]).toEqual([400, 'ValidationException'])
    expect(told.slice(0, message.length)).toBe(message)
  },
)

describe('streams', () => {
  it('tell gpt-oss’s thoughts in tags, and its metrics at the end', async () => {
    const chunks = await invokeStream(client, oss, { ...hello, stream: true })
    expect(chunks[0]).toMatchObject({
      object: 'chat.completion.chunk',
      choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }],
    })
    const told = chunks.map((chunk) => chunkTexts['openai-chat']?.(chunk) ?? '').join('')
    expect(told).toMatch(/^<reasoning>Simulated thinking about "Hello"\.<\/reasoning>\[simulated/)
    expect(chunks.at(-1)).toMatchObject({
      choices: [{ delta: {}, finish_reason: 'stop' }],
      'amazon-bedrock-invocationMetrics': {
        inputTokenCount: simulator.billed.at(-1)?.input,
        outputTokenCount: simulator.billed.at(-1)?.output,
      },
    })
  })

  it('open each call once, then give its arguments', async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } }
    const tool = { type: 'function', function: { name: 'get_weather', parameters } }
    const body = { messages: [said('user', '[[simulate:tool-calls:2]]')], tools: [tool] }
    const chunks = await invokeStream(client, qwen, body)
    type Delta = { index: number; id?: string; function: { name?: string; arguments: string } }
    const deltas = chunks.flatMap(
      ({ choices }) =>
        (choices as readonly { delta: { tool_calls?: readonly Delta[] } }[])[0]?.delta.tool_calls ??
        [],
    )
    for (const index of [0, 1]) {
      const own = deltas.filter((delta) => delta.index === index)
      expect(own.filter(({ id }) => id !== undefined)).toHaveLength(1)
      expect(own.map((delta) => delta.function.arguments).join('')).toBe('{"city":"simulated"}')
    }
  })

  it('are not to be had of Jurassic', async () => {
    const refused = invokeStream(client, j2, { prompt: 'x' })
    await expect(refused).rejects.toThrow('The model is unsupported for streaming.')
  })
})

it('AI21’s models are not counted in headers', async () => {
  const { headers } = await post(simulator.url, j2, { prompt: 'x' })
  expect(headers.get('x-amzn-bedrock-input-token-count')).toBeNull()
})
