/** Rows F35 and F36 of the fault matrix: a caller who leaves stops the model, and a clock that jumps moves no charge. */
import { once } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { unread } from '../lambda/budget/spent.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { Bill } from '../local/simulator/index.ts'
import { accountOf, billOf, mostOf } from './support/bills.ts'
import { everything } from './support/effort.ts'
import { type Begun, begin, invoke, linesOf, tableItems } from './support/in-process.ts'
import { twoRegions } from './support/regions.ts'
import { forgetHealth } from './support/routes-anew.ts'
import { type Way, ways } from './support/ways.ts'

const team = 'demo'
const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  regions: ['us-east-1', 'us-west-2'],
  models: { claude: 'anthropic.claude-haiku-4-5-20251001-v1:0' },
  plans: { plan: { limits: [{ usd: 1_000, per: 'month' }] } },
  teams: { [team]: { plan: 'plan', models: '*' } },
}
vi.mock('#gateway-config', () => ({ default: config }))

const regions = twoRegions()
afterEach(() => {
  vi.useRealTimers()
  forgetHealth()
})

const maxTokens = 400
const requestOf = ({ ask }: Way, stream: boolean) => ({
  ...ask({ model: 'claude', text: '[[simulate:words:100]]', maxTokens, stream }),
  team,
})
const waysThat = (stream: boolean) => ways.filter(({ streams }) => streams.includes(stream))

type Moment = (begun: Begun) => Promise<unknown>

/** Milliseconds from a caller's leaving to the connection's end. */
const promised = 250

/** Once the model has begun, at the latest: until then nobody can tell. */
async function heard(bill: () => Bill | undefined): Promise<number> {
  const since = performance.now()
  await vi.waitFor(() => expect(bill()).toMatchObject({ aborted: true }), { interval: 2 })
  return performance.now() - since
}

const moments: Readonly<Record<string, { fault: string; until: Moment }>> = {
  'before its first byte': { fault: 'slow-stream:20', until: async () => {} },
  'at its first bytes': {
    fault: 'slow-stream:20',
    until: ({ stream }) => once(stream, 'data'),
  },
  'while the model is silent': {
    fault: 'hang-stream:5',
    until: ({ stream }) => once(stream, 'data'),
  },
}

describe.each(Object.entries(moments))('F35: a stream that is left %s', (_, { fault, until }) => {
  it.each(waysThat(true))('$name', { retry: 2 }, async (way) => {
    const { east, west } = regions
    east.fault(fault)
    const before = await accountOf(team)
    const request = requestOf(way, true)
    const lines = linesOf(team).length
    const begun = await begin(request)
    const ended = begun.done.catch(() => {})
    await until(begun)
    begun.stream.destroy()
    const ms = await heard(() => east.billed()[0])
    expect(ms).toBeLessThan(promised)
    await ended

    const after = await accountOf(team)
    const bill = billOf(east.billed())
    const tokens = after.tokens - before.tokens
    const prompt = mostOf(config, request, team).tokens - maxTokens
    expect(tokens).toBeGreaterThanOrEqual(bill.tokens)
    expect(after.microUsd - before.microUsd).toBeGreaterThanOrEqual(bill.microUsd)
    const written = east.billed()[0]?.output ?? 0
    expect(tokens).toBeLessThanOrEqual(prompt + Math.min(maxTokens, 5 * written + unread))
    expect(after.open).toBe(0)
    /** To leave is no failure: nobody else is asked. */
    expect([east.requests().length, west.requests().length]).toEqual([1, 0])
    expect(linesOf(team).slice(lines)).toMatchObject([
      { outcome: 'abandoned', attempts: 'us-east-1:ok' },
    ])
  })
})

describe('F35: an answer that is left is charged as it was billed', () => {
  const after: Moment = async ({ stream }) => {
    stream.resume()
    await once(stream, 'end')
  }
  it.each([
    ...waysThat(false).map((way) => ({
      way,
      name: way.name,
      stream: false,
      until: async () => {},
    })),
    ...waysThat(true).map((way) => ({ way, name: way.name, stream: true, until: after })),
  ])('$name, streamed: $stream', async ({ way, stream, until }) => {
    const { east, west } = regions
    const before = await accountOf(team)
    const begun = await begin(requestOf(way, stream))
    const ended = begun.done.catch(() => {})
    await until(begun)
    begun.stream.destroy()
    await ended
    const after = await accountOf(team)
    const { tokens, microUsd } = billOf(east.billed())
    expect(tokens).toBeGreaterThan(0)
    expect([after.tokens - before.tokens, after.microUsd - before.microUsd]).toEqual([
      tokens,
      microUsd,
    ])
    expect(after.open).toBe(0)
    expect([east.requests().length, west.requests().length]).toEqual([1, 0])
  })
})

/** What the ledger counts in tokens, by window: attributes of the team's item. */
async function monthly(): Promise<Readonly<Record<string, number>>> {
  const items = (await tableItems()).filter(({ pk }) => pk === `team#${team}`)
  const entries = items.flatMap((item) => Object.entries(item))
  return Object.fromEntries(
    entries
      .filter(([name, value]) => /^tm[0-9a-z]+$/.test(name) && Number(value) > 0)
      .map(([name, value]) => [name, Number(value)]),
  )
}

describe('F36: what was held is settled in its own month', () => {
  /** The clock as the call comes, and as it ends. */
  const jumps = [
    ['ahead', '2027-01-31T23:58:00Z', '2027-02-01T00:03:00Z'],
    ['back', '2027-03-01T00:02:00Z', '2027-02-28T23:57:00Z'],
  ] as const

  it.each(
    jumps.flatMap(([name, from, to]) =>
      [false, true].flatMap((stream) =>
        waysThat(stream).map((way) => ({ name: `${name}: ${way.name}`, way, stream, from, to })),
      ),
    ),
  )(
    'where the clock jumps five minutes $name, streamed: $stream',
    async ({ way, stream, from, to }) => {
      const { east } = regions
      vi.useFakeTimers({ toFake: ['Date'], now: new Date(from) })
      expect((await invoke(requestOf(way, stream))).statusCode).toBe(200)
      const before = await monthly()
      const [month] = Object.keys(before)
      east.fault('slow-first-byte:60')
      const asked = invoke(requestOf(way, stream))
      await vi.waitFor(() => expect(east.requests()).toHaveLength(2), { interval: 2 })
      vi.setSystemTime(new Date(to))
      expect((await asked).statusCode).toBe(200)
      const { tokens } = billOf(east.billed().slice(1))
      const after = await monthly()
      expect(Object.keys(after)).toEqual([month])
      expect(after[month ?? '']).toBe((before[month ?? ''] ?? 0) + tokens)
    },
  )
})
