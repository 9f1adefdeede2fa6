/** A refusal is kept, named in its answer, and told again to its own team. */
import { beforeEach, describe, expect, it } from 'vitest'
import { type Grounds, TollgateError } from '../lambda/core/errors.ts'
import { wouldPass } from '../lambda/wire/would-pass.ts'
import { described } from './support/described.ts'
import { bucket, fakeLedger } from './support/fake-ledger.ts'
import { faults } from './support/json-schema.ts'
import { type Asked, limited, lines } from './support/limited.ts'

const secret = 'the prompt that nobody else may read'
const question: Asked = { resource: '/bedrock', body: { model: 'nova', question: secret } }
const tokens = bucket({
  measure: 'tokens',
  window: 'month',
  limit: 9000,
  used: 8000,
  reserved: 100,
})

const ledger = fakeLedger()
const ask = limited(ledger)
const decisionOf = (id: string, team = 'demo') =>
  ask({ method: 'GET', resource: '/v1/decisions/{id}', path: { id }, team })

beforeEach(() => {
  Object.assign(ledger, { buckets: [tokens], keeps: true, paused: false })
  ledger.decisions.length = 0
  lines.length = 0
})

describe('a refusal', () => {
  it('is named in its answer and in the log, by an id that is nobody’s choice', async () => {
    const { statusCode, json } = await ask(question)
    expect(statusCode).toBe(429)
    const { decision_id: id } = json.error
    expect(id).toMatch(/^[\w-]{16}$/)
    expect(ledger.decisions).toMatchObject([{ id, team: 'demo', keyId: 'abcd1234', model: 'nova' }])
    expect(JSON.parse(lines.join(''))).toMatchObject({ decision: id, outcome: 'tokens_per_minute' })
    const again = await ask(question)
    expect(again.json.error.decision_id).not.toBe(id)
  })

  it('is told without its prompt', async () => {
    const { json } = await ask(question)
    const told = await decisionOf(json.error.decision_id)
    expect(told.statusCode).toBe(200)
    expect(told.text + JSON.stringify(ledger.decisions)).not.toContain(secret)
    expect(told.json).toEqual({
      id: json.error.decision_id,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      key: 'abcd1234',
      model: 'nova',
      route: 'POST /bedrock',
      status: 429,
      code: 'tokens_per_minute',
      message: json.message,
      limit: {
        ...{ whose: 'team', measure: 'tokens', window: 'month' },
        ...{ limit: 9000, used: 8000, reserved: 100, remaining: 900, asked: 4196 },
        resets_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+Z$/),
      },
      would_pass: {
        tokens: 900,
        after: told.json.limit.resets_at,
        says: expect.stringContaining('of at most 900 tokens (prompt and max_tokens together)'),
      },
    })
    expect(faults(told.json, described('Decision'))).toEqual([])
  })

  it.each([
    ['a model that is not this team’s', 403, 'model_not_allowed', { team: 'few', model: 'claude' }],
    ['a limit', 429, 'tokens_per_minute', { team: 'demo', model: 'nova' }],
  ])('for %s is kept', async (_, status, code, { team, model }) => {
    const { statusCode, json } = await ask({ ...question, body: { model, question: 'x' }, team })
    expect({ statusCode, code: json.error.code }).toEqual({ statusCode: status, code })
    expect(json.error.decision_id).toMatch(/^[\w-]{16}$/)
    expect(ledger.decisions).toMatchObject([{ team, model, status, code }])
  })

  it.each([
    ['/v1/chat/completions', { model: 'nova', messages: [{ role: 'user', content: 'x' }] }],
    ['/v1/responses', { model: 'nova', input: 'x' }],
    [
      '/v1/messages',
      { model: 'nova', max_tokens: 4000, messages: [{ role: 'user', content: 'x' }] },
    ],
    ['/model/{modelId}/converse', { messages: [{ role: 'user', content: [{ text: 'x' }] }] }],
  ])('is named in the words of %s', async (resource, body) => {
    const { json } = await ask({ resource, body, path: { modelId: 'nova' } })
    expect(json.error).toMatchObject({ decision_id: ledger.decisions[0]?.id })
  })

  it.each([
    ['a mistake in the request', { ...question, body: { model: 'nova', question: 5 } }, 400],
    ['a name that nobody has', { ...question, body: { model: 'gpt-4', question: 'x' } }, 404],
    ['a caller nobody knows', { ...question, team: '' }, 401],
  ])('for %s is not kept', async (_, asked, status) => {
    const { statusCode, json } = await ask(asked)
    expect(statusCode).toBe(status)
    expect(json.error).not.toHaveProperty('decision_id')
    expect(ledger.decisions).toEqual([])
  })

  it('that could not be kept is answered all the same, without a name', async () => {
    ledger.keeps = false
    const { statusCode, json } = await ask(question)
    expect(statusCode).toBe(429)
    expect(json.error).not.toHaveProperty('decision_id')
    expect(lines.join('')).not.toContain('decision')
  })

  it('of Bedrock’s says whose it is', async () => {
    ledger.buckets = []
    const throttled = limited(ledger, {}, () => {
      throw new TollgateError('upstream_throttled', 'Bedrock’s own limit is reached.')
    })
    const { json } = await throttled(question)
    const told = await decisionOf(json.error.decision_id)
    expect(told.json).toMatchObject({ code: 'upstream_throttled', limit: { whose: 'provider' } })
    expect(told.json).not.toHaveProperty('would_pass')
  })

  it('keeps no more than the beginning of a model’s name', async () => {
    await ask({ ...question, body: { model: 'x'.repeat(5000), question: 'x' }, team: 'gone' })
    ledger.decisions.length = 0
    const long = `arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0${'x'.repeat(500)}`
    await ask({ ...question, body: { model: long, question: 'x' }, team: 'few' })
    for (const { model = '' } of ledger.decisions) expect(model.length).toBeLessThanOrEqual(200)
  })
})

