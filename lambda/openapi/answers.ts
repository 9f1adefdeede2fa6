/** What routes answer with: the fields that are ours to promise; vendors' clients take more. */
import type { JsonObject } from '../core/conversation.ts'
import { accountAnswers } from './account-answers.ts'
import { cost, list, object, ref, text, whole, word } from './shapes.ts'

const cacheWrites = object({ ephemeral_5m_input_tokens: whole, ephemeral_1h_input_tokens: whole })

const model = object({
  id: text,
  object: word('model'),
  created: whole,
  owned_by: text,
  tollgate: object(
    {
      name: text,
      task: word('chat', 'embed'),
      context: whole,
      price: { type: ['object', 'null'], description: 'In USD per million tokens.' },
      lifecycle: object({ status: text }, { end_of_life: text, successor: text }),
    },
    {
      bedrock_id: text,
      provider_id: text,
      max_output: whole,
      accepts: { type: 'object' },
      max_batch: whole,
      dimensions: list(whole),
    },
  ),
})

const toolCall = object({
  id: text,
  type: word('function'),
  function: object({ name: text, arguments: text }),
})

const answer = object(
  { role: word('assistant'), content: { type: ['string', 'null'] } },
  {
    refusal: { type: ['string', 'null'] },
    reasoning_content: text,
    thinking_blocks: list({ type: 'object' }),
    tool_calls: list(toolCall),
  },
)

const chatUsage = object(
  { prompt_tokens: whole, completion_tokens: whole, total_tokens: whole },
  {
    prompt_tokens_details: object(
      { cached_tokens: whole },
      { cache_write_tokens: whole, cache_creation_token_details: cacheWrites },
    ),
    cost_usd: cost,
  },
)

const item = object(
  { id: text, type: word('message', 'reasoning', 'function_call', 'custom_tool_call') },
  {
    status: word('in_progress', 'completed', 'incomplete'),
    role: word('assistant'),
    content: list({ type: 'object' }),
    summary: list({ type: 'object' }),
    encrypted_content: text,
    call_id: text,
    name: text,
    arguments: text,
    input: text,
  },
)

const block = object(
  { type: word('text', 'thinking', 'redacted_thinking', 'tool_use') },
  {
    text,
    thinking: text,
    signature: text,
    data: text,
    id: text,
    name: text,
    input: { type: 'object' },
  },
)

export const answers = {
  QuestionAnswer: object({
    model: text,
    model_id: text,
    answer: text,
    stop_reason: text,
    usage: object({ input_tokens: whole, output_tokens: whole }),
    cost_usd: cost,
  }),
  ChatCompletion: object({
    id: text,
    object: word('chat.completion'),
    created: whole,
    model: text,
    choices: list(
      object(
        {
          index: whole,
          message: answer,
          finish_reason: word('stop', 'length', 'tool_calls', 'content_filter'),
        },
        { logprobs: { type: 'null' }, stop_reason: text },
      ),
    ),
    usage: chatUsage,
  }),
  Response: object(
    {
      id: text,
      object: word('response'),
      created_at: whole,
      status: word('completed', 'incomplete', 'failed', 'in_progress'),
      model: text,
      output: list(item),
      usage: { type: ['object', 'null'] },
    },
    {
      error: { type: ['object', 'null'] },
      incomplete_details: { type: ['object', 'null'] },
      store: { type: 'boolean', const: false },
    },
  ),
  EmbeddingList: object({
    object: word('list'),
    data: list(
      object({
        object: word('embedding'),
        index: whole,
        embedding: {
          anyOf: [list({ type: 'number' }), text],
          description: 'A list, or little-endian 32-bit floats in base64.',
        },
      }),
    ),
    model: text,
    usage: object({ prompt_tokens: whole, total_tokens: whole }, { cost_usd: cost }),
  }),
  Model: model,
  ModelList: object({ object: word('list'), data: list(ref('Model')) }),
  Message: object({
    id: text,
    type: word('message'),
    role: word('assistant'),
    model: text,
    content: list(block),
    stop_reason: { type: ['string', 'null'] },
    stop_sequence: { type: ['string', 'null'] },
    usage: object(
      {
        input_tokens: whole,
        output_tokens: whole,
        cache_creation_input_tokens: whole,
        cache_read_input_tokens: whole,
      },
      { cache_creation: cacheWrites, cost_usd: cost },
    ),
  }),
  TokenCount: object({ input_tokens: whole }),
  ...accountAnswers,
  NativeAnswer: { type: 'object', description: 'What Bedrock answered, byte for byte.' },
  Health: object({ status: word('ok') }),
  AnyAnswer: { type: 'object' },
} as const satisfies Record<string, JsonObject>

export type AnswerName = keyof typeof answers
