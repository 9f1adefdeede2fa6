/** What the cache keeps of a model's answers, and whom it lets wait, over a model that the test plays. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isLasting, packed, unpacked } from '../lambda/cache/entry.ts'
import type { Call, ChatCall, Looked, ReplyStream } from '../lambda/core/contracts.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { collect, type ReplyEvent, replay, type Stop } from '../lambda/core/reply.ts'
import type { CacheConfig } from '../lambda/core/rules-config.ts'
import { modelById } from '../lambda/models/index.ts'
import { cache } from '../lambda/policies/cache.ts'
import { aimed } from '../lambda/routing/aim.ts'
import { reply as anyReply } from './support/arbitrary.ts'
import { cacheTable } from './support/cache-table.ts'
import { chatCall, noTokens } from './support/calls.ts'
import { runs } from './support/effort.ts'

const nova = modelById.get('amazon.nova-lite-v1:0')
if (nova === undefined) throw new Error('There is no Nova Lite.')

const said = (text: string, stop: Stop = { reason: 'end' }) =>
  replay({ content: [{ type: 'text', text }], stop, usage: { ...noTokens, input: 5, output: 2 } })

async function* ending(events: AsyncIterable<ReplyEvent>, how: 'cut' | 'error' | 'throw') {
  for await (const event of events) {
    if (event.type !== 'reply-end') yield event
  }
  const error = new TollgateError('upstream_error', 'It broke.')
  if (how === 'error') yield { type: 'reply-error', error } as const
  if (how === 'throw') throw error
}

type Options = {
  readonly config?: CacheConfig
  readonly answer?: (call: Call) => AsyncIterable<ReplyEvent> | Promise<AsyncIterable<ReplyEvent>>
  readonly admit?: () => Promise<void>
}

/** The policy, and how often the model was asked. */
function opened({ config = {}, answer = () => said('Yes.'), admit = async () => {} }: Options) {
  const table = cacheTable()
  let models = 0
  let now = Date.parse('2026-11-21T00:00:00Z')
  const holds: unknown[] = []
  const policy = cache({
    ledger: {
      admit,
      manner: () => ({ limited: true, money: false, mode: 'hard', onFailure: 'refuse' }),
      async hold({ amounts }) {
        holds.push(amounts)
        return { standings: [], settle: async () => {} }
      },
    },
    nameOf: ({ id }) => id,
    cache: { config, store: table },
    now: () => now,
  })
  const chat = policy(async (call) => {
    models += 1
    const [first] = aimed(call)
    if (first === undefined) throw new Error('There is nowhere to go.')
    return { call: first.as(call), events: await answer(call) }
  })

  /** What is left to do is done once the answer was read, or left. */
  async function ask(
    more: Partial<ChatCall> = {},
    read: (reply: ReplyStream) => Promise<unknown> = ({ events }) => collect(events),
  ) {
    const looked: Looked[] = []
    const notices: string[] = []
    const work: (() => Promise<void>)[] = []
    const call = {
      ...chatCall(
        {
          model: 'nova',
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          ...{ tools: [], sampling: { temperature: 0 }, maxTokens: 10, stream: true },
        },
        nova as NonNullable<typeof nova>,
      ),
      looked: (one: Looked) => void looked.push(one),
      notice: (text: string) => void notices.push(text),
      atEnd: (one: () => Promise<void>) => void work.push(one),
      ...more,
    }
    let told: unknown
    let thrown: unknown
    try {
      const reply = await chat(call)
      told = await read(reply)
    } catch (error) {
      thrown = error
    }
    await Promise.all(work.map((one) => one()))
    return { looked, told, thrown, notices, status: looked.at(-1)?.status }
  }

  return {
    ...{ ask, table, holds },
    models: () => models,
    pass: (ms: number) => {
      now += ms
    },
  }
}

