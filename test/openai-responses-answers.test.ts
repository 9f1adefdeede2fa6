/** Answers of the Responses dialect: whole, as typed events, and brought back by the client. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ErrorCode, TollgateError } from '../lambda/core/errors.ts'
import { type Reply, type ReplyEvent, replay, type Stop } from '../lambda/core/reply.ts'
import { openaiResponses } from '../lambda/dialects/openai-responses.ts'
import { reply as anyReply } from './support/arbitrary.ts'
import { facts, post, type Told, toldBy } from './support/openai-responses.ts'

const usage = { input: 3, cacheRead: 2, cacheWrite5m: 0, cacheWrite1h: 1, output: 4 }
const reply: Reply = {
  content: [
    { type: 'thinking', text: 'Hm.', signature: 'EqQB' },
    { type: 'redacted-thinking', data: 'Erg=' },
    { type: 'thinking', text: '', signature: 'EqQC' },
    { type: 'text', text: 'A ' },
    { type: 'text', text: 'B' },
    { type: 'tool-call', id: 'c1', name: 'clock', input: {} },
    { type: 'tool-call', id: 'c2', name: 'patch', input: { input: 'x\n"y"' } },
  ],
  stop: { reason: 'tool-calls' },
  usage,
}
const body = {
  tools: [
    { type: 'function', name: 'clock' },
    { type: 'custom', name: 'patch' },
  ],
}

type Item = { readonly type: string; readonly [field: string]: unknown }
type Response = { readonly output: readonly Item[]; readonly [field: string]: unknown }

const whole = (answered: Reply, asked: unknown = {}): Response =>
  JSON.parse(openaiResponses.format(answered, facts, post(asked)).body) as Response

async function streamed(answered: Reply, asked: unknown = {}): Promise<Told[]> {
  const events: ReplyEvent[] = []
  for await (const event of replay(answered)) events.push(event)
  return toldBy(events, asked)
}

const typesOf = (told: readonly Told[]) => told.map(({ type }) => type.replace('response.', ''))

describe('a whole answer', () => {
  it('holds reasoning, one message of all texts, and calls, in their order', () => {
    const { output } = whole(reply, body)
    expect(output.map(({ type }) => type)).toEqual([
      'reasoning',
      'reasoning',
      'reasoning',
      'message',
      'function_call',
      'custom_tool_call',
    ])
    expect(output[3]).toMatchObject({ content: [{ text: 'A ' }, { text: 'B' }] })
    expect(output[4]).toMatchObject({ call_id: 'c1', name: 'clock', arguments: '{}' })
    expect(output[5]).toMatchObject({ call_id: 'c2', name: 'patch', input: 'x\n"y"' })
    expect(new Set(output.map(({ id }) => id)).size).toBe(output.length)
  })

  it('says what it cost, and counts what was remembered', () => {
    expect(whole(reply).usage).toEqual({
      input_tokens: 6,
      input_tokens_details: { cached_tokens: 2, cache_write_1h_tokens: 1 },
      output_tokens: 4,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 10,
      cost_usd: 0.004,
    })
  })

  it('says again what was asked, and that nothing is stored', () => {
    const asked = { ...body, temperature: 0, metadata: { a: 'b' }, store: true, model: 'claude' }
    expect(whole(reply, asked)).toMatchObject({
      id: 'resp_0b2c4d',
      object: 'response',
      model: 'claude',
      temperature: 0,
      top_p: null,
      tools: body.tools,
      tool_choice: 'auto',
      metadata: { a: 'b' },
      store: false,
      error: null,
    })
  })

  it.each<[Stop, string, object | null]>([
    [{ reason: 'end' }, 'completed', null],
    [{ reason: 'sequence', sequence: 'x' }, 'completed', null],
    [{ reason: 'tool-calls' }, 'completed', null],
    [{ reason: 'other', detail: 'new' }, 'completed', null],
    [{ reason: 'length' }, 'incomplete', { reason: 'max_output_tokens' }],
    [{ reason: 'filtered' }, 'incomplete', { reason: 'content_filter' }],
    [{ reason: 'refused' }, 'incomplete', { reason: 'content_filter' }],
  ])('ends as %j', async (stop, status, incomplete_details) => {
    const ended = { ...reply, stop }
    expect(whole(ended)).toMatchObject({ status, incomplete_details })
    expect(whole(ended).output.at(-1)).toMatchObject({ status })
    expect((await streamed(ended)).at(-1)?.type).toBe(`response.${status}`)
  })
})

describe('a streamed answer', () => {
  it('tells each item: added, its parts, done', async () => {
    const told = await streamed(reply, body)
    expect(typesOf(told)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'output_item.done',
      'output_item.added',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'output_item.added',
      'custom_tool_call_input.delta',
      'custom_tool_call_input.done',
      'output_item.done',
      'completed',
    ])
  })

  it('gives a tool without parameters its empty object', () => {
    const told = toldBy([
      { type: 'reply-start' },
      { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'c1', name: 'clock' } },
      { type: 'block-end', index: 0 },
      { type: 'reply-end', stop: { reason: 'tool-calls' }, usage },
    ])
    const done = told.filter(({ type }) => type.includes('function_call_arguments'))
    expect(done).toMatchObject([{ delta: '{}' }, { arguments: '{}' }])
    expect(told.at(-2)).toMatchObject({ item: { arguments: '{}', status: 'completed' } })
  })

  it('ends, for any answer, with the response that is told whole', async () => {
    await fc.assert(
      fc.asyncProperty(anyReply, async (answered) => {
        const told = await streamed(answered, body)
        expect(told.at(-1)?.response).toEqual(whole(answered, body))
        expect(told.map(({ sequence_number }) => sequence_number)).toEqual([...told.keys()])
      }),
    )
  })

  it('is, for any answer, what a client puts together from its events', async () => {
    await fc.assert(
      fc.asyncProperty(anyReply, async (answered) => {
        const told = await streamed(answered)
        expect(gathered(told)).toEqual(whole(answered).output.map(plainly))
        const done = told.filter(({ type }) => type === 'response.output_item.done')
        expect(done.map(({ item }) => item)).toEqual(whole(answered).output)
      }),
    )
  })

  it.each<[ErrorCode, string]>([
    ['upstream_throttled', 'rate_limit_exceeded'],
    ['upstream_error', 'server_error'],
    ['context_length_exceeded', 'invalid_prompt'],
  ])('that breaks (%s) tells the error, and that the response failed', (code, failure) => {
    const error = new TollgateError(code, 'It broke.')
    const told = toldBy([
      { type: 'reply-start' },
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-delta', index: 0, delta: { type: 'text', text: 'Hel' } },
      { type: 'reply-error', error },
    ])
    expect(told.at(-2)).toMatchObject({
      type: 'error',
      message: 'It broke.',
      error: { code, message: 'It broke.' },
    })
    expect(told.at(-1)).toMatchObject({
      type: 'response.failed',
      response: {
        status: 'failed',
        error: { code: failure, message: 'It broke.' },
        output: [{ status: 'incomplete', content: [{ text: 'Hel' }] }],
        usage: null,
      },
    })
  })
})

/** What a client sees of an item by its deltas alone. */
function gathered(told: readonly Told[]): string[] {
  const items: string[] = []
  for (const { type, output_index, delta } of told) {
    const at = Number(output_index)
    if (type === 'response.output_item.added') items[at] = ''
    if (typeof delta === 'string') items[at] += delta
  }
  return items
}

