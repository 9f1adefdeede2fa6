/** A region that throttles, fails, hangs or is gone is not the caller's problem while another is alive. */
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { accountOf, billOf, expectSettled } from './support/bills.ts'
import { everything, runs } from './support/effort.ts'
import { type InProcessAnswer, type InProcessRequest, invoke } from './support/in-process.ts'
import { type Region, twoRegions } from './support/regions.ts'
import { byAddress, embedding, type Way, ways } from './support/ways.ts'

const letters = 'abcdefghijklmnopqrstuvwxyz'.split('')
const teams = letters.flatMap((one) => letters.map((other) => one + other))
const newTeam = (): string => teams.pop() ?? ''

/** Of streams; enough for a busy machine. */
const firstByteMs = 1_500

const config: GatewayConfig = {
  regions: ['us-east-1', 'us-west-2'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    vectors: 'amazon.titan-embed-text-v2:0',
  },
  timeouts: { firstByteMs },
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  plans: { plan: { limits: [{ usd: 1_000, per: 'month' }] } },
  teams: Object.fromEntries(teams.map((team) => [team, { plan: 'plan', models: '*' }])),
}
vi.mock('#gateway-config', () => ({ default: config }))

/** Only the date is a test's to move: breakers and budgets go by it, waits by the real time. */
vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-20T10:00:00Z') })
afterAll(() => void vi.useRealTimers())
const passMs = (ms: number) => vi.setSystemTime(Date.now() + ms)

const regions = twoRegions()
/** Long enough that nothing of what was before counts any more. */
beforeEach(() => void passMs(60_000))

const counting: Way = {
  name: 'POST /v1/messages/count_tokens',
  streams: [false],
  ask: ({ model, text }) => ({
    resource: '/v1/messages/count_tokens',
    body: JSON.stringify({ model, messages: [{ role: 'user', content: text }] }),
  }),
}

const modelOf = (way: Way): string => {
  if (way === counting) return 'claude'
  return embedding.includes(way) ? 'vectors' : 'nova'
}

const cases = [...ways, byAddress, ...embedding, counting].flatMap((way) =>
  way.streams.map((stream) => ({
    name: `${way.name}${stream ? ', streamed' : ''}`,
    stream,
    request: way.ask({ model: modelOf(way), text: 'What is a dystopia?', maxTokens: 60, stream }),
    isCount: way === counting,
  })),
)

/** What a region does, and how the trail begins that leads past it. */
const troubles: Readonly<Record<string, { trail: string; begin: (region: Region) => unknown }>> = {
  'is throttled': {
    trail: 'us-east-1:ThrottlingException',
    begin: ({ outage }) => outage('throttle'),
  },
  'answers 500': {
    trail: 'us-east-1:InternalServerException',
    begin: ({ outage }) => outage('error:500:InternalServerException'),
  },
  'is not there': { trail: 'us-east-1:ECONNREFUSED', begin: ({ proxy }) => proxy.down() },
  /** What breaks on a kept connection may be the connection's own age, so a new one is tried. */
  'breaks every connection': {
    trail: 'us-east-1:ECONNRESET,us-east-1:ECONNRESET',
    begin: ({ proxy }) => proxy.always('drop'),
  },
}

/** Ids that are made for each request say nothing. */
const same = ({ text }: InProcessAnswer): string => text.replaceAll(/request-?\d+/g, 'request')

const trailOf = ({ headers }: InProcessAnswer): string => headers['x-tollgate-attempts'] ?? ''

