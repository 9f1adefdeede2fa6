/** The question dialect: what it understands, what it refuses by name, and how it answers. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerFacts, HttpRequest } from '../lambda/core/dialect.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Reply, Stop } from '../lambda/core/reply.ts'
import { question } from '../lambda/dialects/question.ts'
import { modelById } from '../lambda/models/index.ts'
import { anyCharacter } from './support/arbitrary.ts'

const post = (body: unknown, headers = {}): HttpRequest => ({
  route: { method: 'POST', path: '/bedrock' },
  pathParameters: {},
  query: {},
  headers,
  body,
  text: '',
})

const parse = (request: HttpRequest) => question.parse(request, () => {})

const refusalOf = (body: unknown): TollgateError => {
  try {
    parse(post(body))
  } catch (thrown) {
    if (thrown instanceof TollgateError) return thrown
    throw thrown
  }
  throw new Error(`${JSON.stringify(body)} was understood`)
}

const model = modelById.get('amazon.nova-lite-v1:0')
if (model === undefined) throw new Error('the catalogue lost Nova Lite')
const facts: AnswerFacts = {
  asked: 'nova',
  model,
  created: 0,
  requestId: 'r-1',
  costUsd: ({ output }) => output / 1000,
}
const usage = { input: 3, cacheRead: 2, cacheWrite5m: 0, cacheWrite1h: 1, output: 4 }
const reply: Reply = {
  content: [
    { type: 'thinking', text: 'Hm.' },
    { type: 'text', text: 'A bad ' },
    { type: 'text', text: 'place.' },
  ],
  stop: { reason: 'end' },
  usage,
}

describe('a question', () => {
  it('needs a model and a question, and nothing else', () => {
    expect(parse(post({ model: 'nova', question: 'Why?' }))).toEqual({
      model: 'nova',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }],
      tools: [],
      sampling: {},
      stream: false,
    })
  })

  it('keeps every parameter as it was sent, zero and false included', () => {
    const body = { model: 'nova', question: 'Why?', system: 'Be brief.', max_tokens: 1 }
    const sampled = { temperature: 0, top_p: 0.5, stop: ['a', 'b'], stream: true }
    expect(parse(post({ ...body, ...sampled }))).toEqual({
      model: 'nova',
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Why?' }] },
      ],
      tools: [],
      maxTokens: 1,
      sampling: { temperature: 0, topP: 0.5, stop: ['a', 'b'] },
      stream: true,
    })
  })

  it('takes one stop sequence as a string, and null for what is not set', () => {
    const body = { model: 'nova', question: 'Why?', stop: 'END', system: null, stream: null }
    expect(parse(post(body))).toMatchObject({ sampling: { stop: ['END'] }, stream: false })
  })

  it('may be asked in the address', () => {
    const request = { ...post(null), route: question.routes[1] ?? { method: 'GET', path: '' } }
    const asked = { ...request, pathParameters: { model: 'nova' }, query: { p: 'Why?' } } as const
    expect(parse(asked)).toEqual(parse(post({ model: 'nova', question: 'Why?' })))
    expect(() => parse({ ...asked, query: {} })).toThrow('p: is missing')
    expect(() => parse({ ...asked, query: { p: 'x', q: 'y' } })).toThrow('q: is not a field')
  })

  it.each([
    [
      { question: 'Why?' },
      'invalid_body',
      'model',
      'model: is missing, needs the name of a model.',
    ],
    [{ model: 'nova' }, 'invalid_body', 'question', 'question: is missing'],
    [
      { model: 7, question: 'x' },
      'invalid_body',
      'model',
      'model: got 7, needs a non-empty string.',
    ],
    [{ model: 'nova', question: '  ' }, 'invalid_body', 'question', 'needs a non-empty string'],
    [{ model: 'nova', question: ['x'] }, 'invalid_body', 'question', 'got a list'],
    [
      { model: 'nova', question: 'x', max_tokens: -5 },
      'invalid_body',
      'max_tokens',
      'got -5, needs a whole number of at least 1.',
    ],
    [{ model: 'nova', question: 'x', max_tokens: 1.5 }, 'invalid_body', 'max_tokens', 'got 1.5'],
    [{ model: 'nova', question: 'x', max_tokens: '10' }, 'invalid_body', 'max_tokens', 'got "10"'],
    [
      { model: 'nova', question: 'x', max_tokens: 2 ** 53 },
      'invalid_body',
      'max_tokens',
      'got 9007199254740992',
    ],
    [
      { model: 'nova', question: 'x', temperature: Infinity },
      'invalid_body',
      'temperature',
      'got Infinity',
    ],
    [
      { model: 'nova', question: 'x', temperature: -1 },
      'invalid_body',
      'temperature',
      'needs a number from 0 to 2',
    ],
    [
      { model: 'nova', question: 'x', top_p: 2 },
      'invalid_body',
      'top_p',
      'needs a number from 0 to 1',
    ],
    [{ model: 'nova', question: 'x', stop: [''] }, 'invalid_body', 'stop', 'stop: got a list'],
    [
      { model: 'nova', question: 'x', stream: 'yes' },
      'invalid_body',
      'stream',
      'needs true or false',
    ],
    [
      { model: 'nova', question: 'x', api_base: 'http://evil' },
      'unsupported_parameter',
      'api_base',
      'api_base: is not a field of this request; it takes model, question,',
    ],
    [
      JSON.parse('{"model":"nova","question":"x","toString":1}'),
      'unsupported_parameter',
      'toString',
      'is not a field',
    ],
    [[], 'invalid_body', undefined, 'The body is a list, needs a JSON object.'],
    ['hello', 'invalid_body', undefined, 'The body is a string'],
    [null, 'invalid_body', undefined, 'The body is null'],
  ])('%j is refused by name', (body, code, param, message) => {
    const error = refusalOf(body)
    expect(error).toMatchObject({ code, param })
    expect(error.message).toContain(message)
  })

  it('is understood or refused, whatever JSON it is', () => {
    const field = fc.constantFrom(
      'model',
      'question',
      'max_tokens',
      'temperature',
      'stop',
      'stream',
    )
    const body = fc.oneof(
      fc.jsonValue({ stringUnit: anyCharacter }),
      fc.dictionary(field, fc.jsonValue({ stringUnit: anyCharacter })),
    )
    fc.assert(
      fc.property(body, (value) => {
        try {
          expect(parse(post(value)).messages.length).toBeGreaterThan(0)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TollgateError)
          expect((thrown as TollgateError).status).toBe(400)
        }
      }),
    )
  })
})

describe('its answer', () => {
  it('is one object: the text without thoughts, usage, and what it cost', () => {
    const { contentType, body } = question.format(reply, facts, post({}))
    expect(contentType).toBe('application/json')
    expect(JSON.parse(body)).toEqual({
      model: 'nova',
      model_id: 'amazon.nova-lite-v1:0',
      answer: 'A bad place.',
      stop_reason: 'end_turn',
      usage: { input_tokens: 6, output_tokens: 4 },
      cost_usd: 0.004,
    })
  })

  it('is bare text where text is asked for by name', () => {
    const asText = question.format(reply, facts, post({}, { accept: 'text/plain' }))
    expect(asText).toEqual({ contentType: 'text/plain; charset=utf-8', body: 'A bad place.\n' })
    const asJson = question.format(reply, facts, post({}, { accept: '*/*' }))
    expect(asJson.contentType).toBe('application/json')
  })

  it.each<[Stop, string]>([
    [{ reason: 'sequence', sequence: 'x' }, 'stop_sequence'],
    [{ reason: 'length' }, 'max_tokens'],
    [{ reason: 'filtered' }, 'content_filtered'],
    [{ reason: 'refused' }, 'refusal'],
    [{ reason: 'tool-calls' }, 'tool_use'],
    [{ reason: 'other', detail: 'new' }, 'other'],
  ])('says why it stopped: %j', (stop, expected) => {
    const { body } = question.format({ ...reply, stop }, facts, post({}))
    expect(JSON.parse(body).stop_reason).toBe(expected)
  })

  it('streams deltas of text, then one done', () => {
    const frame = question.openFrames(facts, post({}))
    const delta = { type: 'text', text: 'A\nbad' } as const
    expect(frame({ type: 'reply-start' })).toBe('')
    expect(frame({ type: 'block-delta', index: 0, delta })).toBe(
      'event: delta\ndata: {"text":"A\\nbad"}\n\n',
    )
    expect(frame({ type: 'block-delta', index: 0, delta: { type: 'thinking', text: 'x' } })).toBe(
      '',
    )
    const done = frame({ type: 'reply-end', stop: { reason: 'length' }, usage })
    expect(done).toMatch(/^event: done\ndata: \{.*"stop_reason":"max_tokens".*\}\n\n$/)
  })

  it('ends a broken stream with one error', () => {
    const error = new TollgateError('upstream_error', 'It broke.')
    expect(question.openFrames(facts, post({}))({ type: 'reply-error', error })).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"api_error","code":"upstream_error","message":"It broke.","param":null},"message":"It broke.","request_id":"r-1"}\n\n',
    )
  })
})
