/** Cohere's chat as a body: what is built for it, what is read of its answers, and in which order. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cohereChat } from '../lambda/bodies/cohere-chat.ts'
import { cohereEmbedV2 } from '../lambda/bodies/cohere-embed-v2.ts'
import { canHold } from '../lambda/bodies/cohere-schema.ts'
import type { JsonObject } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { EmbeddingModel, Model } from '../lambda/core/model.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { outsideModel } from '../lambda/models/outside.ts'
import { anyCharacter } from './support/arbitrary.ts'
import { built, collected, eventsOf } from './support/bodies.ts'
import { asking } from './support/vendor-calls.ts'

const server = { type: 'cohere', key: 'arn' } as const
const command = outsideModel({ provider: 'cohere', model: 'command-a-03-2025' }, server) as Model
const thinker = outsideModel(
  { provider: 'cohere', model: 'command-a-reasoning-08-2025', accepts: { thinking: 'budget' } },
  server,
) as Model

const build = (more: Partial<ChatRequest>, model = command) => {
  const { body, notices } = built(asking('Hello', { maxTokens: 1_000, ...more }), model)
  return { body, notices }
}

const tool = (name: string) => ({ name, input: { type: 'object' } })
const tools = [tool('clock'), tool('weather')]
const clock = { type: 'function', function: { name: 'clock', parameters: { type: 'object' } } }
const weather = { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }

describe('what is asked of Cohere', () => {
  it.each<readonly [string, Partial<ChatRequest>, JsonObject]>([
    ['nothing but the question', {}, {}],
    [
      'every parameter it has a word for',
      { sampling: { temperature: 0.2, topP: 0.9, topK: 7, seed: 3, stop: ['END'] } },
      { temperature: 0.2, p: 0.9, k: 7, seed: 3, stop_sequences: ['END'] },
    ],
    ['tools to choose from', { tools }, { tools: [clock, weather] }],
    [
      'any tool',
      { tools, toolChoice: { type: 'any' } },
      { tools: [clock, weather], tool_choice: 'REQUIRED' },
    ],
    [
      'one tool, which is then the only one',
      { tools, toolChoice: { type: 'tool', name: 'weather' } },
      { tools: [weather], tool_choice: 'REQUIRED' },
    ],
    [
      'no tool for now',
      { tools, toolChoice: { type: 'none' } },
      { tools: [clock, weather], tool_choice: 'NONE' },
    ],
    ['JSON', { output: { type: 'json' } }, { response_format: { type: 'json_object' } }],
  ])('%s', (_, more, expected) => {
    const { body, notices } = build(more)
    const messages = [{ role: 'user', content: 'Hello' }]
    expect(body).toEqual({ messages, max_tokens: 1_000, ...expected })
    expect(notices).toEqual([])
  })

  it.each<readonly [string, Partial<ChatRequest>, JsonObject, string]>([
    ['top_p 1', { sampling: { topP: 1 } }, { p: 0.99 }, 'top_p 1: sent as 0.99'],
    ['top_p 0', { sampling: { topP: 0 } }, { p: 0.01 }, 'top_p 0: sent as 0.01'],
    ['one tool at a time', { tools, parallelTools: false }, {}, 'parallel_tool_calls: left out'],
    ['a tier', { serviceTier: 'priority' }, {}, 'service_tier priority: left out'],
  ])('%s is told as changed', (_, more, expected, notice) => {
    const { body, notices } = build(more)
    expect(body).toMatchObject(expected)
    expect(notices).toEqual([expect.stringContaining(notice)])
  })

  it.each<readonly [ChatRequest['thinking'], JsonObject | undefined, string | undefined]>([
    [undefined, undefined, undefined],
    [{ type: 'off' }, { type: 'disabled' }, undefined],
    [{ type: 'adaptive' }, { type: 'enabled' }, undefined],
    [{ type: 'budget', tokens: 400 }, { type: 'enabled', token_budget: 400 }, undefined],
    [{ type: 'budget', tokens: 4_000 }, { type: 'enabled', token_budget: 999 }, 'budget of 999'],
    [
      { type: 'adaptive', effort: 'low' },
      { type: 'enabled', token_budget: 200 },
      'a budget of 200 tokens',
    ],
  ])('the wish to think %j is %j', (thinking, expected, notice) => {
    const { body, notices } = build({ ...(thinking && { thinking }) }, thinker)
    expect(body.thinking).toEqual(expected)
    expect(notices).toEqual(notice === undefined ? [] : [expect.stringContaining(notice)])
  })

  it('a conversation with tools, in the order Cohere has it', () => {
    const text = (words: string) => ({ type: 'text' as const, text: words })
    const call = { type: 'tool-call', id: 'c1', name: 'clock', input: { zone: 'UTC' } } as const
    const image = { type: 'image', mediaType: 'image/png', data: 'AAAA' } as const
    const own = { type: 'thinking', text: 'Look.' } as const
    const others = { type: 'thinking', text: 'Hm.', signature: 'c2ln' } as const
    const messages: ChatRequest['messages'] = [
      { role: 'system', content: [text('Be brief.'), text('Be kind.')] },
      { role: 'user', content: [text('What time?'), image] },
      { role: 'assistant', content: [own, others, text('I look.'), call] },
      {
        role: 'user',
        content: [
          text('Quick!'),
          { type: 'tool-result', callId: 'c1', content: [text('12:00'), image], failed: false },
        ],
      },
      { role: 'assistant', content: [own, text('Noon.')] },
      { role: 'system', content: [text('Be long.')] },
    ]
    const seeing = { ...thinker, accepts: { ...thinker.accepts, images: true } }
    const { body, notices } = build({ messages, tools }, seeing)
    const shown = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
    expect(body.messages).toEqual([
      { role: 'system', content: 'Be brief.\nBe kind.' },
      { role: 'user', content: [text('What time?'), shown] },
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'Look.' }],
        tool_plan: 'I look.',
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'clock', arguments: '{"zone":"UTC"}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: [text('12:00')] },
      { role: 'user', content: [text('From the result of c1:'), shown, text('Quick!')] },
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'Look.' }, text('Noon.')],
      },
      { role: 'user', content: '<system>\nBe long.\n</system>' },
    ])
    expect(notices).toEqual([
      expect.stringContaining('later system message'),
      expect.stringContaining('earlier thinking: left out'),
      expect.stringContaining('images of a tool result'),
    ])
  })

  it.each([
    ['', false, '{}'],
    ['', true, [{ type: 'text', text: 'Error: the tool failed' }]],
    ['18 C', true, [{ type: 'text', text: 'Error: 18 C' }]],
  ])('the result %j of a tool that failed: %s', (said, failed, expected) => {
    const content = said === '' ? [] : [{ type: 'text', text: said } as const]
    const messages: ChatRequest['messages'] = [
      ...asking('Hello').messages,
      { role: 'assistant', content: [{ type: 'tool-call', id: 'c', name: 'clock', input: {} }] },
      { role: 'user', content: [{ type: 'tool-result', callId: 'c', content, failed }] },
    ]
    const { body } = build({ messages, tools })
    expect((body.messages as JsonObject[]).at(-1)?.content).toEqual(expected)
  })

  it('documents are refused by name', () => {
    const document = { type: 'document', mediaType: 'text/plain', data: 'QQ==' } as const
    const reading = { ...command, accepts: { ...command.accepts, documents: true } }
    const messages: ChatRequest['messages'] = [{ role: 'user', content: [document] }]
    expect(() => build({ messages }, reading)).toThrow(/text and images/)
  })
})

describe('a JSON schema', () => {
  const holding = (schema: JsonObject) => ({
    output: { type: 'json-schema', name: 'answer', schema } as const,
  })
  const plain = { type: 'object', properties: { not: { type: 'string' } }, required: ['not'] }

  it('is held by Cohere itself', () => {
    const { body, notices } = build(holding(plain))
    expect(body.response_format).toEqual({ type: 'json_object', json_schema: plain })
    expect(notices).toEqual([])
  })

  it.each([
    ['that is no object', { type: 'array', items: { type: 'string' } }, false],
    ['without a field that is required', { type: 'object', properties: {} }, false],
    ['with a bound', { ...plain, properties: { not: { type: 'integer', minimum: 1 } } }, false],
    ['with a format of its own', { ...plain, properties: { not: { format: 'email' } } }, false],
    ['with an anchored pattern', { ...plain, properties: { not: { pattern: '^a$' } } }, false],
    ['closed', { ...plain, additionalProperties: false }, true],
    ['with anyOf', { ...plain, properties: { not: { anyOf: [plain, { type: 'null' }] } } }, true],
    ['with anyOf that is wrong within', { ...plain, anyOf: [{ oneOf: [] }] }, false],
  ])('%s', (_, schema, held) => {
    expect(canHold(holding(schema as JsonObject).output)).toBe(held)
  })

  it.each([
    ['that it does not hold', { ...plain, minimum: 1 }, []],
    ['beside tools', plain, tools],
  ])('%s is a tool’s call, and read as the answer', async (_, schema, beside) => {
    const { body } = build({ ...holding(schema), tools: beside })
    expect(body).not.toHaveProperty('response_format')
    expect(body.tool_choice).toBe('REQUIRED')
    const names = (body.tools as { function: { name: string } }[]).map((each) => each.function.name)
    expect(names.at(-1)).toBe('json_answer_answer')
    const { content, stop } = cohereChat.read(
      answer({ tool_calls: [called('json_answer_answer', '{"not":"x"}')] }, 'TOOL_CALL'),
      {},
    )
    expect(content).toEqual([{ type: 'text', text: '{"not":"x"}' }])
    expect(stop).toEqual({ reason: 'end' })
  })
})

const usage = {
  billed_units: { input_tokens: 7, output_tokens: 5 },
  tokens: { input_tokens: 500, output_tokens: 9 },
  cached_tokens: 3,
}
const answer = (message: object, finish_reason = 'COMPLETE') => ({
  id: 'a',
  finish_reason,
  message: { role: 'assistant', ...message },
  usage,
})
const called = (name: string, args: string, id = 'c1') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})

/** The events that tell the same as a whole answer. */
const start = {
  id: 'a',
  type: 'message-start',
  delta: {
    message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] },
  },
}
const blockOf = (type: 'text' | 'thinking', index: number, ...pieces: string[]) => [
  { type: 'content-start', index, delta: { message: { content: { type, [type]: '' } } } },
  ...pieces.map((piece) => ({
    type: 'content-delta',
    index,
    delta: { message: { content: { [type]: piece } } },
  })),
  { type: 'content-end', index },
]
const callOf = (id: string, name: string, ...pieces: string[]) => [
  {
    type: 'tool-call-start',
    index: 0,
    delta: { message: { tool_calls: called(name, '', id) } },
  },
  ...pieces.map((piece) => ({
    type: 'tool-call-delta',
    index: 0,
    delta: { message: { tool_calls: { function: { arguments: piece } } } },
  })),
  { type: 'tool-call-end', index: 0 },
]
const plan = (...pieces: string[]) =>
  pieces.map((piece) => ({ type: 'tool-plan-delta', delta: { message: { tool_plan: piece } } }))