const plainly = (item: Item): string => {
  const parts = (item.content ?? item.summary ?? []) as readonly { readonly text: string }[]
  return `${parts.map(({ text }) => text).join('')}${item.arguments ?? item.input ?? ''}`
}

describe('an answer that the client sends back', () => {
  it('is what the model said, signatures and redacted thinking included', () => {
    const input = [...whole(reply, body).output, { role: 'user', content: 'Go on.' }]
    const { messages } = openaiResponses.parse(post({ ...body, model: 'x', input }), () => {})
    expect(messages[0]).toEqual({ role: 'assistant', content: reply.content })
  })

  it('is so for any answer that says something', () => {
    fc.assert(
      fc.property(anyReply, ({ content, ...rest }) => {
        const said = content.filter(
          (block) =>
            (block.type === 'text' && block.text.trim() !== '') ||
            (block.type === 'thinking' && (block.text !== '' || block.signature !== undefined)) ||
            (block.type === 'tool-call' && block.name.trim() !== '') ||
            block.type === 'redacted-thinking',
        )
        const input = [...whole({ ...rest, content: said }).output, { role: 'user', content: '?' }]
        const { messages } = openaiResponses.parse(post({ model: 'x', input }), () => {})
        const blocks: unknown[] = messages
          .slice(0, -1)
          .flatMap(({ content }): unknown[] => [...content])
        expect(blocks).toEqual(said)
      }),
    )
  })
})