describe('what is kept', () => {
  const stops: Readonly<Record<Stop['reason'], boolean>> = {
    ...{ end: true, sequence: true, length: true, 'tool-calls': true },
    ...{ filtered: false, refused: false, other: false },
  }
  it.each(Object.entries(stops))('an answer that stops with %s: %s', async (reason, kept) => {
    const { ask, table } = opened({ answer: () => said('Yes.', { reason, detail: '' } as Stop) })
    await ask()
    expect(table.size()).toBe(kept ? 1 : 0)
    expect((await ask()).status).toBe(kept ? 'hit' : 'miss')
  })

  it.each(['cut', 'error', 'throw'] as const)(
    'nothing of a stream that ends with %s',
    async (how) => {
      const { ask, table } = opened({ answer: () => ending(said('Yes.'), how) })
      expect((await ask()).thrown).toBeDefined()
      expect(table.size()).toBe(0)
      expect((await ask()).status).toBe('miss')
    },
  )

  it('nothing of an answer that cannot be used', async () => {
    const broken = async function* (): AsyncGenerator<ReplyEvent> {
      const block = { type: 'tool-call', id: 'a', name: 'b' } as const
      yield { type: 'block-start', index: 0, block }
      yield { type: 'block-delta', index: 0, delta: { type: 'input-json', json: '{"a":' } }
      yield { type: 'block-end', index: 0 }
      yield { type: 'reply-end', stop: { reason: 'tool-calls' }, usage: noTokens }
    }
    const { ask, table } = opened({ answer: broken })
    await ask({}, async ({ events }) => {
      for await (const _ of events);
    })
    expect(table.size()).toBe(0)
  })

  it('nothing of one that a policy outside refuses, even at its end', async () => {
    const { ask, table } = opened({})
    await ask({}, async ({ events, forget }) => {
      await collect(events)
      forget?.()
    })
    expect(table.size()).toBe(0)
  })

  it('nothing of one that nobody read to its end', async () => {
    const { ask, table } = opened({})
    await ask({}, async ({ events }) => {
      for await (const _ of events) break
    })
    await ask({}, async () => {})
    expect(table.size()).toBe(0)
  })

  it('nothing that stays too large, and it is said so', async () => {
    const { ask, table } = opened({ answer: () => said(randomBytes(400_000).toString('base64')) })
    expect((await ask()).notices).toEqual([
      'cache: the answer has more than 350 KB, and is not remembered',
    ])
    expect(table.size()).toBe(0)
    const long = opened({ answer: () => said('A dystopia warns us. '.repeat(50_000)) })
    expect((await long.ask()).notices).toEqual([])
    expect((await long.ask()).status).toBe('hit')
  })

  it('not longer in memory than it can be kept', async () => {
    const piece = 'x'.repeat(100_000)
    const endless = async function* (): AsyncGenerator<ReplyEvent> {
      yield { type: 'block-start', index: 0, block: { type: 'text' } }
      for (let i = 0; i < 80; i++) {
        yield { type: 'block-delta', index: 0, delta: { type: 'text', text: piece } }
      }
      yield { type: 'block-end', index: 0 }
      yield { type: 'reply-end', stop: { reason: 'end' }, usage: noTokens }
    }
    const { ask, table } = opened({ answer: endless })
    expect((await ask()).notices).toHaveLength(1)
    expect(table.size()).toBe(0)
  })

  it('every event as it came, written down and read again', async () => {
    const entry = (events: readonly ReplyEvent[]) => ({
      at: 1,
      answerer: { provider: 'bedrock', place: 'us-east-1', modelId: 'nova' } as const,
      notices: ['a notice'],
      events,
    })
    await fc.assert(
      fc.asyncProperty(anyReply, fc.uint8Array(), async (one, payload) => {
        const events: ReplyEvent[] = [
          { type: 'native', payload: Buffer.from(payload), headers: {} },
        ]
        for await (const event of replay(one)) events.push(event)
        expect(await unpacked(await packed(entry(events)))).toEqual(entry(events))
      }),
      { numRuns: runs(50, 1_000) },
    )
  })

  it('what is no entry of this version is not read', async () => {
    expect(await unpacked(Buffer.from('not brotli'))).toBeUndefined()
    expect(await isLasting([])).toBe(false)
  })
})

