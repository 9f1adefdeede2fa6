/** Which targets a call is sent to, in which order, how often, and what is told when all of them fail. */
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Attempt, BedrockTarget, ChatCall, Provider } from '../lambda/core/contracts.ts'
import { type ErrorCode, TollgateError } from '../lambda/core/errors.ts'
import { modelById } from '../lambda/models/index.ts'
import { openAttempts } from '../lambda/routing/attempts.ts'
import { chatCall, noTokens, targetFor } from './support/calls.ts'

const modelNamed = (id: string) => {
  const model = modelById.get(id)
  if (model === undefined) throw new Error(`the catalogue lost ${id}`)
  return model
}
const nova = modelNamed('amazon.nova-lite-v1:0')
const haiku = modelNamed('anthropic.claude-haiku-4-5-20251001-v1:0')
const titan = modelNamed('amazon.titan-text-express-v1')

const at = (region: string, more: Partial<BedrockTarget> = {}): BedrockTarget =>
  targetFor(nova, { region, place: region, ...more })
const east = at('us-east-1')
const west = at('us-west-2')
const ohio = at('us-east-2')

type Mood = 'ok' | ErrorCode | { readonly code: ErrorCode; readonly retryAfter: number }

/** What each place does now; a test changes it on the way. */
const moods = new Map<string, Mood | readonly Mood[]>()
let asked: string[] = []
let clock = 0
let pauses: number[] = []

/** Each call of a list takes the next of its moods; the last stays. */
function moodOf(place: string): Mood {
  const mood = moods.get(place) ?? 'ok'
  if (!Array.isArray(mood)) return mood as Mood
  const [now = 'ok', ...rest] = mood as readonly Mood[]
  if (rest.length > 0) moods.set(place, rest)
  return now
}

class Upstream extends Error {
  readonly retryAfter: number | undefined
  constructor(name: string, retryAfter?: number) {
    super(name)
    this.name = name
    this.retryAfter = retryAfter
  }
}

const provider: Provider = async ({ target }) => {
  asked.push(target.place)
  const mood = moodOf(target.place)
  if (mood === 'ok') return (async function* () {})()
  const { code, retryAfter } =
    typeof mood === 'string' ? { code: mood, retryAfter: undefined } : mood
  throw new TollgateError(code, `${target.place} says ${code}`, {
    cause: new Upstream(code, retryAfter),
  })
}

const opened = (random = () => 0.5) =>
  openAttempts({
    provider,
    now: () => clock,
    random,
    wait: async (ms) => {
      pauses.push(ms)
      clock += ms
    },
  })

let attempts = opened()
beforeEach(() => {
  moods.clear()
  asked = []
  pauses = []
  clock = 1_000_000
  attempts = opened()
})

const request = {
  model: 'chat',
  messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Why?' }] }],
  tools: [],
  maxTokens: 50,
  sampling: {},
  stream: false,
}

function calling(targets: ChatCall['targets'], more: Partial<ChatCall> = {}) {
  const trail: string[] = []
  const attempted = ({ target, outcome }: Attempt) => void trail.push(`${target.place}:${outcome}`)
  const call = chatCall(request, nova, { targets, attempted, ...more })
  return { call, trail }
}

/** The code of its failure, or `ok`, and the trail. */
async function outcome(targets: ChatCall['targets'], more: Partial<ChatCall> = {}) {
  const { call, trail } = calling(targets, more)
  const error = await attempts(call).then(
    () => undefined,
    (thrown: TollgateError) => thrown,
  )
  return { end: error?.code ?? 'ok', trail: trail.join(','), error }
}

