/** What would happen to a request is told in any dialect, and no model hears of it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { described } from './support/described.ts'
import { bucket, fakeLedger } from './support/fake-ledger.ts'
import { faults } from './support/json-schema.ts'
import { limited } from './support/limited.ts'

const ledger = fakeLedger()
let ask = limited(ledger)
const estimate = (body: unknown, headers = {}, team = 'demo') =>
  ask({ resource: '/v1/estimate', body, headers, team })

beforeEach(() => {
  Object.assign(ledger, { buckets: [], paused: false })
  ask = limited(ledger)
})

const hello = [{ role: 'user', content: 'Hello' }]
const pixel = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
}
const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }
const tool = { name: 'look', input_schema: { type: 'object', properties: {} } }
const call = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } }

describe('the dialect is told by the shape of the body', () => {
  it.each<readonly [string, Record<string, unknown>, Record<string, string>]>([
    ['question', { question: 'Hello' }, {}],
    ['openai-chat', { messages: hello }, {}],
    ['openai-chat', { messages: [{ role: 'user', content: [picture] }], tools: [call] }, {}],
    [
      'anthropic-messages',
      { messages: hello, max_tokens: 9 },
      { 'anthropic-version': '2023-06-01' },
    ],
    ['anthropic-messages', { messages: hello, max_tokens: 9, system: 'Be brief.' }, {}],
    ['anthropic-messages', { messages: hello, max_tokens: 9, stop_sequences: ['x'] }, {}],
    ['anthropic-messages', { messages: hello, max_tokens: 9, tools: [tool] }, {}],
    ['anthropic-messages', { messages: [{ role: 'user', content: [pixel] }], max_tokens: 9 }, {}],
    ['openai-responses', { input: 'Hello' }, {}],
    ['openai-embeddings', { input: 'Hello', model: 'vectors' }, {}],
  ])('%s: %j %j', async (dialect, body, headers) => {
    const { statusCode, json, text } = await estimate({ model: 'claude', ...body }, headers)
    expect(statusCode, text).toBe(200)
    expect(json).toMatchObject({ dialect, allowed: true })
  })

  it.each([
    [[], /is a list, needs a JSON object/],
    [{ model: 'nova' }, /none of question, messages and input/],
    [{ model: 'nova', messages: 'x' }, /messages/],
    [{ model: 'nova', question: 'x', max_tokens: 0 }, /max_tokens: got 0/],
    [{ messages: hello }, /model: is missing/],
    [{ model: 'titan', messages: [{ role: 'system', content: 'x' }, ...hello] }, /takes no system/],
  ])('and what is wrong in %j is told as it would be', async (body, message) => {
    const { statusCode, json } = await estimate(body)
    expect(statusCode).toBe(400)
    expect(json.message).toMatch(message)
  })
})

describe('an estimate', () => {
  it('says where a conversation would go, as what, and for how much', async () => {
    const body = {
      model: 'claude',
      messages: hello,
      max_completion_tokens: 400,
      seed: 7,
      stream: true,
    }
    const { json, headers } = await estimate(body)
    expect(json).toEqual({
      dialect: 'openai-chat',
      model: 'claude',
      model_id: 'anthropic.claude-haiku-4-5-20251001-v1:0',
      targets: [{ region: 'us-east-1', model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' }],
      native_operation: 'InvokeModelWithResponseStream',
      native_body: {
        anthropic_version: 'bedrock-2023-05-31',
        max_tokens: 400,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      },
      native_calls: 1,
      tokens: { input_estimate: 80, output_most: 400, reserved: 500 },
      cost_usd: { likely: 0.00036, most: 0.001 },
      allowed: true,
      notices: [expect.stringMatching(/^seed: /)],
    })
    expect(headers).not.toHaveProperty('x-tollgate-model')
    expect(headers).not.toHaveProperty('x-tollgate-notice')
    expect(headers).not.toHaveProperty('x-tollgate-attempts')
  })

  it('says how many calls a list of texts comes to', async () => {
    const { json } = await estimate({ model: 'vectors', input: ['a', 'b', 'c'] })
    expect(json).toMatchObject({
      model_id: 'amazon.titan-embed-text-v2:0',
      native_operation: 'InvokeModel',
      native_body: { inputText: 'a' },
      native_calls: 3,
      tokens: { output_most: 0 },
    })
  })

  it('says that a price is not known', async () => {
    const unpriced = { priced: false, prompt: 1, most: zero, likely: zero }
    ask = limited(ledger, { forecast: () => unpriced })
    const free = await estimate({ model: 'nova', question: 'x' })
    expect(free.json).toMatchObject({ cost_usd: { likely: null, most: null }, allowed: true })
    ledger.buckets = [bucket({ measure: 'micro-usd' })]
    const { json } = await estimate({ model: 'nova', question: 'x' })
    expect(json).toMatchObject({
      allowed: false,
      would_pass: { says: expect.stringContaining('Nova Lite has no price in force') },
    })
    expect(json).not.toHaveProperty('limit')
  })

  it('reserves what the plan says: the most, or what is likely', async () => {
    const body = { model: 'nova', question: 'x', max_tokens: 400 }
    const [hard, tight] = [await estimate(body), await estimate(body, {}, 'few')]
    expect([hard.json.tokens.reserved, tight.json.tokens.reserved]).toEqual([500, 180])
  })

  it('is as the description says', async () => {
    ledger.buckets = [bucket({ measure: 'tokens' })]
    const { json } = await estimate({ model: 'nova', question: 'x' })
    expect(json.allowed).toBe(false)
    expect(faults(json, described('Estimate'))).toEqual([])
  })
})

const zero = { requests: 1, tokens: 1, microUsd: 0 }

describe('whether the limits allow it', () => {
  const body = { model: 'nova', question: 'x', max_tokens: 400 }

  it.each([
    ['to the last token', { limit: 500, used: 0, reserved: 0 }, true],
    ['not by one token', { limit: 500, used: 1, reserved: 0 }, false],
    ['not past what is reserved', { limit: 501, used: 1, reserved: 1 }, false],
    ['where the limit only warns', { limit: 1, then: 'warn' as const }, true],
    ['where it is another key’s', { limit: 1, key: 'other000' }, true],
    ['not where it is this key’s', { limit: 1, key: 'abcd1234' }, false],
    ['where it is another model’s', { limit: 1, model: 'claude' }, true],
    ['not where it is this model’s', { limit: 1, model: 'nova' }, false],
  ])('%s', async (_, changes, allowed) => {
    ledger.buckets = [bucket({ measure: 'tokens', ...changes })]
    const { json, statusCode } = await estimate(body)
    expect({ statusCode, allowed: json.allowed }).toEqual({ statusCode: 200, allowed })
    expect('limit' in json).toBe(!allowed)
  })

  it('is told with the limit and with what would pass, as of a refusal', async () => {
    ledger.buckets = [bucket({ measure: 'micro-usd', limit: 1500, used: 900, reserved: 0 })]
    const { json, headers } = await estimate(body)
    expect(json).toMatchObject({
      allowed: false,
      limit: { measure: 'micro_usd', limit: 1500, asked: 1000, usd: { asked: '0.001' } },
      would_pass: {
        micro_usd: 600,
        usd: '0.0006',
        says: expect.stringMatching(/passes now; this one may/),
      },
    })
    expect(headers).toMatchObject({ 'x-tollgate-budget-remaining-usd': '0.0006' })
    expect(ledger.decisions).toEqual([])
  })

  it('is told as the refusal itself, where the team is paused or may not use the model', async () => {
    const other = await estimate({ model: 'claude', question: 'x' }, {}, 'few')
    expect(other).toMatchObject({ statusCode: 403, json: { error: { code: 'model_not_allowed' } } })
    ledger.paused = true
    const paused = await estimate(body)
    expect(paused).toMatchObject({ statusCode: 403, json: { error: { code: 'access_denied' } } })
  })
})
