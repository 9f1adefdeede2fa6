/** What Claude's Messages refuse on Bedrock: bodies that are right, and what makes them wrong. */
import type { JsonRecord } from './simulator-client.ts'

/** A body that is right, and changes that make it wrong, each with how the message begins. */
export type Refusals = Readonly<
  Record<
    string,
    {
      readonly ids: readonly string[]
      readonly body: JsonRecord
      readonly wrong: readonly (readonly [change: JsonRecord, message: string])[]
    }
  >
>

/** Takes a field out of a body. */
export const missing = undefined
export const user = (...content: readonly unknown[]) => ({ role: 'user', content })
export const assistant = (...content: readonly unknown[]) => ({ role: 'assistant', content })
export const text = (words: string) => ({ type: 'text', text: words })

const call = { type: 'tool_use', id: 'a1', name: 'get_weather', input: {} }
const result = { type: 'tool_result', tool_use_id: 'a1', content: '18 C' }
const tool = { name: 'get_weather', input_schema: { type: 'object' } }
const cached = (ttl?: string) => ({
  ...text('x'),
  cache_control: { type: 'ephemeral', ...(ttl && { ttl }) },
})
const sonnet = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const opus = 'us.anthropic.claude-opus-5-5'
export const claudeRefusals: Refusals = {
  'Claude’s Messages': {
    ids: [sonnet],
    body: {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 2000,
      messages: [{ role: 'user', content: 'Hello' }],
    },
    wrong: [
      [{ anthropic_version: missing }, 'anthropic_version: Field required'],
      [{ max_tokens: missing }, 'max_tokens: Field required'],
      [
        { max_tokens: 64_001 },
        'max_tokens: 64001 > 64000, which is the maximum allowed number of output tokens',
      ],
      [{ max_tokens: '9' }, 'max_tokens: Input should be a valid integer'],
      [{ model: 'claude' }, 'model: Extra inputs are not permitted'],
      [{ stream: true }, 'stream: Extra inputs are not permitted'],
      [{ messages: missing }, 'messages: Field required'],
      [{ messages: [] }, 'messages: at least one message is required'],
      [{ messages: 'Hello' }, 'messages: Input should be a valid list'],
      [{ messages: [{ role: 'user' }] }, 'messages.0.content: Field required'],
      [
        { messages: [{ role: 'system', content: 'x' }] },
        "messages.0.role: Input should be 'user' or 'assistant'",
      ],
      [{ messages: [assistant(text('x'))] }, 'messages: first message must use the "user" role'],
      [{ messages: [user(text(''))] }, 'messages: text content blocks must be non-empty'],
      [
        { messages: [user(text(' '))] },
        'messages: text content blocks must contain non-whitespace text',
      ],
      [
        { messages: [user()] },
        'messages.0: all messages must have non-empty content except for the optional final assistant message',
      ],
      [
        { messages: [user(text('x')), assistant(text('x '))] },
        'messages: final assistant content cannot end with trailing whitespace',
      ],
      [
        { messages: [user({ type: 'image', source: { type: 'url', url: 'https://x' } })] },
        "messages.0.content.0.source.type: Input should be 'base64'",
      ],
      [
        { messages: [user({ ...text('x'), extra: 1 })] },
        'messages.0.content.0.extra: Extra inputs are not permitted',
      ],
      [{ messages: [user(call)] }, 'messages.0.content.0.type: Input should be'],
      [
        { messages: [user(text('x')), assistant(call), user(text('x'))] },
        'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a1.',
      ],
      [
        { messages: [user(text('x')), assistant(call), user(text('x'), result)] },
        'messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a1.',
      ],
      [
        { messages: [user(result)] },
        'messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: a1.',
      ],
      [{ temperature: 1.5 }, 'temperature: range: 0..1'],
      [
        { temperature: 0.5, top_p: 0.5 },
        '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
      ],
      [{ stop_sequences: [''] }, 'stop_sequences.0: String should have at least 1 characters'],
      [{ system: 5 }, 'system: Input should be a valid string or list'],
      [
        { system: Array.from({ length: 5 }, () => cached()) },
        'A maximum of 4 blocks with cache_control may be provided. Found 5.',
      ],
      [
        { system: [cached(), cached('1h')] },
        "cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m'",
      ],
      [{ tools: [{ name: 'x' }] }, 'tools.0.input_schema: Field required'],
      [{ tools: [{ ...tool, name: 'a b' }] }, 'tools.0.name: String should match pattern'],
      [{ tools: [tool, tool] }, 'tools: Tool names must be unique.'],
      [
        { tools: [{ ...tool, eager_input_streaming: true }] },
        'tools.0.eager_input_streaming: Extra inputs are not permitted',
      ],
      [
        { tool_choice: { type: 'any' } },
        'tool_choice: may only be specified while providing tools',
      ],
      [
        { tools: [tool], tool_choice: { type: 'tool', name: 'other' } },
        "Tool 'other' not found in provided tools",
      ],
      [
        { thinking: { type: 'adaptive' } },
        "thinking.type: Input should be 'enabled' or 'disabled'",
      ],
      [
        { thinking: { type: 'enabled', budget_tokens: 2000 } },
        '`max_tokens` must be greater than `thinking.budget_tokens`.',
      ],
      [
        { thinking: { type: 'enabled', budget_tokens: 1024 }, temperature: 0.5 },
        '`temperature` may only be set to 1 when thinking is enabled.',
      ],
      [
        {
          thinking: { type: 'enabled', budget_tokens: 1024 },
          tools: [tool],
          tool_choice: { type: 'any' },
        },
        'Thinking may not be enabled when tool_choice forces tool use.',
      ],
    ],
  },
  'Claude’s Messages, of a model without sampling': {
    ids: [opus],
    body: {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 2000,
      messages: [{ role: 'user', content: 'Hello' }],
    },
    wrong: [
      [{ temperature: 1 }, 'temperature: Extra inputs are not permitted'],
      [{ top_p: 1 }, 'top_p: Extra inputs are not permitted'],
      [{ top_k: 1 }, 'top_k: Extra inputs are not permitted'],
      [
        { thinking: { type: 'enabled', budget_tokens: 1024 } },
        "thinking.type: Input should be 'adaptive'",
      ],
      [{ anthropic_beta: ['unheard-of-2020-01-01'] }, 'invalid beta flag'],
      [
        { messages: [user(text('x')), assistant(text('x'))] },
        'This model does not support assistant message prefill.',
      ],
    ],
  },
}
