/** One conversation of any size as each chat dialect says it, and what Bedrock answers. */
import { promptOf } from './question.ts'

export const model = 'anthropic.claude-haiku-4-5-20251001-v1:0'

const system = 'You are a librarian. Answer in two sentences.'
const weather = {
  name: 'weather',
  description: 'The weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'Its name.' } },
    required: ['city'],
  },
} as const
const { parameters: input_schema, ...described } = weather

const largestTurn = 8192
const turns = 8

/** Alternating turns: eight of them, or as many of 8 KB as it takes; the last is the user's. */
function conversation(bytes: number) {
  const length = Math.min(largestTurn, Math.floor(bytes / turns))
  const text = promptOf(length)
  const count = Math.ceil(bytes / length) - 1
  return Array.from({ length: count | 1 }, (_, at) => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    text,
  }))
}

type Body = (bytes: number) => object

/** By the id of the dialect. */
const bodies: Readonly<Record<string, Body>> = {
  question: (bytes) => ({ model, question: promptOf(bytes), system, max_tokens: 512 }),
  'openai-chat': (bytes) => ({
    model,
    messages: [
      { role: 'system', content: system },
      ...conversation(bytes).map(({ role, text }) => ({ role, content: text })),
    ],
    tools: [{ type: 'function', function: weather }],
    max_completion_tokens: 512,
  }),
  'openai-responses': (bytes) => ({
    model,
    instructions: system,
    input: conversation(bytes).map(({ role, text }) => ({
      role,
      content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
    })),
    tools: [{ type: 'function', ...weather, strict: false }],
    max_output_tokens: 512,
    store: false,
  }),
  'anthropic-messages': (bytes) => ({
    model,
    system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral' } }],
    messages: conversation(bytes).map(({ role, text }) => ({
      role,
      content: [{ type: 'text', text }],
    })),
    tools: [{ ...described, input_schema }],
    max_tokens: 512,
  }),
}

/** JSON as a client of that dialect sends it. */
export function textOf(dialect: string, bytes: number): string {
  const body = bodies[dialect]
  if (body === undefined) throw new Error(`The bench has no conversation of '${dialect}'.`)
  return JSON.stringify(body(bytes))
}

/** As Bedrock answers whole. */
export const answerText: string = JSON.stringify({
  id: 'msg_bdrk_01',
  type: 'message',
  role: 'assistant',
  model,
  content: [
    { type: 'text', text: promptOf(4096) },
    { type: 'tool_use', id: 'toolu_01', name: 'weather', input: { city: 'Oslo' } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 1000, output_tokens: 900 },
})

const usage = { input_tokens: 1000, output_tokens: 1 }
const message = { id: 'msg_bdrk_01', type: 'message', role: 'assistant', model, content: [], usage }

/** As Bedrock streams: JSON of each chunk, a few words in most. */
export const streamedTexts = (words: number): readonly string[] =>
  [
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...Array.from({ length: words }, () => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: ' a dystopia, “it warns us”' },
    })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: words } },
    { type: 'message_stop' },
  ].map((chunk) => JSON.stringify(chunk))