describe('over two regions', () => {
  it.each<[string, Mood, Mood, string, string]>([
    ['the first answers', 'ok', 'ok', 'ok', 'us-east-1:ok'],
    [
      'the first throttles',
      'upstream_throttled',
      'ok',
      'ok',
      'us-east-1:upstream_throttled,us-west-2:ok',
    ],
    [
      'the first is down',
      'upstream_unavailable',
      'ok',
      'ok',
      'us-east-1:upstream_unavailable,us-west-2:ok',
    ],
    [
      'the first is too slow',
      'upstream_timeout',
      'ok',
      'ok',
      'us-east-1:upstream_timeout,us-west-2:ok',
    ],
    [
      'the first is unusable',
      'upstream_error',
      'ok',
      'ok',
      'us-east-1:upstream_error,us-west-2:ok',
    ],
    [
      'the first has no access',
      'access_denied',
      'ok',
      'ok',
      'us-east-1:access_denied,us-west-2:ok',
    ],
    [
      'the first lacks the model',
      'model_not_found',
      'ok',
      'ok',
      'us-east-1:model_not_found,us-west-2:ok',
    ],
    [
      'both lack it',
      'model_not_found',
      'access_denied',
      'model_not_found',
      'us-east-1:model_not_found,us-west-2:access_denied',
    ],
    ['the caller is wrong', 'invalid_body', 'ok', 'invalid_body', 'us-east-1:invalid_body'],
    [
      'the prompt is too long',
      'context_length_exceeded',
      'ok',
      'context_length_exceeded',
      'us-east-1:context_length_exceeded',
    ],
    [
      'the body is too large',
      'request_too_large',
      'ok',
      'request_too_large',
      'us-east-1:request_too_large',
    ],
    [
      'one lacks it, one throttles',
      'model_not_found',
      'upstream_throttled',
      'upstream_throttled',
      'us-east-1:model_not_found,us-west-2:upstream_throttled,us-west-2:upstream_throttled',
    ],
  ])('%s', async (_, first, second, end, trail) => {
    moods.set('us-east-1', first)
    moods.set('us-west-2', second)
    expect(await outcome([east, west])).toMatchObject({ end, trail })
  })

  it('asks three times in all at most, and pauses before it asks one again', async () => {
    moods.set('us-east-1', 'upstream_throttled')
    moods.set('us-west-2', 'upstream_unavailable')
    const { end, trail } = await outcome([east, west])
    expect(end).toBe('upstream_throttled')
    expect(trail.split(',')).toHaveLength(3)
    expect(pauses).toHaveLength(1)
  })

  it('leaves a place alone for as long as it asks, up to five seconds', async () => {
    moods.set('us-east-1', [{ code: 'upstream_throttled', retryAfter: 2 }, 'ok'])
    expect((await outcome([east])).end).toBe('ok')
    expect(pauses).toEqual([2_000])
    moods.set('us-east-1', { code: 'upstream_throttled', retryAfter: 6 })
    expect((await outcome([east])).trail).toBe('us-east-1:upstream_throttled')
  })

  it('asks nobody any more when the caller has gone', async () => {
    moods.set('us-east-1', 'upstream_unavailable')
    const gone = new AbortController()
    gone.abort()
    expect((await outcome([east, west], { signal: gone.signal })).trail).not.toContain('west')
  })

  it('begins no attempt for which no time is left', async () => {
    moods.set('us-east-1', 'upstream_unavailable')
    let left = 60_000
    const remaining = () => {
      const now = left
      left = 2_500
      return now
    }
    const { end, trail } = await outcome([east, west], { remaining })
    expect([end, trail]).toEqual(['upstream_unavailable', 'us-east-1:upstream_unavailable'])
  })
})

