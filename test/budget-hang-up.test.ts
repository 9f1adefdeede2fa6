/** A caller who hangs up is charged what Bedrock bills, and never more than the stated margin above it. */
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { fastest, unread } from '../lambda/budget/spent.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { type Bill, type Simulator, startSimulator } from '../local/simulator/index.ts'
import { accountOf, billOf, expectSettled, mostOf } from './support/bills.ts'
import { everything } from './support/effort.ts'
import { type Begun, begin, type InProcessRequest, linesOf } from './support/in-process.ts'
import { served } from './support/served.ts'
import { type Said, ways } from './support/ways.ts'

const plan = { limits: [{ usd: 100, per: 'month' }] } as const
const teams = Array.from({ length: 100 }, (_, index) => `team${index}`)

const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  regions: ['us-east-1'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    titan: 'amazon.titan-text-express-v1',
  },
  plans: { plan },
  teams: Object.fromEntries(teams.map((team) => [team, { plan: 'plan', models: '*' }])),
}
vi.mock('#gateway-config', () => ({ default: config }))

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterEach(() => bedrock.clearFaults())
afterAll(() => bedrock.close())

function newTeam(): string {
  const team = teams.pop()
  if (team === undefined) throw new Error('There are no more teams.')
  return team
}

const maxTokens = 2_000
const said = (model: string, stream: boolean, words = 120): Said => ({
  ...{ model, stream, maxTokens, text: `[[simulate:words:${words}]]` },
})

type HangUp = (begun: Begun) => Promise<void>

/** Once so many chunks have come. */
const atChunk =
  (chunks: number): HangUp =>
  async ({ stream }) => {
    let seen = 0
    await new Promise<void>((resolve) =>
      stream.on('data', () => {
        seen += 1
        if (seen === chunks) resolve()
      }),
    )
    stream.destroy()
  }

const beforeAnything: HangUp = async ({ stream }) => {
  stream.destroy()
}

const afterTheLastByte: HangUp = async ({ stream }) => {
  stream.resume()
  await once(stream, 'end')
  await pause(1)
  stream.destroy()
}

/** Everything is settled when the function ends: nobody will wake it for that. */
async function left(request: InProcessRequest, team: string, hangUp: HangUp) {
  const billed = bedrock.billed.length
  const started = performance.now()
  const begun = await begin({ ...request, team })
  const ended = begun.done.catch(() => {})
  await hangUp(begun)
  await ended
  const account = await accountOf(team)
  expect(account.open).toBe(0)
  const [bill] = bedrock.billed.slice(billed)
  return { account, bill, ms: performance.now() - started }
}

/** The model writes on until it hears of it. */
const heard = (bill: Bill | undefined) =>
  vi.waitFor(() => expect(bill).toMatchObject({ aborted: true }))

describe.each(['nova', 'claude'])('a stream of %s', (model) => {
  const streaming = ways.filter(({ streams }) => streams.includes(true))

  describe.each(streaming)('by $name', ({ ask }) => {
    const request = ask(said(model, true))

    it.each([
      ['before its first event', beforeAnything],
      ['at its first chunk', atChunk(1)],
      ['at its fifth', atChunk(5)],
      ['at its twentieth', atChunk(20)],
    ])('that is left %s', async (_, hangUp) => {
      bedrock.fault('slow-stream:3', { times: 1 })
      const team = newTeam()
      const { account, bill, ms } = await left(request, team, hangUp)
      await heard(bill)
      const { tokens, microUsd } = billOf(bill ? [bill] : [])
      expect(account.tokens).toBeGreaterThanOrEqual(tokens)
      expect(account.microUsd).toBeGreaterThanOrEqual(microUsd)
      expect(account.tokens).toBeLessThanOrEqual(mostFor(request, team, bill, ms))
      expect(linesOf(team)).toMatchObject([{ outcome: 'abandoned', status: 200 }])
    })

    it('that is left while the model is silent', async () => {
      bedrock.fault('hang-stream:4', { times: 1 })
      const team = newTeam()
      const { account, bill, ms } = await left(request, team, atChunk(1))
      await heard(bill)
      expect(ms).toBeLessThan(2_000)
      expect(account.tokens).toBeGreaterThanOrEqual(billOf(bill ? [bill] : []).tokens)
      expect(linesOf(team)).toMatchObject([{ outcome: 'abandoned' }])
    })

    it('that is left a millisecond after its last byte', async () => {
      const team = newTeam()
      const { bill } = await left(request, team, afterTheLastByte)
      await expectSettled(team, bill ? [bill] : [])
    })
  })
})

/** A token a byte of what was written, four of which the simulator takes for one, and the margin. */
function mostFor(
  request: InProcessRequest,
  team: string,
  bill: Bill | undefined,
  ms: number,
): number {
  const most = mostOf(config, request, team).tokens
  const output = bill?.output ?? 0
  const prompt = most - maxTokens
  return Math.min(most, prompt + 5 * output + unread + Math.ceil((ms * fastest) / 1000))
}

describe('a whole answer', () => {
  const whole = ways.filter(({ streams }) => streams.includes(false))

  it.each(whole)('that is left is charged as it was billed, by $name', async ({ ask }) => {
    for (const words of [20, 8_000]) {
      const team = newTeam()
      const request = ask({ ...said('nova', false, words), maxTokens: 10_000 })
      const { bill } = await left(request, team, beforeAnything)
      await expectSettled(team, bill ? [bill] : [])
    }
  })
})

it('is charged nothing for an answer that was a refusal, and the function ends', async () => {
  const [way] = ways
  bedrock.fault('throttle', { times: 3 })
  const team = newTeam()
  const request = way?.ask(said('nova', true)) ?? {}
  await left(request, team, beforeAnything)
  await expectSettled(team, [])
  expect(linesOf(team)).toMatchObject([{ outcome: 'upstream_throttled', status: 429 }])
})

describe('through API Gateway', () => {
  const gateway = served({ ...config, teams: { all: { plan: 'plan', models: '*' } } })
  const url = (path: string) => `${gateway.url()}${path}`

  it('nobody tells the function, so all of the answer is charged', async () => {
    const headers = { 'content-type': 'application/json', 'x-api-key': gateway.key() }
    const [simulator] = Object.values(gateway.local().simulators)
    simulator?.fault('slow-stream:3', { times: 1 })
    const leave = new AbortController()
    const body = JSON.stringify({
      ...{ model: 'nova', question: '[[simulate:words:120]]', max_tokens: 500, stream: true },
    })
    const asked = { method: 'POST', headers, body, signal: leave.signal }
    const answer = await fetch(url('/bedrock'), asked)
    await answer.body?.getReader().read()
    leave.abort()
    await gateway.local().settled()
    const { requests, tokens, microUsd } = billOf(simulator?.billed ?? [])
    expect(tokens).toBeGreaterThan(100)
    const usage = await fetch(url('/v1/usage'), { headers })
    expect(await usage.json()).toMatchObject({
      limits: [{ reserved: 0 }],
      usage: [{ requests, tokens, micro_usd: microUsd }, { requests }],
    })
  })
})