const end = (finish_reason = 'COMPLETE', more: object = {}) => ({
  type: 'message-end',
  delta: { finish_reason, usage, ...more },
})
const citation = { type: 'citation-start', index: 0, delta: { message: { citations: {} } } }

describe('what Cohere answers', () => {
  const cases = [
    [
      'text',
      answer({ content: [{ type: 'text', text: 'Hi there' }] }),
      [start, ...blockOf('text', 0, 'Hi', ' there'), citation, end()],
      [{ type: 'text', text: 'Hi there' }],
    ],
    [
      'a thought before it',
      answer({
        content: [
          { type: 'thinking', thinking: 'Well' },
          { type: 'text', text: 'Hi' },
        ],
      }),
      [start, ...blockOf('thinking', 0, 'We', 'll'), ...blockOf('text', 1, 'Hi'), end()],
      [
        { type: 'thinking', text: 'Well' },
        { type: 'text', text: 'Hi' },
      ],
    ],
    [
      'a plan, and two calls of which one has no arguments',
      answer(
        {
          tool_plan: 'I will look.',
          tool_calls: [called('weather', '{"place": "nullity"}'), called('clock', 'null', 'c2')],
        },
        'TOOL_CALL',
      ),
      [
        start,
        ...plan('I will', ' look.'),
        ...callOf('c1', 'weather', '{"place": "', 'null', 'ity', '"}'),
        ...callOf('c2', 'clock', 'nu', 'll'),
        end('TOOL_CALL'),
      ],
      [
        { type: 'text', text: 'I will look.' },
        { type: 'tool-call', id: 'c1', name: 'weather', input: { place: 'nullity' } },
        { type: 'tool-call', id: 'c2', name: 'clock', input: {} },
      ],
    ],
    [
      'a thought, then a call without an end of its own',
      answer(
        {
          content: [{ type: 'thinking', thinking: 'Well' }],
          tool_calls: [called('clock', '')],
        },
        'COMPLETE',
      ),
      [start, ...blockOf('thinking', 0, 'Well'), callOf('c1', 'clock')[0], end('COMPLETE')],
      [
        { type: 'thinking', text: 'Well' },
        { type: 'tool-call', id: 'c1', name: 'clock', input: {} },
      ],
    ],
    ['nothing', answer({}), [start, end()], []],
  ] as const

  it.each(cases)('%s is the same whole and streamed', async (_, whole, chunks, content) => {
    const reply = cohereChat.read(whole, {})
    expect(await collected(eventsOf(cohereChat, chunks))).toEqual(reply)
    expect(reply.usage).toEqual({
      input: 7,
      output: 5,
      cacheRead: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
    })
    expect(reply.content).toEqual(content)
    const calls = content.some(({ type }) => type === 'tool-call')
    expect(reply.stop).toEqual({ reason: calls ? 'tool-calls' : 'end' })
  })

  it.each([
    ['COMPLETE', { reason: 'end' }],
    ['STOP_SEQUENCE', { reason: 'sequence' }],
    ['MAX_TOKENS', { reason: 'length' }],
    ['TOOL_CALL', { reason: 'tool-calls' }],
    ['SOMETHING_NEW', { reason: 'other', detail: 'SOMETHING_NEW' }],
  ])('%s', async (word, stop) => {
    expect(cohereChat.read(answer({}, word), {}).stop).toEqual(stop)
    expect((await collected(eventsOf(cohereChat, [start, end(word)]))).stop).toEqual(stop)
  })

  it.each([
    ['ERROR', 'upstream_error'],
    ['TIMEOUT', 'upstream_timeout'],
  ])('%s is a failure, billed for what it tells', (word, code) => {
    const failed = { code, billed: { input: 7, output: 5 }, cause: { name: word } }
    expect(eventsOf(cohereChat, [start, end(word, { error: 'it broke' })])).toMatchObject([
      { type: 'reply-start' },
      { type: 'reply-error', error: failed },
    ])
    expect(thrownBy(() => cohereChat.read(answer({}, word), {}))).toMatchObject(failed)
  })

  it('is counted by its tokens where nothing is said to be billed, else by its length', () => {
    const { tokens } = usage
    const told = cohereChat.read({ ...answer({}), usage: { tokens } }, {}).usage
    expect(told).toMatchObject({ input: 500, output: 9 })
    const content = [{ type: 'text', text: 'abcdef' }]
    const untold = cohereChat.read({ ...answer({ content }), usage: undefined }, {}).usage
    expect(untold).toMatchObject({ input: 0, output: 2, guessed: 'answer' })
  })

  it('that ends too early is an error', () => {
    const [, , chunks] = cases[0]
    expect(eventsOf(cohereChat, chunks.slice(0, -1)).at(-1)).toMatchObject({
      type: 'reply-error',
      error: { code: 'upstream_error' },
    })
  })

  it('in any form is a reply or an error of ours, and a stream has one end', () => {
    const real = cases.flatMap(([, whole, chunks]) => [whole, ...chunks])
    const anything = fc.oneof(
      fc.jsonValue({ stringUnit: anyCharacter }),
      fc
        .tuple(
          fc.constantFrom(...real),
          fc.nat(30),
          fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 2 }),
        )
        .map(([one, at, value]) => spoiled(one, at, value)),
      fc.constantFrom(...real),
    )
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 8 }), (chunks) => {
        for (const chunk of chunks) {
          const thrown = thrownBy(() => cohereChat.read(chunk, {}))
          if (thrown !== undefined) expect(thrown).toBeInstanceOf(TollgateError)
        }
        const events = eventsOf(cohereChat, chunks)
        const ends = events.filter(({ type }) => type === 'reply-end' || type === 'reply-error')
        expect(ends).toHaveLength(1)
        expect(events.at(-1)).toBe(ends[0])
      }),
      { numRuns: 200 },
    )
  })
})

