/** What Anthropic's dialect understands, what it mends, and what it leaves out. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { anthropicCountTokens } from '../lambda/dialects/anthropic-count-tokens.ts'
import { anthropicMessages } from '../lambda/dialects/anthropic-messages.ts'
import { readAnthropicRequest } from '../lambda/wire/anthropic-request.ts'
import { clock, hello, least, posted, refusal, saying, text } from './support/anthropic.ts'
import { anyCharacter } from './support/arbitrary.ts'

function read(more: object, headers = {}): { request: ChatRequest; notices: string[] } {
  const notices: string[] = []
  const notice = (told: string) => void notices.push(told)
  return {
    request: anthropicMessages.parse(posted({ ...least, ...more }, headers), notice),
    notices,
  }
}

describe('a message', () => {
  it('needs a model, a bound and something said', () => {
    expect(read({}).request).toStrictEqual({
      model: 'claude',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      tools: [],
      maxTokens: 64,
      sampling: {},
      stream: false,
    })
  })

  it('may be counted without a bound', () => {
    const { max_tokens, ...unbounded } = least
    expect(anthropicCountTokens.parse(posted(unbounded), () => {})).not.toHaveProperty('maxTokens')
    expect(refusal(unbounded)).toMatchObject({ param: 'max_tokens' })
  })

  it.each<[string, object, object]>([
    ['zero', { temperature: 0, top_k: 0 }, { sampling: { temperature: 0, topK: 0 } }],
    ['null as nothing', { temperature: null, tools: null, stream: null }, { sampling: {} }],
    ['stop sequences', { stop_sequences: ['a'] }, { sampling: { stop: ['a'] } }],
    ['streams', { stream: true }, { stream: true }],
    ['the standard tier', { service_tier: 'standard_only' }, { serviceTier: 'default' }],
    [
      'a budget to think',
      { max_tokens: 4096, thinking: { type: 'enabled', budget_tokens: 2000 } },
      { thinking: { type: 'budget', tokens: 2000 } },
    ],
    ['no thinking', { thinking: { type: 'disabled' } }, { thinking: { type: 'off' } }],
    [
      'effort',
      { output_config: { effort: 'xhigh' } },
      { thinking: { type: 'adaptive', effort: 'xhigh' } },
    ],
    [
      'a schema by either name',
      { output_format: { type: 'json_schema', schema: { type: 'object' } } },
      { output: { type: 'json-schema', name: 'answer', schema: { type: 'object' } } },
    ],
    [
      'one tool at a time',
      { tools: [clock], tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
      { toolChoice: { type: 'auto' }, parallelTools: false },
    ],
    [
      'system messages in their place',
      { messages: [hello, { role: 'system', content: 'Be brief.' }] },
      {
        messages: [
          { role: 'user' },
          { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        ],
      },
    ],
    ['a blank system prompt as none', { system: [text(' ')] }, { messages: [{ role: 'user' }] }],
    [
      'a tool without parameters',
      { tools: [{ name: 'now', description: '' }] },
      { tools: [{ name: 'now', input: { type: 'object', properties: {} } }] },
    ],
    [
      'a result without words',
      saying({ type: 'tool_result', tool_use_id: 'a' }),
      { messages: [{ content: [{ type: 'tool-result', content: [], failed: false }] }] },
    ],
    [
      'a cache point of the whole body on its last block',
      { cache_control: { type: 'ephemeral' }, messages: [hello] },
      { messages: [{ content: [{ type: 'text', cache: { ttl: '5m' } }] }] },
    ],
    ['what is harmless', { mcp_servers: [], speed: 'standard' }, { tools: [] }],
  ])('understands %s', (_, more, expected) => {
    const { request, notices } = read(more)
    expect(request).toMatchObject(expected)
    expect(notices).toEqual([])
  })

  it('collects betas of the header, each once, for the model to be asked about', () => {
    const { request } = read({}, { 'anthropic-beta': 'one-2025-01-01, two,,one-2025-01-01' })
    expect(request.betas).toEqual(['one-2025-01-01', 'two'])
  })

  it('inside Bedrock names its version and betas itself', () => {
    const { model, ...said } = { ...least, anthropic_version: '2026-10-21', anthropic_beta: ['x'] }
    expect(readAnthropicRequest(said, () => {}, { native: true }).betas).toEqual(['x'])
    expect(refusal({ model, ...said })).toMatchObject({ param: 'anthropic_version' })
  })
})

describe('what is lost is told', () => {
  it.each<[object, string]>([
    [{ metadata: { user_id: 'u'.repeat(900) } }, 'metadata.user_id: left out'],
    [{ context_management: { edits: [] } }, 'context_management: left out'],
    [{ inference_geo: 'us' }, 'inference_geo: left out'],
    [{ speed: 'fast' }, 'speed: left out'],
    [{ fallbacks: 'default' }, 'fallbacks: left out'],
    [{ thinking: { type: 'between_tools' } }, 'sent as adaptive'],
    [{ thinking: { type: 'adaptive', display: 'omitted' } }, 'thinking.display: left out'],
    [
      { thinking: { type: 'disabled' }, output_config: { effort: 'low' } },
      'output_config.effort: left out',
    ],
    [{ tools: [{ ...clock, strict: true }] }, 'tools[].strict: left out'],
    [{ tools: [{ ...clock, defer_loading: true }] }, 'tools[].defer_loading: left out'],
    [
      { tools: [{ ...clock, eager_input_streaming: true }] },
      'tools[].eager_input_streaming: left out',
    ],
    [
      saying({ ...text('So.'), citations: [{}] }, { ...text('And so.'), citations: [{}] }),
      'messages[].content[].citations: left out',
    ],
    [
      saying({ type: 'document', source: { type: 'content', content: [text('a'), text('b')] } }),
      'sent as one text',
    ],
  ])('%j', (more, expected) => {
    const { notices } = read(more)
    expect(notices).toHaveLength(1)
    expect(notices[0]).toContain(expected)
  })
})

describe('whatever JSON it is', () => {
  const name = fc.constantFrom(
    ...['type', 'text', 'source', 'content', 'data', 'media_type', 'cache_control', 'ttl', 'name'],
    ...['input', 'input_schema', 'id', 'tool_use_id', 'thinking', 'signature', '__proto__'],
  )
  const value = fc.oneof(
    fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 2 }),
    fc.constantFrom('text', 'image', 'document', 'base64', 'ephemeral', 'tool_use', 'tool_result'),
  )
  const block = fc.dictionary(name, fc.oneof(value, fc.dictionary(name, value)))
  const message = fc.record({
    role: fc.constantFrom('user', 'assistant', 'system', 'x'),
    content: fc.oneof(fc.array(block, { maxLength: 3 }), value),
  })
  const field = fc.constantFrom(
    ...['system', 'tools', 'tool_choice', 'thinking', 'output_config', 'cache_control', 'metadata'],
    ...['stream', 'temperature', 'stop_sequences', 'max_tokens', 'service_tier', 'toString'],
  )
  const body = fc.oneof(
    fc.jsonValue({ stringUnit: anyCharacter }),
    fc
      .tuple(
        fc.array(message, { maxLength: 3 }),
        fc.dictionary(field, fc.oneof(value, block, fc.array(block, { maxLength: 2 }))),
      )
      .map(([messages, more]) => ({ ...least, messages, ...more })),
  )

  it('it is understood, or refused with a 400', () => {
    fc.assert(
      fc.property(body, (any) => {
        try {
          const parsed = anthropicMessages.parse(posted(JSON.parse(JSON.stringify(any))), () => {})
          expect(parsed.messages.length).toBeGreaterThan(0)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TollgateError)
          expect((thrown as TollgateError).status).toBe(400)
        }
      }),
      { numRuns: 500 },
    )
  })
})
