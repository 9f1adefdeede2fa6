/** What is held before a call is never less than Bedrock bills for it, whatever is asked of whom. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openCalibration } from '../lambda/budget/calibration.ts'
import { likely, worstCase, worstUsage } from '../lambda/budget/estimate.ts'
import { promptSize } from '../lambda/budget/prompt-size.ts'
import type { Call, ChatCall } from '../lambda/core/contracts.ts'
import { costMicroUsd, tokensOf } from '../lambda/core/cost.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Model } from '../lambda/core/model.ts'
import type { Usage } from '../lambda/core/reply.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { termsOf } from '../lambda/core/terms.ts'
import { embeddingModels, models } from '../lambda/models/index.ts'
import { nativeBodies, richRequest } from './said-bodies.ts'
import { anyCharacter, hostileText } from './support/arbitrary.ts'
import { requestOf, scenarios } from './support/bodies.ts'
import {
  chatCall,
  embedCall,
  embeddingsBilled,
  nativeCall,
  noTokens,
  operated,
  promptOf,
} from './support/calls.ts'
import { runs } from './support/effort.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const places = [{ geographic: false }, { geographic: true }]

function model(id: string): Model {
  const found = models.find((each) => each.id.includes(id))
  if (found === undefined) throw new Error(`the catalogue lost ${id}`)
  return found
}

const haiku = model('claude-haiku-4-5')
const nova = model('amazon.nova-lite')
const ask = (text: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  model: 'chat',
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  tools: [],
  maxTokens: 64,
  sampling: {},
  stream: false,
  ...more,
})

/** Whatever a tokenizer, a template or an escape could make more of than it looks. */
const oddText = fc.oneof(
  hostileText,
  fc.string({ unit: anyCharacter, minLength: 1 }),
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc
    .constantFrom('👩‍👩‍👧‍👦', '漢字仮名交じり文', 'ﷺ', '"\\\n\t', '\u0001\u001f')
    .map((text) => text.repeat(30)),
)

function expectCovered(call: Call, billed: Usage) {
  const worst = worstUsage(call, now)
  expect(promptOf(billed)).toBeLessThanOrEqual(promptOf(worst))
  expect(billed.output).toBeLessThanOrEqual(worst.output)
  for (const place of places) {
    const most = worstCase(call, place, now)
    expect(most.tokens).toBeGreaterThanOrEqual(tokensOf(billed))
    const cost = costMicroUsd(billed, call.model, termsOf(call, place), now) ?? Number.NaN
    expect(most.microUsd).toBeGreaterThanOrEqual(cost)
  }
}

/** `undefined` where the model takes no such request. */
function fitting(make: () => ChatCall): ChatCall | undefined {
  try {
    return make()
  } catch (thrown) {
    if (thrown instanceof TollgateError) return undefined
    throw thrown
  }
}

describe.each(models.map((each) => [each.id, each] as const))('the worst case of %s', (_, each) => {
  it('covers every scenario', () => {
    let covered = 0
    for (const scenario of scenarios) {
      const call = fitting(() => chatCall(requestOf(scenario), each))
      const billed = call && operated(call)?.told?.usage
      if (call === undefined || billed === undefined) continue
      expectCovered(call, billed)
      covered += 1
    }
    expect(covered).toBeGreaterThan(0)
  })

  it('covers whatever is said, in every block the model takes', () => {
    fc.assert(
      fc.property(richRequest(each, oddText), (request) => {
        const call = fitting(() => chatCall(request, each))
        const billed = call && operated(call)?.told?.usage
        if (call !== undefined && billed !== undefined) expectCovered(call, billed)
      }),
      { numRuns: runs(10, 500) },
    )
  })

  it('covers a caller’s own body', () => {
    const bodies = [
      ...(nativeBodies[each.body.id] ?? []).map((body) => [body, 'invoke'] as const),
      ...(nativeBodies.converse ?? []).map((body) => [body, 'converse'] as const),
    ]
    for (const [body, operation] of bodies) {
      if (operation === 'invoke' && each.body.via === 'converse') continue
      const call = fitting(() => nativeCall(body, each, operation))
      const billed = call && operated(call)?.told?.usage
      if (call !== undefined && billed !== undefined) expectCovered(call, billed)
    }
  })
})

describe.each(embeddingModels.map((each) => [each.id, each] as const))(
  'the worst case of %s',
  (_, each) => {
    it('covers all upstream calls of one request', () => {
      const texts = fc.array(oddText, { minLength: 1, maxLength: 20 })
      fc.assert(
        fc.property(texts, (inputs) => {
          const call = embedCall(inputs, each)
          const billed = embeddingsBilled(call)
          if (billed !== undefined) expectCovered(call, billed)
        }),
        { numRuns: runs(15, 1000) },
      )
    })
  },
)