describe.each(Object.entries(troubles))('where us-east-1 %s', (_, { trail, begin }) => {
  it.each(cases)('$name is answered by us-west-2', async ({ request, isCount }) => {
    const { east, west } = regions
    const team = newTeam()
    const asked: InProcessRequest = { ...request, team }
    const well = await invoke(asked)
    expect([well.statusCode, trailOf(well)], well.text).toEqual([200, 'us-east-1:ok'])
    const before = east.billed()
    await begin(east)

    const answer = await invoke(asked)
    const { statusCode, text, headers, lines } = answer
    expect([statusCode, trailOf(answer)], text).toEqual([200, `${trail},us-west-2:ok`])
    expect(headers['x-tollgate-region']).toBe('us-west-2')
    expect(same(answer)).toBe(same(well))
    expect(lines).toHaveLength(1)
    const bills = [...before, ...west.billed()]
    expect([east.billed().length, bills.length]).toEqual(isCount ? [0, 0] : [1, 2])
    if (isCount) expect(await accountOf(team)).toMatchObject({ tokens: 0, microUsd: 0, open: 0 })
    else await expectSettled(team, bills)
  })
})

/** A whole answer says nothing until it is written: it is waited for much longer, if nobody asks for less. */
const inAHurry = { 'x-tollgate-timeout-ms': String(firstByteMs) }

it('where us-east-1 hangs before its headers, every way is answered by us-west-2', async () => {
  const { east, west } = regions
  const asked = cases.map(({ request, stream }) => {
    return { ...request, team: newTeam(), headers: stream ? {} : inAHurry }
  })
  const well = await Promise.all(asked.map(invoke))
  expect(new Set(well.map(trailOf))).toEqual(new Set(['us-east-1:ok']))
  east.proxy.always('hang')
  const answers = await Promise.all(asked.map(invoke))
  const trails = answers.map((answer) => [answer.statusCode, trailOf(answer)])
  expect(trails).toEqual(asked.map(() => [200, 'us-east-1:TimeoutError,us-west-2:ok']))
  expect(answers.map(same)).toEqual(well.map(same))
  expect(west.billed()).toHaveLength(east.billed().length)
  /** What was given up in the middle may have been billed, so it is not given back. */
  for (const [index, { team }] of asked.entries()) {
    const { tokens, open } = await accountOf(team)
    const bill = billOf([east.billed()[index], west.billed()[index]].flatMap((one) => one ?? []))
    expect(tokens).toBeGreaterThanOrEqual(cases[index]?.isCount ? 0 : bill.tokens)
    expect(open).toBe(0)
  }
})

const question = (team: string): InProcessRequest => ({
  ...{ resource: '/bedrock', team },
  body: JSON.stringify({ model: 'nova', question: 'What is a dystopia?', max_tokens: 40 }),
})

async function mend({ outage, proxy }: Region): Promise<void> {
  outage()
  proxy.always()
  await proxy.up()
}

/** One after the other, so many milliseconds apart. */
async function inTurn(times: number, apartMs: number): Promise<readonly InProcessAnswer[]> {
  const team = newTeam()
  const answers: InProcessAnswer[] = []
  for (let time = 0; time < times; time += 1) {
    answers.push(await invoke(question(team)))
    passMs(apartMs)
  }
  return answers
}

/** Both have answered since whatever was before. */
async function bothAnswer(): Promise<void> {
  await inTurn(1, 0)
  regions.east.fault('throttle')
  const [first, second] = await inTurn(2, 0)
  expect([first, second].map((answer) => answer && trailOf(answer))).toEqual([
    'us-east-1:ThrottlingException,us-west-2:ok',
    'us-east-1:ok',
  ])
}

const asksEast = (answer: InProcessAnswer): boolean => trailOf(answer).startsWith('us-east-1')
const measured = (answers: readonly InProcessAnswer[], name: string): readonly unknown[] =>
  answers.flatMap(({ lines }) => lines.flatMap((line) => line[name] ?? []))

