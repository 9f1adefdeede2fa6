/** The messages of an OpenAI chat request: what they mean, and which are refused by name. */
import { describe, expect, it } from 'vitest'
import {
  called,
  clock,
  hello,
  image,
  messagesOf,
  png,
  pngPart,
  result,
  saying,
  text,
  user,
} from './support/openai-bodies.ts'
import { refusalOf, understood } from './support/openai-chat.ts'

describe('messages', () => {
  it('keep their places, developers being systems', () => {
    const body = saying(
      { role: 'developer', content: [text('A'), text('B')] },
      hello,
      { role: 'assistant', content: 'Hi.' },
      { role: 'system', content: 'C' },
      hello,
    )
    expect(messagesOf(body).map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'system',
      'user',
    ])
  })

  it('that are blank say nothing, nor do blank parts', () => {
    const body = saying(
      { role: 'user', content: ' ' },
      { role: 'user', content: [text(''), text('A')] },
      { role: 'assistant', content: '\n' },
      hello,
    )
    expect(messagesOf(body)).toEqual([
      { role: 'user', content: [text('A')] },
      { role: 'user', content: [text('Hello.')] },
    ])
  })

  it('may be what a client got, sent back whole', () => {
    const said = {
      role: 'assistant',
      content: 'Hi.',
      refusal: null,
      annotations: [],
      audio: null,
      function_call: null,
      parsed: null,
      reasoning_content: 'Hm.',
      tool_calls: null,
    }
    expect(messagesOf(saying(hello, said, hello))[1]).toEqual({
      role: 'assistant',
      content: [{ type: 'thinking', text: 'Hm.' }, text('Hi.')],
    })
  })

  it('may hold refusals, which are text', () => {
    const parts = { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] }
    const field = { role: 'assistant', content: null, refusal: 'No.' }
    expect(messagesOf(saying(hello, parts, hello))).toEqual(messagesOf(saying(hello, field, hello)))
  })

  it('gather what neighbouring tools answered, and nothing else', () => {
    const calls = {
      role: 'assistant',
      tool_calls: ['c-1', 'c-2'].map((id) => ({
        id,
        type: 'function',
        function: { name: 'clock', arguments: '' },
        index: 0,
      })),
    }
    const body = saying(
      hello,
      calls,
      result('1', { name: 'clock' }),
      { ...result([text('2'), pngPart]), tool_call_id: 'c-2' },
      hello,
      result('again'),
    )
    const [, assistant, results, ...rest] = messagesOf(body)
    expect(assistant?.content).toEqual([
      { type: 'tool-call', id: 'c-1', name: 'clock', input: {} },
      { type: 'tool-call', id: 'c-2', name: 'clock', input: {} },
    ])
    expect(results).toEqual({
      role: 'user',
      content: [
        { type: 'tool-result', callId: 'c-1', content: [text('1')], failed: false },
        {
          type: 'tool-result',
          callId: 'c-2',
          content: [text('2'), { type: 'image', mediaType: 'image/png', data: png }],
          failed: false,
        },
      ],
    })
    expect(rest).toHaveLength(2)
  })

  it('carry marks for the cache on parts, on whole messages, and on tools', () => {
    const hour = { cache_control: { type: 'ephemeral', ttl: '1h' } }
    const short = { cache_control: { type: 'ephemeral' } }
    const body = {
      ...saying(
        { role: 'system', content: 'A', ...hour },
        { role: 'user', content: [{ ...text('B'), ...short }] },
      ),
      tools: [{ ...clock, ...hour }],
    }
    const { request, notices } = understood(body)
    expect(request.messages.map(({ content }) => content[0])).toEqual([
      { ...text('A'), cache: { ttl: '1h' } },
      { ...text('B'), cache: { ttl: '5m' } },
    ])
    expect(request.tools[0]?.cache).toEqual({ ttl: '1h' })
    expect(notices).toEqual([])
  })

  it('carry OpenAI’s own marks too, as long as Bedrock keeps anything', () => {
    const mark = (ttl: string | null = null) => ({
      ...text('A'),
      prompt_cache_breakpoint: { mode: 'explicit', ttl },
    })
    const { request, notices } = understood(user(mark(), mark('12h')))
    expect(request.messages[0]?.content).toEqual([
      { ...text('A'), cache: { ttl: '5m' } },
      { ...text('A'), cache: { ttl: '1h' } },
    ])
    expect(notices).toEqual([
      expect.stringContaining('kept for 5m'),
      expect.stringContaining('kept for 1h'),
    ])
  })

  it('lose names and near looks, which is told once', () => {
    const ada = { ...hello, name: 'ada' }
    expect(understood(saying(ada, ada)).notices).toEqual([
      'messages.name: left out; models here are told no names of speakers',
    ])
    const near = image(`data:image/png;base64,${png}`, { detail: 'high' })
    expect(understood(user(near, near)).notices).toEqual([
      expect.stringContaining('messages.content.image_url.detail: left out'),
    ])
  })

  it.each<[unknown, string, string]>([
    [saying(), 'messages', 'at least one user message'],
    [saying({ role: 'system', content: 'A' }), 'messages', 'at least one user message'],
    [
      saying(hello, { role: 'assistant', content: 'A' }, { role: 'user', content: ' ' }),
      'messages[2].content',
      'what the user says last',
    ],
    [saying('hello'), 'messages[0]', 'got "hello", needs an object'],
    [
      saying({ content: 'A' }),
      'messages[0].role',
      'one of system, developer, user, assistant, tool',
    ],
    [saying({ role: 'function', name: 'a', content: 'A' }), 'messages[0].role', "role 'tool'"],
    [saying({ role: 'user' }), 'messages[0].content', 'is missing'],
    [saying({ role: 'user', content: 7 }), 'messages[0].content', 'got 7'],
    [saying({ ...hello, to: 'a' }), 'messages[0].to', 'is not a field'],
    [
      user({ type: 'input_audio', input_audio: {} }),
      'messages[0].content[0].type',
      'take no sound',
    ],
    [
      user({ type: 'video', url: 'x' }),
      'messages[0].content[0].type',
      'one of text, image_url, file',
    ],
    [user({ type: 'text' }), 'messages[0].content[0].text', 'is missing'],
    [
      user({ ...text('A'), cache_control: { type: 'forever' } }),
      'messages[0].content[0].cache_control.type',
      'one of ephemeral',
    ],
    [
      user({ ...text('A'), cache_control: { type: 'ephemeral', ttl: '2h' } }),
      'messages[0].content[0].cache_control.ttl',
      'one of 5m, 1h',
    ],
    [user({ ...text('A'), lang: 'en' }), 'messages[0].content[0].lang', 'is not a field'],
    [user(...Array(21).fill(pngPart)), 'messages', '21 images, needs at most 20'],
    [saying(...Array(1001).fill(hello)), 'messages', '1001 items, needs at most 1000'],
    [
      saying(hello, { role: 'system', content: [pngPart] }),
      'messages[1].content[0].type',
      'one of text',
    ],
    [
      saying(hello, called('{"a"')),
      'messages[1].tool_calls[0].function.arguments',
      'needs a JSON object as text',
    ],
    [
      saying(hello, called('[1]')),
      'messages[1].tool_calls[0].function.arguments',
      'needs a JSON object as text',
    ],
    [
      saying(hello, called({ a: 1 })),
      'messages[1].tool_calls[0].function.arguments',
      'got an object, needs a string',
    ],
    [
      saying(hello, called(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`)),
      'messages[1].tool_calls[0].function.arguments',
      '64 levels',
    ],
    [
      saying(hello, called('{"a":"\\ud800"}')),
      'messages[1].tool_calls[0].function.arguments',
      'needs a JSON object',
    ],
    [saying(hello, called('{}', { id: '' })), 'messages[1].tool_calls[0].id', 'is missing'],
    [
      saying(hello, called('{}', { type: 'custom' })),
      'messages[1].tool_calls[0].type',
      "'custom' cannot be carried",
    ],
    [saying(hello, result('A')), 'messages[1].tool_call_id', 'an earlier assistant message'],
    [saying(hello, { role: 'tool', content: 'A' }), 'messages[1].tool_call_id', 'is missing'],
    [
      saying(hello, { role: 'assistant', audio: { id: 'a' } }),
      'messages[1].audio',
      'send its transcript',
    ],
  ])('are refused by name: %j', (body, param, message) => {
    const error = refusalOf(body)
    expect(error).toMatchObject({ param, status: 400 })
    expect(error.message).toContain(message)
  })
})