describe('the breaker of a target', () => {
  async function untilOpen(mood: Mood) {
    moods.set('us-east-1', mood)
    for (let call = 0; call < 5; call++) await outcome([east, west])
    asked = []
  }

  it('opens after five failures in a row: the next calls go straight on', async () => {
    await untilOpen('upstream_unavailable')
    for (let call = 0; call < 10; call++) expect((await outcome([east, west])).end).toBe('ok')
    expect(new Set(asked)).toEqual(new Set(['us-west-2']))
  })

  it('opens where half of at least twenty calls fail', async () => {
    moods.set(
      'us-east-1',
      [...Array(10)].flatMap(() => ['ok', 'upstream_unavailable'] as Mood[]),
    )
    for (let call = 0; call < 20; call++) await outcome([east, west])
    asked = []
    await outcome([east, west])
    expect(asked).toEqual(['us-west-2'])
  })

  it('lets one call probe after five seconds, and only one', async () => {
    await untilOpen('upstream_unavailable')
    clock += 5_000
    await Promise.all(Array.from({ length: 10 }, () => outcome([east, west])))
    expect(asked.filter((place) => place === 'us-east-1')).toHaveLength(1)
  })

  it('closes as soon as a probe is answered, within thirty seconds of the recovery', async () => {
    await untilOpen('upstream_throttled')
    moods.set('us-east-1', 'ok')
    const recovered = clock
    while (!asked.includes('us-east-1')) {
      clock += 500
      await outcome([east, west])
    }
    expect(clock - recovered).toBeLessThanOrEqual(30_000)
    asked = []
    await outcome([east, west])
    expect(asked).toEqual(['us-east-1'])
  })

  it.each<Mood>(['invalid_body', 'access_denied', 'upstream_error'])(
    'is not opened by %s: one caller, or a right that is missing, is no outage',
    async (mood) => {
      moods.set('us-east-1', mood)
      for (let call = 0; call < 10; call++) await outcome([east])
      asked = []
      await outcome([east])
      expect(asked[0]).toBe('us-east-1')
    },
  )

  it('is not opened by waits that callers cut short', async () => {
    const slow: Provider = async ({ target }, { signal, passed }) => {
      asked.push(target.place)
      if (!signal.aborted) await new Promise((late) => signal.addEventListener('abort', late))
      throw new TollgateError('upstream_timeout', `passed: ${passed()}`)
    }
    attempts = openAttempts({ provider: slow, now: () => clock, random: () => 0 })
    for (let call = 0; call < 6; call++) await outcome([east], { timeoutMs: 1 })
    asked = []
    await outcome([east], { timeoutMs: 1 })
    expect(asked[0]).toBe('us-east-1')
  })

  it('is one for all aliases that lead there, and not that of another model', async () => {
    await untilOpen('upstream_unavailable')
    await outcome([{ ...east }, west])
    expect(asked).toEqual(['us-west-2'])
    await outcome([at('us-east-1', { modelId: 'another' }), west])
    expect(asked.at(1)).toBe('us-east-1')
  })
})

describe('when every target is down', () => {
  it('refuses at once, with the time until the next probe', async () => {
    moods.set('us-east-1', 'upstream_unavailable')
    moods.set('us-west-2', 'upstream_unavailable')
    for (let call = 0; call < 10; call++) await outcome([east, west])
    asked = []
    const { end, error } = await outcome([east, west])
    expect([end, asked]).toEqual(['upstream_unavailable', []])
    clock += (error?.retryAfter ?? 0) * 1_000
    moods.clear()
    expect((await outcome([east, west])).end).toBe('ok')
  })

  it('still asks once where all are only throttled: a quota comes back by itself', async () => {
    moods.set('us-east-1', 'upstream_throttled')
    moods.set('us-west-2', 'upstream_throttled')
    for (let call = 0; call < 30; call++) await outcome([east, west])
    asked = []
    const { end, error } = await outcome([east, west])
    expect([end, asked]).toEqual(['upstream_throttled', ['us-east-1']])
    expect(error?.message).toContain('us-east-1')
  })

  it('asks at most 1.1 times a call once the budget of retries is spent', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Mood>('upstream_unavailable', 'upstream_throttled', 'upstream_timeout'),
        fc.constantFrom<Mood>('upstream_unavailable', 'upstream_throttled', 'upstream_timeout'),
        fc.integer({ min: 1, max: 50 }),
        async (first, second, together) => {
          moods.set('us-east-1', first)
          moods.set('us-west-2', second)
          attempts = opened()
          for (let call = 0; call < 40; call++) await outcome([east, west])
          asked = []
          const rounds = Math.ceil(200 / together)
          for (let round = 0; round < rounds; round++) {
            clock += 50
            await Promise.all(Array.from({ length: together }, () => outcome([east, west])))
          }
          expect(asked.length).toBeLessThanOrEqual(1.1 * rounds * together + 3)
        },
      ),
      { numRuns: 20, seed: 5 },
    )
  })
})

