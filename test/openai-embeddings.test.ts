/** The Embeddings dialect: what it understands and refuses, and how it writes vectors. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerFacts, HttpRequest } from '../lambda/core/dialect.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Reply } from '../lambda/core/reply.ts'
import { openaiEmbeddings } from '../lambda/dialects/openai-embeddings.ts'
import { modelById } from '../lambda/models/index.ts'
import { anyCharacter } from './support/arbitrary.ts'

const post = (body: unknown): HttpRequest => ({
  route: { method: 'POST', path: '/v1/embeddings' },
  pathParameters: {},
  query: {},
  headers: {},
  body,
  text: '',
})

function understood(body: unknown) {
  const notices: string[] = []
  const request = openaiEmbeddings.parse(post(body), (text) => void notices.push(text))
  return { request, notices }
}

const asked = { model: 'embed', input: 'Why?' }
const plain = { model: 'embed', inputs: ['Why?'], stream: false }

describe('a request for vectors', () => {
  it.each([
    [asked, plain],
    [
      { ...asked, input: ['a', 'b'] },
      { ...plain, inputs: ['a', 'b'] },
    ],
    [
      { ...asked, dimensions: 256, encoding_format: 'base64' },
      { ...plain, dimensions: 256 },
    ],
    [{ ...asked, dimensions: null, encoding_format: 'float' }, plain],
    [
      { ...asked, input_type: 'search_query' },
      { ...plain, use: 'query' },
    ],
    [
      { ...asked, input_type: 'search_document' },
      { ...plain, use: 'document' },
    ],
    [
      { ...asked, input_type: 'clustering' },
      { ...plain, use: 'clustering' },
    ],
    [
      { ...asked, input_type: 'classification' },
      { ...plain, use: 'classification' },
    ],
  ])('%j', (body, request) => {
    expect(understood(body)).toEqual({ request, notices: [] })
  })

  it('takes as many texts as OpenAI does', () => {
    const input = Array.from({ length: 2048 }, () => 'a')
    expect(understood({ ...asked, input }).request.inputs).toHaveLength(2048)
    expect(() => understood({ ...asked, input: [...input, 'a'] })).toThrow('1 to 2048')
  })

  it('does not pass the user on, and says so', () => {
    expect(understood({ ...asked, user: 'ada' }).notices).toEqual([
      'user: left out; it is not passed on to the model',
    ])
  })

  it.each([
    [{ input: 'a' }, 'invalid_body', 'model'],
    [{ model: 'embed' }, 'invalid_body', 'input'],
    [{ ...asked, input: '' }, 'invalid_body', 'input'],
    [{ ...asked, input: [] }, 'invalid_body', 'input'],
    [{ ...asked, input: ['a', ''] }, 'invalid_body', 'input[1]'],
    [{ ...asked, input: [{ text: 'a' }] }, 'invalid_body', 'input[0]'],
    [{ ...asked, input: 7 }, 'invalid_body', 'input'],
    [{ ...asked, input: [1, 2] }, 'unsupported_parameter', 'input'],
    [{ ...asked, input: [[1, 2]] }, 'unsupported_parameter', 'input'],
    [{ ...asked, dimensions: 0 }, 'invalid_body', 'dimensions'],
    [{ ...asked, encoding_format: 'int8' }, 'invalid_body', 'encoding_format'],
    [{ ...asked, input_type: 'x' }, 'invalid_body', 'input_type'],
    [{ ...asked, extra: 1 }, 'unsupported_parameter', 'extra'],
    [[], 'invalid_body', undefined],
  ])('%j is refused by name', (body, code, param) => {
    const refused = expect.objectContaining({ code, param, status: 400 })
    expect(() => understood(body)).toThrow(refused)
  })

  it('is understood or refused, whatever JSON it is', () => {
    const field = fc.constantFrom('model', 'input', 'dimensions', 'encoding_format', 'user')
    const body = fc.oneof(
      fc.jsonValue({ stringUnit: anyCharacter }),
      fc.dictionary(field, fc.jsonValue({ stringUnit: anyCharacter })),
      fc.jsonValue({ stringUnit: anyCharacter }).map((input) => ({ model: 'embed', input })),
    )
    fc.assert(
      fc.property(body, (value) => {
        try {
          expect(understood(value).request.inputs.length).toBeGreaterThan(0)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(TollgateError)
          expect((thrown as TollgateError).status).toBe(400)
        }
      }),
    )
  })
})

describe('vectors', () => {
  const model = modelById.get('amazon.nova-lite-v1:0')
  if (model === undefined) throw new Error('the catalogue lost Nova Lite')
  const facts: AnswerFacts = {
    asked: 'embed',
    model,
    created: 0,
    requestId: 'r-1',
    costUsd: ({ input }) => input / 1000,
  }
  const reply: Reply = {
    content: [
      { type: 'embedding', vector: [0.5, -1] },
      { type: 'embedding', vector: [0.1, 3] },
    ],
    stop: { reason: 'end' },
    usage: { input: 7, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 },
  }
  const answered = (body: unknown) =>
    JSON.parse(openaiEmbeddings.format(reply, facts, post(body)).body)

  it('come in the order of the texts, with what they cost', () => {
    expect(answered(asked)).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [0.5, -1] },
        { object: 'embedding', index: 1, embedding: [0.1, 3] },
      ],
      model: 'embed',
      usage: { prompt_tokens: 7, total_tokens: 7, cost_usd: 0.007 },
    })
  })

  it('come as little-endian 32-bit floats where base64 is asked for', () => {
    const { data } = answered({ ...asked, encoding_format: 'base64' })
    expect(data[0].embedding).toBe('AAAAPwAAgL8=')
    const bytes = Buffer.from(data[1].embedding, 'base64')
    expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([Math.fround(0.1), 3])
  })
})