describe('whoever asks for a decision', () => {
  const answers = async (id: string, team?: string) => {
    const { statusCode, json } = await decisionOf(id, team)
    const { request_id: _, ...body } = json
    return { statusCode, body }
  }

  it('of another team hears what it would hear of one that is not', async () => {
    const { json } = await ask(question)
    const absent = await answers('AAAAAAAAAAAAAAAA')
    expect(absent.statusCode).toBe(404)
    expect(await answers(json.error.decision_id, 'few')).toEqual(absent)
  })

  it.each(['', 'x', '../../etc/passwd', '__proto__', 'A'.repeat(17), 'AAAAAAAAAAAAAAA '])(
    'by the name of %j makes the ledger look for nothing',
    async (id) => {
      const absent = await answers('AAAAAAAAAAAAAAAA')
      const looked = limited({
        ...ledger,
        decision: async () => {
          throw new Error('looked')
        },
      })
      const { statusCode, json } = await looked({
        method: 'GET',
        resource: '/v1/decisions/{id}',
        path: { id: encodeURIComponent(id) },
      })
      expect({ statusCode, message: json.message }).toEqual({
        statusCode: 404,
        message: absent.body.message,
      })
    },
  )

  it('needs a key', async () => {
    expect((await decisionOf('AAAAAAAAAAAAAAAA', '')).statusCode).toBe(401)
  })
})

describe('what would have passed', () => {
  const noon = Date.UTC(2026, 10, 21, 12)
  const midnight = Date.UTC(2026, 10, 22)
  const grounds: Grounds = {
    ...{ whose: 'team', window: 'day', measure: 'tokens', resetsAt: midnight },
    ...{ limit: 1000, used: 700, reserved: 100, asked: 500 },
  }
  const says = (changes: Partial<Grounds>, refusedAt = noon, now = noon) =>
    wouldPass({ ...grounds, ...changes }, refusedAt, now)

  it.each<readonly [string, Partial<Grounds>, object]>([
    [
      'is what is left now',
      {},
      {
        tokens: 200,
        after: '2026-11-22T00:00:00Z',
        says: 'A request of at most 200 tokens (prompt and max_tokens together) passes now; this one may pass after 2026-11-22T00:00:00Z.',
      },
    ],
    [
      'may be the same, where calls on their way give back enough',
      { used: 400, reserved: 400 },
      { tokens: 200, says: expect.stringContaining(', or sooner, as calls on their way end.') },
    ],
    [
      'is nothing, where nothing is left',
      { used: 1000 },
      {
        tokens: 0,
        says: expect.stringMatching(/^Nothing is left now; this one may pass after 2026/),
      },
    ],
    [
      'is never this one, where it asks for more than there ever is',
      { asked: 1001 },
      {
        tokens: 200,
        says: expect.stringMatching(
          /; this one asks for more than the whole limit, and never passes\.$/,
        ),
      },
    ],
    [
      'is said in dollars, and exactly',
      { measure: 'micro-usd', limit: 20_000_000, used: 19_996_900, reserved: 0, asked: 9000 },
      {
        micro_usd: 3100,
        usd: '0.0031',
        says: expect.stringContaining('that costs at most 0.0031 USD'),
      },
    ],
    [
      'of requests is the next',
      { measure: 'requests', used: 1000, reserved: 0, asked: 1 },
      { requests: 0 },
    ],
  ])('%s', (_, changes, expected) => {
    expect(says(changes)).toMatchObject(expected)
  })

  it('is told as it was, where time has passed', () => {
    expect(says({}, noon - 60_000).says).toMatch(
      /^When it was refused, a request of at most 200 tokens .* would have passed; /,
    )
    expect(says({ used: 1000 }, noon - 60_000).says).toMatch(
      /^When it was refused, nothing was left; /,
    )
  })

  it('is all of the limit, where it has begun anew', () => {
    expect(says({}, noon, midnight)).toEqual({
      tokens: 1000,
      says: 'The limit began anew at 2026-11-22T00:00:00Z: a request of at most 1000 tokens (prompt and max_tokens together) may pass.',
    })
    expect(says({ asked: 1001 }, noon, midnight).says).toMatch(
      /; this one asks for more .* never passes\.$/,
    )
  })

  it('of calls at once is any, once one has ended', () => {
    const { resetsAt: _, ...parallel } = grounds
    const at = {
      ...parallel,
      measure: 'parallel',
      window: 'now',
      limit: 4,
      used: 0,
      reserved: 4,
      asked: 1,
    } as const
    expect(wouldPass(at, noon, noon)).toEqual({
      says: 'It passes once fewer than 4 calls are on their way.',
    })
  })
})