describe.each(Object.entries(troubles))('the breaker, where us-east-1 %s', (_, { begin }) => {
  it('opens after a few calls, lets one call try in turn, and closes within 30 s of recovery', async () => {
    const { east } = regions
    await bothAnswer()
    await begin(east)
    const failing = await inTurn(30, 100)
    expect(new Set(failing.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    const few = failing.filter(asksEast).length
    expect(few).toBeLessThanOrEqual(5)
    expect(failing.slice(0, few).every(asksEast)).toBe(true)
    expect(measured(failing, 'BreakerOpenings')).toEqual([1])

    passMs(5_000)
    const team = newTeam()
    const atOnce = await Promise.all(Array.from({ length: 10 }, () => invoke(question(team))))
    expect(new Set(atOnce.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    expect(atOnce.filter(asksEast)).toHaveLength(1)

    await mend(east)
    const mended = await inTurn(40, 1_000)
    const back = mended.findIndex(asksEast)
    expect(back).toBeGreaterThanOrEqual(0)
    expect(back).toBeLessThan(30)
    expect(new Set(mended.slice(back).map(trailOf))).toEqual(new Set(['us-east-1:ok']))
  })
})

type Begin = (region: Region) => unknown
const throttled: Begin = ({ outage }) => outage('throttle')
const patient: Begin = ({ outage }) => outage('throttle:9')
const unavailable: Begin = ({ outage }) => outage('error:503:ServiceUnavailableException')
const gone: Begin = ({ proxy }) => proxy.down()

/** What the ledger says of a team that was answered nothing. */
const nothing = { requests: 0, tokens: 0, microUsd: 0, open: 0 }

/** How many requests are sent at once, and how many milliseconds apart. */
const together = 10
const apartMs = 200

const bothTroubled: readonly (readonly [name: string, east: Begin, west: Begin])[] = [
  ['both are throttled', throttled, throttled],
  ['both are throttled, and say for how long', patient, patient],
  ['both are unavailable', unavailable, unavailable],
  ['both are gone', gone, gone],
  ['one is throttled and the other is gone', throttled, gone],
  ['one is gone and the other is throttled', gone, throttled],
]

function expectPutOff({ statusCode, headers, text }: InProcessAnswer): void {
  expect([429, 503], text).toContain(statusCode)
  expect(headers['retry-after'], text).toMatch(/^[1-9]$/)
}

describe.each(bothTroubled)('where %s', (_, first, second) => {
  const times = runs(50, 1_000)

  it('callers are told when to come again, truly, and the outage is not multiplied', async () => {
    const { east, west } = regions
    await bothAnswer()
    await Promise.all([first(east), second(west)])
    const team = newTeam()
    const answers: InProcessAnswer[] = []
    for (let sent = 0; sent < times; sent += together) {
      const some = Array.from({ length: together }, () => invoke(question(team)))
      answers.push(...(await Promise.all(some)))
      passMs(apartMs)
    }
    expect(await accountOf(team)).toEqual(nothing)
    for (const answer of answers) expectPutOff(answer)
    if (first === patient) {
      expect(new Set(answers.map(({ headers }) => headers['retry-after']))).toEqual(new Set(['9']))
    }
    const asked = answers.map((answer) => trailOf(answer).split(',').filter(Boolean).length)
    const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)
    expect(sum(asked)).toBeLessThanOrEqual(times * 1.1 + 3 * together)
    const later = asked.slice(Math.max(together, times / 10))
    expect(sum(later)).toBeLessThanOrEqual(later.length * 1.1)

    await Promise.all([mend(east), mend(west)])
    passMs(Number(answers.at(-1)?.headers['retry-after']) * 1_000 - apartMs)
    const [answer] = await inTurn(1, 0)
    expect(answer?.statusCode).toBe(200)
  })

  it('every way of asking is told', async () => {
    const { east, west } = regions
    await Promise.all([first(east), second(west)])
    const asked = cases.map(({ request }) => ({ ...request, team: newTeam() }))
    for (const answer of await Promise.all(asked.map(invoke))) expectPutOff(answer)
    for (const { team } of asked) expect(await accountOf(team)).toEqual(nothing)
  })
})