describe('the strategy', () => {
  it('`priority` stays with the first', async () => {
    for (let call = 0; call < 20; call++) await outcome([east, west, ohio])
    expect(new Set(asked)).toEqual(new Set(['us-east-1']))
  })

  it('`weighted` divides calls by weight, and a target of weight 0 only helps out', async () => {
    let lot = 0
    attempts = opened(() => (lot++ % 100) / 100)
    const targets = [
      at('us-east-1', { weight: 3 }),
      at('us-west-2'),
      at('us-east-2', { weight: 0 }),
    ]
    for (let call = 0; call < 400; call++) await outcome(targets, { strategy: 'weighted' })
    const count = (place: string) => asked.filter((each) => each === place).length
    expect([count('us-east-1'), count('us-west-2'), count('us-east-2')]).toEqual([300, 100, 0])
    moods.set('us-east-1', 'upstream_unavailable')
    moods.set('us-west-2', 'upstream_unavailable')
    expect((await outcome(targets, { strategy: 'weighted' })).end).toBe('ok')
  })

  it('`least-latency` finds out who is sooner, stays there, and looks again after a minute', async () => {
    const speeds: Record<string, number> = { 'us-east-1': 20, 'us-west-2': 1 }
    const timed: Provider = async ({ target }) => {
      asked.push(target.place)
      const until = performance.now() + (speeds[target.place] ?? 0)
      while (performance.now() < until) await new Promise(setImmediate)
      return (async function* () {})()
    }
    attempts = openAttempts({ provider: timed, now: () => clock, random: () => 0 })
    const strategy = 'least-latency'
    for (let call = 0; call < 6; call++) await outcome([east, west], { strategy })
    expect(asked).toEqual(['us-east-1', ...Array(5).fill('us-west-2')])
    clock += 61_000
    asked = []
    for (let call = 0; call < 3; call++) await outcome([east, west], { strategy })
    expect(asked.slice(0, 2).toSorted()).toEqual(['us-east-1', 'us-west-2'])
    expect(asked[2]).toBe('us-west-2')
  })
})

describe('over several models', () => {
  const claude = targetFor(haiku, { place: 'claude' })
  const express = targetFor(titan, { place: 'titan' })

  it('asks each in its own words, and tells what it could not be given', async () => {
    const seen: string[] = []
    const noticed: string[] = []
    attempts = openAttempts({
      provider: async (call, deadline) => {
        seen.push(`${call.model.id} ${call.task === 'embed' ? '' : call.body.id}`)
        return provider(call, deadline)
      },
      now: () => clock,
    })
    moods.set('us-east-1', 'upstream_unavailable')
    const notice = (text: string) => void noticed.push(text)
    const more = { notice, request: { ...request, sampling: { topK: 5 } } }
    expect((await outcome([east, express], more)).end).toBe('ok')
    expect(seen).toEqual([`${nova.id} nova`, `${titan.id} titan-text`])
    expect(noticed.join()).toMatch(/top_k: left out/)
  })

  it('passes over a model that cannot carry the request', async () => {
    moods.set('us-east-1', 'upstream_unavailable')
    const tools = [{ name: 'look', input: { type: 'object' } }]
    const { trail } = await outcome([east, express, claude], { request: { ...request, tools } })
    expect(trail).toBe('us-east-1:upstream_unavailable,claude:ok')
  })

  it('keeps what a model thought, and signed, with the family that signed it', async () => {
    const thinking = { type: 'thinking', text: 'So.', signature: 'c2lnbmVk' } as const
    const said = { role: 'assistant', content: [thinking, { type: 'text', text: 'Yes.' }] } as const
    const [first] = request.messages
    if (first === undefined) throw new Error('there is no question')
    const messages = [first, said, first]
    moods.set('claude', 'upstream_unavailable')
    const call = chatCall({ ...request, messages }, haiku, { targets: [claude, west] })
    const trail: string[] = []
    const attempted = ({ target }: Attempt) => void trail.push(target.place)
    await expect(attempts({ ...call, attempted })).rejects.toThrow('claude')
    expect(new Set(trail)).toEqual(new Set(['claude']))
  })
})

it('tells each attempt with what the provider bills for it', async () => {
  const bills: unknown[] = []
  attempts = openAttempts({
    provider: async ({ target }) => {
      const error = new TollgateError('upstream_timeout', 'late')
      error.billed = target.place === 'us-east-1' ? 'unknown' : { ...noTokens, input: 7 }
      throw error
    },
    now: () => clock,
    wait: async () => {},
  })
  const attempted = ({ billed }: Attempt) => void bills.push(billed)
  const call = chatCall(request, nova, { targets: [east, west], attempted })
  await expect(attempts(call)).rejects.toMatchObject({ code: 'upstream_timeout' })
  expect(bills.slice(0, 2)).toEqual(['unknown', { ...noTokens, input: 7 }])
})
