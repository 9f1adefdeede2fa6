/** What Anthropic's dialect refuses by name, because no model behind it could be given it. */
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from '../lambda/dialects/anthropic-messages.ts'
import { clock, hello, least, refusal, saying, text } from './support/anthropic.ts'

describe('what would change the meaning is refused by name', () => {
  const block = 'messages[0].content[0]'
  const image = (source: object) => saying({ type: 'image', source })
  const png = { type: 'base64', media_type: 'image/png', data: 'iVBORw0K' }
  const note = { type: 'text', media_type: 'text/plain', data: 'a' }

  it.each<[string, object, string, string]>([
    ['unsupported_parameter', { api_base: 'x' }, 'api_base', 'is not a field here; it takes'],
    ['unsupported_parameter', { container: 'c' }, 'container', 'which Bedrock does not have'],
    ['unsupported_parameter', { mcp_servers: [{}] }, 'mcp_servers', 'which Bedrock does not have'],
    ['unsupported_parameter', { compaction: {} }, 'compaction', 'Bedrock does not have'],
    ['invalid_body', { max_tokens: 0 }, 'max_tokens', 'got 0, needs a whole number of at least 1'],
    ['invalid_body', { temperature: 1.5 }, 'temperature', 'needs a number from 0 to 1'],
    ['invalid_body', { stop_sequences: ['a', ''] }, 'stop_sequences[1]', 'non-empty'],
    ['invalid_body', { messages: [] }, 'messages', 'needs at least one message'],
    ['invalid_body', { messages: [{ role: 'tool' }] }, 'messages[0].role', 'got "tool"'],
    ['invalid_body', { messages: [{ role: 'user' }] }, 'messages[0].content', 'is missing'],
    ['invalid_body', saying({ type: 'text' }), `${block}.text`, 'is missing'],
    ['unsupported_parameter', saying({ ...text('a'), x: 1 }), `${block}.x`, 'not a field'],
    ['invalid_body', saying({ type: 'thinking' }), `${block}.type`, 'a user’s message takes text'],
    ['unsupported_parameter', saying({ type: 'search_result' }), block, 'as a text block'],
    ['unsupported_parameter', saying({ type: 'container_upload' }), block, 'containers'],
    ['unsupported_parameter', saying({ type: 'mcp_tool_result' }), block, 'MCP'],
    [
      'unsupported_parameter',
      { messages: [hello, { role: 'assistant', content: [{ type: 'server_tool_use' }] }] },
      'messages[1].content[0]',
      'Anthropic’s servers',
    ],
    [
      'unsupported_parameter',
      image({ type: 'url', url: 'http://169.254.169.254/' }),
      `${block}.source`,
      'never fetches',
    ],
    ['unsupported_parameter', image({ type: 'file' }), `${block}.source`, 'keeps no files'],
    ['invalid_body', image({ type: 'svg' }), `${block}.source.type`, 'needs base64'],
    ['invalid_body', image({ ...png, data: 'data:,x' }), `${block}.source.data`, 'base64'],
    [
      'invalid_body',
      image({ ...png, media_type: 'image/tiff' }),
      `${block}.source.media_type`,
      'image/webp',
    ],
    [
      'unsupported_parameter',
      saying({ type: 'document', source: note, citations: { enabled: true } }),
      `${block}.citations`,
      'carry no citations',
    ],
    [
      'unsupported_parameter',
      saying({ type: 'document', source: note, context: 'x' }),
      `${block}.context`,
      'beside the document',
    ],
    ['unsupported_parameter', { tools: [{ type: 'web_search_20260318' }] }, 'tools[0]', 'servers'],
    ['unsupported_parameter', { tools: [{ type: 'bash_20250124' }] }, 'tools[0]', 'custom tool'],
    ['invalid_body', { tools: [{ type: 'function' }] }, 'tools[0].type', 'needs custom'],
    ['invalid_body', { tools: [clock, clock] }, 'tools[1].name', 'no tool before it has'],
    [
      'invalid_body',
      { tools: [{ name: 'a', input_schema: { type: 'string' } }] },
      'tools[0].input_schema.type',
      'needs object',
    ],
    ['invalid_body', { tool_choice: { type: 'any' } }, 'tool_choice.type', 'at least one tool'],
    [
      'invalid_body',
      { tools: [clock], tool_choice: { type: 'tool', name: 'x' } },
      'tool_choice.name',
      'a tool in tools',
    ],
    [
      'invalid_body',
      { thinking: { type: 'enabled', budget_tokens: 1000 } },
      'thinking.budget_tokens',
      'at least 1024',
    ],
    [
      'invalid_body',
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      'thinking.budget_tokens',
      'less than max_tokens',
    ],
    [
      'invalid_body',
      saying(...['5m', '5m', '5m', '5m', '5m'].map((ttl) => text('a', ttl))),
      'messages[0].content[4].cache_control',
      'one too many',
    ],
    [
      'invalid_body',
      { system: [text('a', '5m')], ...saying(text('b', '1h')) },
      `${block}.cache_control`,
      'put it before',
    ],
    [
      'invalid_body',
      { cache_control: { type: 'ephemeral', ttl: '1d' } },
      'cache_control.ttl',
      '1h',
    ],
  ])('%s: %j', (code, more, param, message) => {
    const error = refusal({ ...least, ...more })
    expect(error).toMatchObject({ code, param })
    expect(error.message).toContain(message)
  })

  it('no model, no message', () => {
    const { model, ...nameless } = least
    expect(refusal(nameless)).toMatchObject({ code: 'invalid_body', param: 'model' })
    expect(refusal([]).message).toBe('The body is a list, needs a JSON object.')
  })

  it('a thread on the server, in the words that make the tool runner go on without it', () => {
    const error = refusal({ ...least, thread: { type: 'create' } })
    expect(error).toMatchObject({ status: 400, param: 'thread' })
    const { body } = anthropicMessages.formatError(error, 'r')
    expect(JSON.parse(body).error.details.error_code).toBe('thread_unsupported_request')
  })
})
