/** The OpenAI chat dialect's answers: whole, streamed, and broken, in the vendor's own grammar. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TollgateError } from '../lambda/core/errors.ts'
import { type Reply, type ReplyEvent, replay, type Stop } from '../lambda/core/reply.ts'
import { openaiChat } from '../lambda/dialects/openai-chat.ts'
import * as arbitrary from './support/arbitrary.ts'
import { answerFacts, chunksOf, gathered, post, postTo, streamOf } from './support/openai-chat.ts'

const usage = { input: 3, cacheRead: 2, cacheWrite5m: 4, cacheWrite1h: 1, output: 4 }
const reply: Reply = {
  content: [
    { type: 'thinking', text: 'Hm.' },
    { type: 'text', text: 'A bad ' },
    { type: 'text', text: 'place.' },
  ],
  stop: { reason: 'end' },
  usage,
}

const whole = (of: Reply) => JSON.parse(openaiChat.format(of, answerFacts, post({})).body)

async function replayed(of: Reply): Promise<ReplyEvent[]> {
  const events: ReplyEvent[] = []
  for await (const event of replay(of)) events.push(event)
  return events
}

describe('the model asked', () => {
  const hello = { messages: [{ role: 'user', content: 'Hello.' }] }
  const parse = (request: ReturnType<typeof post>) => openaiChat.parse(request, () => {})

  it('is named in the body, or in the path', () => {
    expect(parse(post({ ...hello, model: 'nova' })).model).toBe('nova')
    expect(parse(postTo('amazon.nova-lite-v1:0', hello)).model).toBe('amazon.nova-lite-v1:0')
  })

  it('may be named in both, and then the same', () => {
    expect(parse(postTo('nova', { ...hello, model: 'nova' })).model).toBe('nova')
    expect(() => parse(postTo('nova', { ...hello, model: 'titan' }))).toThrow(
      "model: is 'titan', and the path says 'nova'; leave one out.",
    )
    expect(() => parse(post(hello))).toThrow('model: is missing, needs the name of a model.')
  })
})

describe('a whole answer', () => {
  it('is a chat.completion, with cached tokens inside the prompt and what it cost', () => {
    const { contentType } = openaiChat.format(reply, answerFacts, post({}))
    expect(contentType).toBe('application/json')
    expect(whole(reply)).toEqual({
      id: 'chatcmpl-r-1',
      object: 'chat.completion',
      created: 1_790_000_000,
      model: 'chat',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'A bad place.',
            refusal: null,
            reasoning_content: 'Hm.',
          },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 4,
        total_tokens: 14,
        prompt_tokens_details: {
          cached_tokens: 2,
          cache_write_tokens: 5,
          cache_creation_token_details: {
            ephemeral_5m_input_tokens: 4,
            ephemeral_1h_input_tokens: 1,
          },
        },
        cost_usd: 0.004,
      },
    })
  })

  it('has no content where a model only calls tools, and empty content where it says nothing', () => {
    const content = [{ type: 'tool-call', id: 'c-1', name: 'clock', input: {} } as const]
    const called = whole({ ...reply, content, stop: { reason: 'tool-calls' } }).choices[0]
    expect(called).toMatchObject({
      message: {
        content: null,
        tool_calls: [{ id: 'c-1', type: 'function', function: { name: 'clock', arguments: '{}' } }],
      },
      finish_reason: 'tool_calls',
    })
    expect(whole({ ...reply, content: [] }).choices[0].message.content).toBe('')
  })

  it.each<[Stop, string, string?]>([
    [{ reason: 'end' }, 'stop'],
    [{ reason: 'sequence' }, 'stop'],
    [{ reason: 'sequence', sequence: 'END' }, 'stop', 'END'],
    [{ reason: 'length' }, 'length'],
    [{ reason: 'tool-calls' }, 'tool_calls'],
    [{ reason: 'filtered' }, 'content_filter'],
    [{ reason: 'refused' }, 'content_filter'],
    [{ reason: 'other', detail: 'new' }, 'stop'],
  ])('says why it stopped: %j', (stop, expected, hit) => {
    const [choice] = whole({ ...reply, stop }).choices
    expect(choice.finish_reason).toBe(expected)
    expect(choice.stop_reason).toBe(hit)
  })
})

describe('a streamed answer', () => {
  it('tells the role first, then deltas, the reason, and usage where it is asked for', async () => {
    const events = await replayed(reply)
    const plain = chunksOf(streamOf(events))
    expect(plain[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '', refusal: null })
    expect(plain.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
    expect(plain.filter((chunk) => 'usage' in chunk)).toEqual([])

    const counted = chunksOf(streamOf(events, { stream_options: { include_usage: true } }))
    expect(counted.at(-1)).toMatchObject({ choices: [], usage: whole(reply).usage })
    expect(counted.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true)
  })

  it('is, put together, the whole answer', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary.reply, async (of) => {
        const chunks = chunksOf(streamOf(await replayed(of)))
        const { message, finish_reason } = whole(of).choices[0]
        expect({ content: '', ...gathered(chunks) }).toEqual({
          ...message,
          content: message.content ?? '',
        })
        expect(chunks.map(({ choices }) => choices[0]?.finish_reason).at(-1)).toBe(finish_reason)
      }),
      { numRuns: 100 },
    )
  })

  it('writes out a call whose model streamed no arguments', () => {
    const frames = streamOf([
      { type: 'reply-start' },
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-end', index: 0 },
      { type: 'block-start', index: 1, block: { type: 'tool-call', id: 'c-1', name: 'clock' } },
      { type: 'block-end', index: 1 },
      { type: 'reply-end', stop: { reason: 'tool-calls' }, usage },
    ])
    expect(gathered(chunksOf(frames)).tool_calls).toEqual([
      { id: 'c-1', type: 'function', function: { name: 'clock', arguments: '{}' } },
    ])
  })

  it('ends a broken stream with one error and no finish reason', () => {
    const error = new TollgateError('upstream_error', 'It broke.')
    const chunks = chunksOf(streamOf([{ type: 'reply-start' }, { type: 'reply-error', error }]))
    expect(chunks).toHaveLength(2)
    expect(chunks.at(-1)).toEqual({
      type: 'error',
      error: { type: 'api_error', code: 'upstream_error', message: 'It broke.', param: null },
      message: 'It broke.',
      request_id: 'r-1',
    })
    expect(chunks[0]?.choices[0]?.finish_reason).toBeNull()
  })

  it('has nothing to say of native events, and pings in comments', () => {
    expect(streamOf([{ type: 'native', payload: new Uint8Array(1) }])).toBe('')
    expect(openaiChat.ping).toBe(': ping\n\n')
  })

  it('tells two streams apart', async () => {
    const content = [{ type: 'tool-call', id: 'c-1', name: 'clock', input: {} } as const]
    const events = await replayed({ ...reply, content })
    expect(streamOf(events)).toBe(streamOf(events))
  })
})

it('an error is the body that serves every client', () => {
  const error = new TollgateError('model_not_found', 'No such model.', { param: 'model' })
  expect(JSON.parse(openaiChat.formatError(error, 'r-1').body)).toMatchObject({
    error: { type: 'not_found_error', code: 'model_not_found', param: 'model' },
    request_id: 'r-1',
  })
})