describe('the worst case', () => {
  it('covers the largest request for vectors, which is 2,048 upstream calls', () => {
    const inputs = Array.from({ length: 2_048 }, (_, index) => `text ${index}`)
    const [titan] = embeddingModels.filter(({ limits }) => limits.batch === 1)
    if (titan === undefined) throw new Error('every model takes several texts a call')
    const most = embedCall(inputs, { ...titan, dimensions: [256] })
    expectCovered(most, embeddingsBilled(most) ?? noTokens)
    expect(worstUsage(most, now).input).toBeGreaterThan(2_048)
  })

  it('is never more than the model can read, and all of that for a document it cannot measure', () => {
    const long = chatCall(ask('a'.repeat(3_000_000)), haiku)
    expect(worstUsage(long, now).input).toBe(200_000)
    const data = Buffer.from('%PDF-1.7').toString('base64')
    const pdf = { type: 'document', mediaType: 'application/pdf', data } as const
    const messages = [{ role: 'user', content: [pdf] }] as const
    expect(worstUsage(chatCall({ ...ask(''), messages }, haiku), now).input).toBe(200_000)
    const beta = { betas: ['context-1m-2025-08-07'] }
    const longer = chatCall(ask('a'.repeat(3_000_000), beta), haiku)
    expect(worstUsage(longer, now).input).toBe(1_000_000)
  })

  it('counts an image by its most, not by its bytes', () => {
    const data = 'A'.repeat(400_000)
    const image = { type: 'image', mediaType: 'image/png', data } as const
    const messages = [{ role: 'user', content: [image] }] as const
    const call = chatCall({ ...ask(''), messages }, haiku)
    expect(worstUsage(call, now).input).toBeLessThan(6_000)
    const own = { max_tokens: 9, messages: [{ role: 'user', content: [claudeImage(data)] }] }
    expect(worstUsage(nativeCall(own, haiku, 'invoke'), now).input).toBeLessThan(6_000)
  })

  it('is at the rate of writing the cache for as long as any point asks', () => {
    const cached = (ttl?: '5m' | '1h') => {
      const text = { type: 'text', text: 'Hello', ...(ttl && { cache: { ttl } }) } as const
      return worstUsage(
        chatCall({ ...ask(''), messages: [{ role: 'user', content: [text] }] }, haiku),
        now,
      )
    }
    expect(cached().input).toBeGreaterThan(0)
    expect(cached('5m').cacheWrite5m).toBeGreaterThan(0)
    expect(cached('1h').cacheWrite1h).toBeGreaterThan(0)
    const own = (text: string) =>
      JSON.parse(`{"max_tokens": 9, "messages": [{"role": "user", "content": [${text}]}]}`)
    const said = (text: string) => worstUsage(nativeCall(own(text), haiku, 'invoke'), now)
    expect(said('{"type": "text", "text": "no \\"cache_control\\" here"}').input).toBeGreaterThan(0)
    const inside = '{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}'
    const document = `{"type": "document", "source": {"type": "content", "content": [${inside}]}}`
    expect(said(document).cacheWrite1h).toBeGreaterThan(0)
  })

  it('is at the rate of writing for a model that keeps prompts by itself', () => {
    const gpt = model('gpt-6-sol')
    expect(worstUsage(chatCall(ask('Hello'), gpt), now).cacheWrite5m).toBeGreaterThan(0)
  })

  it('has the dearer tier once the bound is in it', () => {
    const tiered = model('claude-haiku-5-5')
    const at = (bytes: number) =>
      worstCase(
        chatCall(ask('a'.repeat(bytes), { maxTokens: 1 }), tiered),
        { geographic: false },
        now,
      )
    expect(at(120_000).microUsd).toBeGreaterThan((at(90_000).microUsd ?? 0) * 4)
  })

  it('counts on a premium, never on a discount', () => {
    const coder = model('qwen3-coder-30b')
    const most = (serviceTier?: 'flex' | 'priority') =>
      worstCase(
        chatCall(ask('Hello', serviceTier && { serviceTier }), coder),
        { geographic: false },
        now,
      ).microUsd ?? Number.NaN
    expect(most('flex')).toBe(most())
    expect(most('priority')).toBeGreaterThan(1.9 * most())
  })

  it('knows that nothing bounds Nova 2 where it thinks as hard as it can', () => {
    const nova2 = model('nova-2-lite')
    const body = {
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
      inferenceConfig: { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
    }
    expect(worstUsage(nativeCall(body, nova2, 'invoke'), now).output).toBe(131_072)
  })

  it('is nothing for counting, and not known without a price', () => {
    const call = chatCall(ask('Hello'), haiku)
    expect(worstCase({ ...call, task: 'count' }, { geographic: true }, now)).toEqual({
      tokens: 0,
      microUsd: 0,
    })
    const unpriced = chatCall(ask('Hello'), { ...haiku, price: [] })
    expect(worstCase(unpriced, { geographic: true }, now).microUsd).toBeUndefined()
  })

  it('costs at least as much as any way its tokens could be billed', () => {
    const share = fc.integer({ min: 0, max: 100 })
    const shares = fc.tuple(share, share, share, share, share)
    const point = fc.constantFrom(undefined, '5m' as const, '1h' as const)
    const length = fc.integer({ min: 0, max: 400_000 })
    const asked = fc.record({
      at: fc.nat(models.length - 1),
      point,
      length,
      shares,
      geographic: fc.boolean(),
    })
    fc.assert(
      fc.property(asked, ({ at, point: ttl, length: bytes, shares: parts, geographic }) => {
        const each = models[at] ?? haiku
        const text = {
          type: 'text',
          text: 'a'.repeat(bytes),
          ...(ttl && { cache: { ttl } }),
        } as const
        const call = chatCall({ ...ask(''), messages: [{ role: 'user', content: [text] }] }, each)
        const caching = each.accepts.cachePoints
        const own = each.price[0]?.cacheWrite5m !== undefined && !caching
        const { bound } = promptSize(call)
        const all = parts.reduce((sum, part) => sum + part, 1)
        const tokens = (part: number) => Math.floor((bound * part) / all)
        const usage: Usage = {
          input: tokens(parts[0]),
          cacheRead: tokens(parts[1]),
          cacheWrite5m: own || (caching && ttl !== undefined) ? tokens(parts[2]) : 0,
          cacheWrite1h: caching && ttl === '1h' ? tokens(parts[3]) : 0,
          output: Math.floor((call.request.maxTokens * parts[4]) / 100),
        }
        const cost = costMicroUsd(usage, each, { geographic }, now) ?? Number.NaN
        expect(worstCase(call, { geographic }, now).microUsd).toBeGreaterThanOrEqual(cost)
      }),
      { numRuns: runs(150, 10_000) },
    )
  })

  it('measures a prompt once, and four megabytes in no time', () => {
    const call = chatCall(ask('ä'.repeat(2_000_000)), nova)
    const started = performance.now()
    const size = promptSize(call)
    expect(performance.now() - started).toBeLessThan(100)
    expect(promptSize({ ...call })).toBe(size)
  })
})

describe('what is likely', () => {
  const place = { geographic: false }
  const billed = (input: number, output: number): Usage => ({ ...noTokens, input, output })

  it('begins cautiously, and comes near to what calls are billed', () => {
    const calibration = openCalibration()
    const call = chatCall(ask('word '.repeat(2_000), { maxTokens: 1_000 }), haiku)
    const first = likely(call, place, calibration, now)
    expect(first.tokens).toBeGreaterThan(2_500 + 1_000)
    expect(first.tokens).toBeLessThan(worstCase(call, place, now).tokens)
    for (let calls = 0; calls < 60; calls += 1) calibration.learn(call, billed(2_500, 200))
    const learnt = likely(call, place, calibration, now).tokens
    expect(learnt).toBeGreaterThan(2_700)
    expect(learnt).toBeLessThan(2_700 * 1.3)
  })

  it('learns more from a long prompt than from short ones', () => {
    const calibration = openCalibration()
    calibration.learn(chatCall(ask('word '.repeat(20_000)), haiku), billed(25_000, 10))
    for (let calls = 0; calls < 10; calls += 1) {
      calibration.learn(chatCall(ask('Hi'), haiku), billed(8, 10))
    }
    const { tokens } = likely(chatCall(ask('word '.repeat(20_000)), haiku), place, calibration, now)
    expect(tokens).toBeGreaterThan(25_000)
  })

  it('is between one token and the worst case, whatever was learnt', () => {
    const count = fc.nat(1_000_000)
    fc.assert(
      fc.property(fc.array(fc.tuple(count, count), { maxLength: 30 }), oddText, (seen, text) => {
        const calibration = openCalibration()
        const call = chatCall(ask(text), nova)
        for (const [input, output] of seen) calibration.learn(call, billed(input, output))
        const { tokens } = likely(call, place, calibration, now)
        expect(tokens).toBeGreaterThanOrEqual(1)
        expect(tokens).toBeLessThanOrEqual(worstCase(call, place, now).tokens)
      }),
      { numRuns: runs(50, 2_000) },
    )
  })

  it('learns each model apart, and forgets the oldest of too many', () => {
    const calibration = openCalibration()
    const of = (id: string) => chatCall(ask('word '.repeat(2_000)), { ...nova, id })
    for (let calls = 0; calls < 60; calls += 1) calibration.learn(of('one'), billed(2_500, 1))
    const known = likely(of('one'), place, calibration, now).tokens
    const unknown = likely(of('other'), place, calibration, now).tokens
    expect(known).toBeLessThan(unknown)
    for (let each = 0; each < 256; each += 1) calibration.learn(of(`model ${each}`), billed(1, 1))
    expect(likely(of('one'), place, calibration, now).tokens).toBe(unknown)
  })
})

const claudeImage = (data: string) => ({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data },
})