function spoiled(value: unknown, at: number, put: unknown): unknown {
  let position = 0
  const text = JSON.stringify(value, (_, part: unknown) => (position++ === at ? put : part))
  return JSON.parse(text ?? 'null')
}

function thrownBy(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (thrown) {
    return thrown
  }
}

describe('embeddings', () => {
  const facts = { dimensions: [4, 2], limits: { context: 512, batch: 96 } }
  const several = { ...facts, id: 'embed-v4.0', name: 'Embed 4' } as unknown as EmbeddingModel
  const request = { model: 'embed', inputs: ['a'], stream: false } as const

  it.each([
    ['several', several, { dimensions: 2 }, { output_dimension: 2 }],
    ['one', { ...several, dimensions: [2] }, { dimensions: 2 }, {}],
    ['several, none asked for', several, {}, {}],
  ])('of a model with %s lengths', (_, model, asked, expected) => {
    const body = cohereEmbedV2.build({ ...request, ...asked }, ['a'], model, () => {})
    expect(body).toEqual({
      texts: ['a'],
      input_type: 'search_document',
      truncate: 'NONE',
      embedding_types: ['float'],
      ...expected,
    })
  })

  it('are counted by what is billed', () => {
    const said = { embeddings: { float: [[0, 1]] }, meta: { billed_units: { input_tokens: 3 } } }
    expect(cohereEmbedV2.read(said, {})).toEqual({ vectors: [[0, 1]], tokens: 3 })
  })
})
