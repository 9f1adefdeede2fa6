/** Bad input gets a clear 4xx, one log line, no call of a model and no stack; whatever it is. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { anyCharacter } from './support/arbitrary.ts'
import { runs } from './support/effort.ts'
import { type InProcessAnswer, type InProcessRequest, invoke } from './support/in-process.ts'

/** Whoever reached for Bedrock would get a 503 from here, which no test below expects. */
beforeAll(() => {
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = 'http://127.0.0.1:9'
  process.env.AWS_ACCESS_KEY_ID = 'test'
  process.env.AWS_SECRET_ACCESS_KEY = 'test'
})

function expectRefusal(answer: InProcessAnswer, status: number, code: string) {
  const body = JSON.parse(answer.text)
  expect({ status: answer.statusCode, code: body.error.code }).toEqual({ status, code })
  expect(body).toEqual({
    type: 'error',
    error: {
      type: expect.any(String),
      code,
      message: expect.any(String),
      param: body.error.param,
      /** Of what a request says no decision is kept; of who may ask, one is. */
      ...(status === 403 && { decision_id: expect.stringMatching(/^[\w-]{16}$/) }),
    },
    message: body.error.message,
    request_id: answer.headers['x-request-id'],
  })
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.lines).toHaveLength(1)
  expect(answer.lines[0]).toMatchObject({ outcome: code, status, Errors: 1, UpstreamMs: 0 })
  expect(answer.lines[0]).not.toHaveProperty('fault')
  expect(answer.lines[0]).not.toHaveProperty('attempts')
  return body.message as string
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const valid = '{"model":"nova","question":"x","max_tokens":5}'