describe('a hit', () => {
  it('tells its age, its notices, and is held as one request without tokens', async () => {
    const { ask, pass, holds, models } = opened({
      answer(call) {
        call.notice('topK: this model has none')
        return said('Yes.')
      },
    })
    const one = await ask()
    pass(61_500)
    const two = await ask()
    expect(two.looked).toMatchObject([{ status: 'hit', ageSeconds: 61 }])
    expect(two.notices).toEqual(one.notices)
    expect(two.told).toEqual(one.told)
    expect(holds).toEqual([{ requests: 1, tokens: 0, microUsd: 0 }])
    expect(models()).toBe(1)
  })

  it('is given to nobody who may not ask any more', async () => {
    let paused = false
    const admit = async () => {
      if (paused) throw new TollgateError('access_denied', 'The team demo is paused.')
    }
    const { ask } = opened({ admit })
    await ask()
    paused = true
    expect((await ask()).thrown).toMatchObject({ code: 'access_denied' })
  })

  it('by a key of the caller’s own is its team’s in any case', async () => {
    const { ask } = opened({ config: { shared: true } })
    const own = { cache: { key: 'mine' } }
    await ask(own)
    expect((await ask({ ...own, caller: { team: 'other', keyId: 'k' } })).status).toBe('miss')
    expect((await ask(own)).status).toBe('hit')
  })

  it('is all teams’ where the operator chose that, and else the team’s own', async () => {
    const caller = { team: 'other', keyId: 'k' }
    for (const [config, status] of [
      [{}, 'miss'],
      [{ shared: true }, 'hit'],
    ] as const) {
      const { ask } = opened({ config })
      await ask()
      expect((await ask({ caller })).status).toBe(status)
    }
  })
})

describe('requests that are alike and under way', () => {
  const held = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    return { until: promise, go: resolve }
  }

  it('wait for the first, event for event the same', async () => {
    const { until, go } = held()
    const { ask, models } = opened({ answer: () => until.then(() => said('Yes.')) })
    const all = Array.from({ length: 20 }, () => ask())
    go()
    const answers = await Promise.all(all)
    expect(models()).toBe(1)
    expect(answers.map(({ status }) => status)).toEqual(['miss', ...Array(19).fill('hit')])
    for (const { told } of answers) expect(told).toEqual(answers[0]?.told)
  })

  it.each<[string, (calls: number) => AsyncIterable<ReplyEvent> | Promise<never>]>([
    ['is refused', () => Promise.reject(new TollgateError('upstream_throttled', 'Busy.'))],
    ['breaks', () => ending(said('Y'), 'error')],
    ['is filtered', () => said('', { reason: 'filtered' })],
  ])('ask for themselves where the first %s', async (_, first) => {
    const { until, go } = held()
    let calls = 0
    const { ask, models } = opened({
      async answer() {
        calls += 1
        if (calls > 1) return said('Yes.')
        await until
        return first(calls)
      },
    })
    const all = [ask(), ask(), ask()]
    go()
    const [, ...others] = await Promise.all(all)
    expect(models()).toBe(3)
    for (const { told, status } of others) {
      expect(status).toBe('miss')
      expect(told).toMatchObject({ content: [{ text: 'Yes.' }] })
    }
  })

  it('ask for themselves where the caller of the first has gone', async () => {
    const { ask, models } = opened({})
    const left = ask({}, async ({ events }) => {
      for await (const _ of events) break
    })
    const [, other] = await Promise.all([left, ask()])
    expect(models()).toBe(2)
    expect(other.told).toMatchObject({ content: [{ text: 'Yes.' }] })
  })

  it('wait no longer than their caller would', async () => {
    const { until, go } = held()
    let calls = 0
    const { ask } = opened({
      async answer() {
        calls += 1
        if (calls === 1) await until
        return said('Yes.')
      },
    })
    const first = ask()
    const second = await ask({ timeoutMs: 5 })
    expect(second.status).toBe('miss')
    expect(second.told).toMatchObject({ content: [{ text: 'Yes.' }] })
    go()
    await first
  })
})
