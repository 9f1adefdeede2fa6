/** Wrong bodies of each family are refused, in Bedrock's own words. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import {
  assistant,
  claudeRefusals,
  missing,
  type Refusals,
  text,
  user,
} from './simulator-claude-refusals.ts'
import { errorType, type JsonRecord, post } from './simulator-client.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ region: 'us-east-1' })
})
afterAll(() => simulator.close())

const malformed = (what: string) =>
  `Malformed input request: ${what}, please reformat your input and try again.`

const titan = (change: JsonRecord) => ({ textGenerationConfig: change })
const inference = (change: JsonRecord) => ({ inferenceConfig: change })
const novaCall = { toolUse: { toolUseId: 'a1', name: 'get_weather', input: {} } }
const novaResult = { toolResult: { toolUseId: 'a1', content: [{ text: '18 C' }] } }
const novaTools = {
  tools: [{ toolSpec: { name: 'get_weather', inputSchema: { json: { type: 'object' } } } }],
}

/** A body that is right, and changes that make it wrong. */
const families: Refusals = {
  Titan: {
    ids: ['amazon.titan-text-express-v1'],
    body: { inputText: 'User: Hello\nBot:' },
    wrong: [
      [{ inputText: missing }, malformed('#: required key [inputText] not found')],
      [{ inputText: '' }, malformed('#/inputText: expected minLength: 1')],
      [{ inputText: 5 }, malformed('#/inputText: expected type: String, found: Number')],
      [{ prompt: 'x' }, malformed('#: extraneous key [prompt] is not permitted')],
      [
        titan({ temperature: 5 }),
        malformed('#/textGenerationConfig/temperature: 5 is not less or equal to 1'),
      ],
      [
        titan({ temperature: -1 }),
        malformed('#/textGenerationConfig/temperature: -1 is not greater or equal to 0'),
      ],
      [titan({ topP: 0 }), malformed('#/textGenerationConfig/topP: 0 is not greater than 0')],
      [
        titan({ maxTokenCount: 8193 }),
        malformed('#/textGenerationConfig/maxTokenCount: 8193 is not less or equal to 8192'),
      ],
      [
        titan({ maxTokenCount: 1.5 }),
        malformed('#/textGenerationConfig/maxTokenCount: expected type: Integer, found: Number'),
      ],
      [
        titan({ stopSequences: 'User:' }),
        malformed('#/textGenerationConfig/stopSequences: expected type: Array, found: String'),
      ],
      [
        titan({ topK: 1, maxTokens: 1 }),
        malformed(
          '2 schema violations found: #/textGenerationConfig: extraneous key [topK] is not permitted; #/textGenerationConfig: extraneous key [maxTokens] is not permitted',
        ),
      ],
      [
        { inputText: 'x'.repeat(40_000) },
        '400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: 10000',
      ],
    ],
  },
  Llama: {
    ids: [
      'meta.llama2-13b-chat-v1',
      'meta.llama3-8b-instruct-v1:0',
      'us.meta.llama3-3-70b-instruct-v1:0',
      'us.meta.llama4-scout-17b-instruct-v1:0',
    ],
    body: { prompt: 'Hello' },
    wrong: [
      [{ prompt: missing }, malformed('#: required key [prompt] not found')],
      [{ prompt: null }, malformed('#/prompt: expected type: String, found: Null')],
      [{ temperature: 1.1 }, malformed('#/temperature: 1.1 is not less or equal to 1')],
      [{ top_p: -0.1 }, malformed('#/top_p: -0.1 is not greater or equal to 0')],
      [{ max_gen_len: 0 }, malformed('#/max_gen_len: 0 is not greater or equal to 1')],
      [{ max_gen_len: '9' }, malformed('#/max_gen_len: expected type: Integer, found: String')],
      [{ stop: ['x'] }, malformed('#: extraneous key [stop] is not permitted')],
      [{ system: 'x' }, malformed('#: extraneous key [system] is not permitted')],
      [{ images: ['aGk='] }, malformed('#: extraneous key [images] is not permitted')],
    ],
  },
  'Claude’s text completions': {
    ids: ['anthropic.claude-v2:1', 'anthropic.claude-instant-v1'],
    body: { prompt: '\n\nHuman: Hello\n\nAssistant:', max_tokens_to_sample: 100 },
    wrong: [
      [
        { max_tokens_to_sample: missing },
        malformed('#: required key [max_tokens_to_sample] not found'),
      ],
      [
        { max_tokens_to_sample: 4097 },
        malformed('#/max_tokens_to_sample: 4097 is not less or equal to 4096'),
      ],
      [
        { prompt: 'Hello' },
        'Invalid prompt: prompt must start with "\n\nHuman:" turn after an optional system prompt',
      ],
      [
        { prompt: '\n\nHuman: Hello' },
        'Invalid prompt: prompt must end with "\n\nAssistant:" turn',
      ],
      [{ temperature: 2 }, malformed('#/temperature: 2 is not less or equal to 1')],
      [{ top_k: 501 }, malformed('#/top_k: 501 is not less or equal to 500')],
      [{ messages: [] }, malformed('#: extraneous key [messages] is not permitted')],
    ],
  },
  ...claudeRefusals,
  Nova: {
    ids: ['amazon.nova-pro-v1:0', 'us.amazon.nova-2-lite-v1:0'],
    body: { messages: [user({ text: 'Hello' })] },
    wrong: [
      [{ messages: missing }, malformed('#: required key [messages] not found')],
      [{ messages: [] }, malformed('#/messages: expected minimum item count: 1, found: 0')],
      [
        { messages: [{ role: 'user', content: 'Hello' }] },
        malformed('#/messages/0/content: expected type: Array, found: String'),
      ],
      [
        { messages: [{ role: 'system', content: [{ text: 'x' }] }] },
        malformed(
          '#/messages/0/role: system is not a valid enum value, expected one of: user, assistant',
        ),
      ],
      [
        { messages: [user(text('x'))] },
        'Malformed input request: #/messages/0/content/0: expected exactly one of [text, ',
      ],
      [
        { messages: [assistant({ text: 'x' })] },
        'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
      ],
      [
        { messages: [user({ text: 'x' }), user({ text: 'x' })] },
        'A conversation must alternate between user and assistant roles.',
      ],
      [
        { messages: [user({ text: ' ' })] },
        'The text field in the ContentBlock object at messages.0.content.0 is blank.',
      ],
      [{ system: 'x' }, malformed('#/system: expected type: Array, found: String')],
      [{ schemaVersion: 'v2' }, 'Malformed input request: #/schemaVersion: v2 is not a valid enum'],
      [{ max_tokens: 5 }, malformed('#: extraneous key [max_tokens] is not permitted')],
      [
        inference({ maxTokens: 0 }),
        malformed('#/inferenceConfig/maxTokens: 0 is not greater or equal to 1'),
      ],
      [
        inference({ topK: 129 }),
        malformed('#/inferenceConfig/topK: 129 is not less or equal to 128'),
      ],
      [
        inference({ top_k: 1 }),
        malformed('#/inferenceConfig: extraneous key [top_k] is not permitted'),
      ],
      [
        { messages: [user({ image: { format: 'bmp', source: { bytes: 'aGk=' } } })] },
        'Malformed input request: #/messages/0/content/0/image/format: bmp is not a valid enum value',
      ],
      [
        { messages: [user({ text: 'x' }), assistant(novaCall), user(novaResult)] },
        'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
      ],
      [
        {
          toolConfig: novaTools,
          messages: [user({ text: 'x' }), assistant(novaCall), user({ text: 'x' })],
        },
        'Expected toolResult blocks at messages.2.content for the following Ids: a1',
      ],
      [
        { toolConfig: novaTools, messages: [user(novaResult)] },
        'The number of toolResult blocks at messages.0.content exceeds the number of toolUse blocks of previous turn.',
      ],
    ],
  },
}

const wrongs = Object.entries(families).flatMap(([family, { ids, body, wrong }]) =>
  ids.flatMap((id) => wrong.map(([change, message]) => ({ family, id, body, change, message }))),
)

it.each(wrongs)('$id: $message', async ({ id, body, change, message }) => {
  const right = await post(simulator.url, id, body)
  expect([right.status, await right.text()]).toEqual([200, expect.any(String)])
  const answer = await post(simulator.url, id, { ...body, ...change })
  const said = (await answer.json()) as { message: string }
  expect(said.message.slice(0, message.length)).toBe(message)
  expect([answer.status, errorType(answer)]).toEqual([400, 'ValidationException'])
})