const refused: readonly (readonly [string, InProcessRequest, number, string, RegExp])[] = [
  [
    'JSON that ends early',
    { body: '{"model":' },
    400,
    'invalid_json',
    /not valid JSON: Unexpected end/,
  ],
  ['a comma too many', { body: '{"model":"nova",}' }, 400, 'invalid_json', /not valid JSON/],
  ['NaN', { body: '{"max_tokens":NaN}' }, 400, 'invalid_json', /not valid JSON/],
  ['a byte order mark', { body: `\ufeff${valid}` }, 400, 'invalid_json', /not valid JSON/],
  ['nothing', { body: '' }, 400, 'invalid_json', /is empty/],
  ['no body at all', {}, 400, 'invalid_json', /is empty/],
  [
    'bytes that are not UTF-8',
    { body: Buffer.from([0x7b, 0xff, 0x7d]) },
    400,
    'invalid_json',
    /not valid UTF-8/,
  ],
  ['UTF-16', { body: Buffer.from(valid, 'utf16le') }, 400, 'invalid_json', /not valid JSON/],
  ['65 levels', { body: nested(65) }, 400, 'invalid_json', /nested deeper than 64/],
  ['a million levels', { body: nested(1_000_000) }, 400, 'invalid_json', /nested deeper than 64/],
  [
    'too many values',
    { body: `[${'1,'.repeat(100_001)}1]` },
    400,
    'invalid_json',
    /more than 100000 values/,
  ],
  ['a list', { body: '[]' }, 400, 'invalid_body', /is a list, needs a JSON object/],
  [
    'a prototype',
    { body: '{"__proto__":{"model":"nova"}}' },
    400,
    'invalid_body',
    /__proto__: is not a field/,
  ],
  [
    'a constructor',
    { body: '{"constructor":{"prototype":{}}}' },
    400,
    'invalid_body',
    /constructor: is not/,
  ],
  [
    'half a surrogate pair',
    { body: '{"model":"nova","question":"\\ud800"}' },
    400,
    'invalid_body',
    /question: has half/,
  ],
  ['such a name', { body: '{"\\udc00":1}' }, 400, 'invalid_body', /half of a surrogate pair/],
  [
    'a field of another gateway',
    { body: '{"model":"nova","question":"x","api_base":"http://x"}' },
    400,
    'unsupported_parameter',
    /api_base: is not a field/,
  ],
  [
    '1e400 tokens',
    { body: '{"model":"nova","question":"x","max_tokens":1e400}' },
    400,
    'invalid_body',
    /got Infinity/,
  ],
  [
    '-1 tokens',
    { body: '{"model":"nova","question":"x","max_tokens":-1}' },
    400,
    'invalid_body',
    /got -1/,
  ],
  [
    'more tokens than the model has',
    { body: '{"model":"nova","question":"x","max_tokens":999999}' },
    400,
    'invalid_body',
    /Nova Lite takes 1 to 10000/,
  ],
  [
    'a system prompt for Titan',
    { body: '{"model":"titan","question":"x","system":"y"}' },
    400,
    'unsupported_parameter',
    /takes no system prompt. 'llama' could/,
  ],
  [
    'form data',
    { body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    415,
    'unsupported_media_type',
    /needs application\/json/,
  ],
  [
    'an unknown model',
    { body: '{"model":"gpt-4","question":"x"}' },
    404,
    'model_not_found',
    /no model "gpt-4" here. It may use: titan, llama, claude, nova\./,
  ],
  [
    'a path for a model',
    { body: '{"model":"../../etc/passwd","question":"x"}' },
    404,
    'model_not_found',
    /no model/,
  ],
  [
    'a model of another team',
    { body: '{"model":"amazon.nova-pro-v1:0","question":"x"}' },
    403,
    'model_not_allowed',
    /may not use/,
  ],
  [
    'a body over the limit',
    { body: `{"question":"${'x'.repeat(4_500_000)}"}` },
    413,
    'request_too_large',
    /takes up to 4500000/,
  ],
  [
    'a key of a team that is gone',
    { body: valid, team: 'gone' },
    403,
    'model_not_allowed',
    /It may use: none/,
  ],
  [
    'a header no header can be',
    {
      resource: '/model/{modelId}/converse',
      path: { modelId: 'nova' },
      headers: { accept: '日本' },
      body: '{"messages":[{"role":"user","content":[{"text":"x"}]}]}',
    },
    400,
    'invalid_body',
    /accept: has characters/,
  ],
  [
    'a tool whose input is no object',
    {
      resource: '/v1/responses',
      body: '{"model":"nova","input":"x","tools":[{"type":"function","name":"a","parameters":{"type":"string"}}]}',
    },
    400,
    'invalid_body',
    /needs 'object'/,
  ],
  [
    'an answer that is to be no object',
    {
      resource: '/v1/chat/completions',
      body: '{"model":"nova","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"string"}}}}',
    },
    400,
    'unsupported_parameter',
    /must be 'object'/,
  ],
  [
    'an unknown path',
    { method: 'GET', resource: '/{proxy+}' },
    404,
    'route_not_found',
    /POST \/bedrock/,
  ],
  [
    'a question without text',
    { method: 'GET', resource: '/bedrock/{model}', path: { model: 'nova' } },
    400,
    'invalid_body',
    /p: is missing/,
  ],
]

describe('a model in a path', () => {
  it('is decoded once, and not twice', async () => {
    const at = (model: string) =>
      invoke({ method: 'GET', resource: '/bedrock/{model}', path: { model }, query: { p: 'x' } })
    expect((await at('%2e%2e%2fetc')).statusCode).toBe(404)
    expect((await at('nova%252Flite')).statusCode).toBe(404)
    expect((await at('amazon.nova-lite-v1%253A0')).statusCode).toBe(404)
    expect((await at('%E0%A4%A')).statusCode).toBe(404)
    expect((await at('amazon.nova-pro-v1%3A0')).statusCode).toBe(403)
  })
})

describe('bad input', () => {
  it.each(refused)('%s', async (_, request, status, code, message) => {
    expect(expectRefusal(await invoke(request), status, code)).toMatch(message)
  })

  it('is told in few words, however long it was', async () => {
    const long = 'x'.repeat(1_000_000)
    for (const body of [{ model: long }, { [long]: 1 }, { model: long, question: 'x' }]) {
      expect((await invoke({ body: JSON.stringify(body) })).text.length).toBeLessThan(1500)
    }
  })

  it('leaves every object’s prototype as it was', async () => {
    await invoke({ body: '{"model":"nova","constructor":{"prototype":{"polluted":1}}}' })
    expect('polluted' in {}).toBe(false)
  })

  it('never gives a 5xx, whatever the bytes are', async () => {
    const json = fc.json({ stringUnit: anyCharacter, maxDepth: 6 })
    const cut = fc.tuple(json, fc.nat(40)).map(([text, at]) => text.slice(0, at))
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array))
    const names = fc.constantFrom(
      'model',
      'question',
      'system',
      'max_tokens',
      'stop',
      'stream',
      'x',
    )
    const nearly = fc
      .dictionary(names, fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 3 }))
      .map((value) => JSON.stringify(value))
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, cut, bytes, nearly), async (body) => {
        const answer = await invoke({ body })
        expect(answer.statusCode).toBeGreaterThanOrEqual(400)
        expect(answer.statusCode).toBeLessThan(500)
        /** One of the request; its history may fail on a busy machine, and says so. */
        expect(answer.lines.filter(({ event }) => event === undefined)).toHaveLength(1)
      }),
      { numRuns: runs(500, 200_000) },
    )
  })

  it('counts the depth a parser would find, whatever stands in the strings', async () => {
    const tricky = fc.string({ unit: fc.constantFrom('"', '\\', '[', '{', 'a', ']', '}', ',') })
    const depth = fc.integer({ min: 55, max: 75 })
    await fc.assert(
      fc.asyncProperty(
        tricky,
        depth,
        fc.infiniteStream(fc.boolean()),
        async (text, depth, kinds) => {
          let value: unknown = text
          for (let level = 0; level < depth; level++) {
            value = kinds.next().value ? [text, value] : { [text]: value }
          }
          const answer = await invoke({ body: JSON.stringify(value) })
          expect(answer.text.includes('nested deeper')).toBe(depth > 64)
        },
      ),
    )
  })
})
