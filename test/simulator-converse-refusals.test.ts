/** What Converse refuses: requests that are right, and the change that makes each wrong. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { assistant, user } from './simulator-claude-refusals.ts'
import { errorType, type JsonRecord, post } from './simulator-client.ts'
import {
  additional,
  asks,
  call,
  document,
  fromModel,
  image,
  inference,
  noField,
  point,
  result,
  signed,
  text,
  toolConfig,
  unsigned,
} from './simulator-converse-parts.ts'
import { wrongBlocks, wrongShapes } from './simulator-converse-wrongs.ts'
import { chatModel } from './simulator-models.ts'

const able = 'amazon.nova-simulated'
const sonnet = 'anthropic.claude-simulated-4'
const opus = 'anthropic.claude-simulated-5'
const llama = 'meta.llama-simulated'
const mistral = 'mistral.simulated'
const titan = 'amazon.titan-simulated'

const models = [
  chatModel(able, 'nova2', { thinking: 'effort' }),
  chatModel(sonnet, 'claude-messages', {
    thinking: 'budget',
    oneSampler: true,
    betas: ['known-2026-01-01'],
  }),
  { ...chatModel(opus, 'claude-messages', { thinking: 'adaptive', prefill: false }) },
  chatModel(llama, 'llama3', { stopSequences: 0, forcedTools: false, cachePoints: false }),
  chatModel(mistral, 'openai-chat'),
  chatModel(titan, 'titan-text', {
    system: false,
    tools: false,
    images: false,
    documents: false,
    jsonSchema: 'no',
  }),
]

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ region: 'us-east-1', models })
})
afterAll(() => simulator.close())

const wrongForModels: readonly (readonly [id: string, change: JsonRecord, message: string])[] = [
  [
    sonnet,
    inference({ temperature: 0.5, topP: 0.5 }),
    fromModel('`temperature` and `top_p` cannot both be specified for this model.'),
  ],
  [
    sonnet,
    {
      ...inference({ maxTokens: 1_024 }),
      ...additional({ thinking: { type: 'enabled', budget_tokens: 1_024 } }),
    },
    fromModel('`max_tokens` must be greater than `thinking.budget_tokens`.'),
  ],
  [
    sonnet,
    {
      ...inference({ temperature: 0.5 }),
      ...additional({ thinking: { type: 'enabled', budget_tokens: 1_024 } }),
    },
    fromModel('`temperature` may only be set to 1 when thinking is enabled.'),
  ],
  [
    sonnet,
    {
      toolConfig: { ...toolConfig, toolChoice: { any: {} } },
      ...additional({ thinking: { type: 'enabled', budget_tokens: 1_024 } }),
    },
    fromModel('Thinking may not be enabled when tool_choice forces tool use.'),
  ],
  [
    sonnet,
    additional({ thinking: { type: 'adaptive' } }),
    fromModel("thinking.type: Input should be 'enabled' or 'disabled'"),
  ],
  [sonnet, additional({ seed: 1 }), fromModel('seed: Extra inputs are not permitted')],
  [sonnet, additional({ anthropic_beta: ['unknown'] }), fromModel('invalid beta flag')],
  [
    sonnet,
    { messages: [user(text('x')), assistant(unsigned, text('x')), user(text('x'))] },
    fromModel('messages.1.content.0.thinking.signature: Field required'),
  ],
  [
    opus,
    { messages: [user(text('x')), assistant(text('x'))] },
    fromModel('This model does not support assistant message prefill.'),
  ],
  [titan, { system: [text('x')] }, "This model doesn't support system messages. Try again without"],
  [titan, { toolConfig }, "This model doesn't support tool use."],
  [titan, asks(image({ bytes: 'aGk=' }), text('x')), noField('image')],
  [titan, asks(document('a'), text('x')), noField('document')],
  [
    titan,
    {
      outputConfig: {
        textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{}' } } },
      },
    },
    noField('outputConfig.textFormat'),
  ],
  [titan, { outputConfig: { effort: 'low' } }, noField('outputConfig.effort')],
  [titan, additional({ top_k: 1 }), 'Malformed input request: #: extraneous key [top_k]'],
  [
    titan,
    { messages: [user(text('x')), assistant(signed, text('x')), user(text('x'))] },
    noField('reasoningContent'),
  ],
  [llama, inference({ stopSequences: ['x'] }), noField('stopSequences')],
  [
    llama,
    { toolConfig: { ...toolConfig, toolChoice: { any: {} } } },
    noField('toolConfig.toolChoice.any'),
  ],
  [
    mistral,
    { toolConfig, messages: [user(text('x')), assistant(call), user(result, text('x'))] },
    'messages.2.content: Conversation blocks and tool result blocks cannot be provided in the same turn.',
  ],
]

const wrongs = [
  ...[...wrongShapes, ...wrongBlocks].map(([change, message]) => ({ id: able, change, message })),
  ...wrongForModels.map(([id, change, message]) => ({ id, change, message })),
]

it.each(models)('$id takes the request that the changes make wrong', async ({ id }) => {
  for (const operation of ['converse', 'converse-stream']) {
    const right = await post(simulator.url, id, asks(text('Hello')), {}, operation)
    expect([right.status, (await right.text()).length]).toEqual([200, expect.any(Number)])
  }
})

it.each(wrongs)('$id: $message', async ({ id, change, message }) => {
  for (const operation of ['converse', 'converse-stream']) {
    const body = { ...asks(text('Hello')), ...change }
    const answer = await post(simulator.url, id, body, {}, operation)
    const said = (await answer.json()) as { message: string }
    expect(said.message.slice(0, message.length)).toBe(message)
    expect([answer.status, errorType(answer)]).toEqual([400, 'ValidationException'])
  }
})

it('tools are not streamed by models that call them only in whole answers', async () => {
  const body = { ...asks(text('Hello')), toolConfig }
  expect((await post(simulator.url, llama, body, {}, 'converse')).status).toBe(200)
  const answer = await post(simulator.url, llama, body, {}, 'converse-stream')
  expect(await answer.json()).toEqual({
    message: "This model doesn't support tool use in streaming mode.",
  })
})

it('cache points are forbidden to models without a cache', async () => {
  const answer = await post(simulator.url, llama, asks(text('x'), point()), {}, 'converse')
  expect([answer.status, errorType(answer)]).toEqual([403, 'AccessDeniedException'])
  expect(await answer.json()).toEqual({
    message:
      'You invoked an unsupported model or your request did not allow prompt caching. See the documentation for more information.',
  })
})

it('what has no meaning for CountTokens is refused there', async () => {
  const counted = (input: unknown) => post(simulator.url, sonnet, { input }, {}, 'count-tokens')
  const refused = [
    counted({}),
    counted({ converse: { ...asks(text('x')), inferenceConfig: {} } }),
    counted({ converse: { messages: [assistant(text('x'))] } }),
    counted({ invokeModel: { body: 'e30=' } }),
    counted({ invokeModel: { body: 'aGk=' } }),
  ]
  for (const answer of await Promise.all(refused)) {
    expect([answer.status, errorType(answer)]).toEqual([400, 'ValidationException'])
  }
})
