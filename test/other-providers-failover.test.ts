/** A request goes on from one provider to another: paid for as answered, within its family, past keys that are wrong. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { accountOf, mostOf } from './support/bills.ts'
import { conversing, readers } from './support/conversing.ts'
import { everything } from './support/effort.ts'
import { toldBy } from './support/fault-answers.ts'
import {
  begin,
  type InProcessAnswer,
  type InProcessRequest,
  invoke,
  linesOf,
} from './support/in-process.ts'
import { forgetHealth } from './support/routes-anew.ts'
import {
  countedBy,
  keys,
  lastOf,
  limited,
  modelOf,
  nanoUsd,
  newTeam,
  type Outsider,
  outsiders,
  priceOf,
  startVendors,
  targetOf,
} from './support/vendors.ts'
import { type Way, ways } from './support/ways.ts'

const vendors = await startVendors()
const { openai, azure, anthropic } = vendors.of

const claude = 'anthropic.claude-haiku-4-5-20251001-v1:0'
const nova = 'amazon.nova-lite-v1:0'
const unpriced = { provider: 'openai', model: 'gpt-4o-mini' }
const vectors = (provider: string, model = 'text-embedding-3-small') => ({
  ...{ provider, model, dimensions: [1536, 512], price: priceOf.openaiVectors },
})
const wrong = (name: Outsider) => ({ ...targetOf(name), provider: `${name}-wrong` })

const base = limited(vendors, {
  mixed: { targets: [{ model: nova }, targetOf('openai'), targetOf('anthropic')] },
  dearest: { targets: [targetOf('anthropic')] },
  family: { targets: [{ model: claude }, targetOf('openai'), targetOf('anthropic')] },
  unpriced: { targets: [unpriced, targetOf('anthropic')] },
  priceless: { targets: [unpriced] },
  vectors: { targets: [vectors('openai'), vectors('openai', 'text-embedding-3-large')] },
  'same-vectors': { targets: [vectors('openai'), vectors('azure')] },
  ...Object.fromEntries(
    outsiders.map((name) => [`${name}-first`, { targets: [targetOf(name), { model: nova }] }]),
  ),
  ...Object.fromEntries(outsiders.map((name) => [`${name}-wrong`, { targets: [wrong(name)] }])),
  ...Object.fromEntries(
    outsiders.map((name) => [`${name}-then`, { targets: [wrong(name), targetOf('anthropic')] }]),
  ),
})

const chats = ways.filter(({ name }) => name in readers)
const said = { text: 'What is a dystopia?', maxTokens: 60 }
const asking = (way: Way, model: string, stream: boolean) => way.ask({ ...said, model, stream })

/** Room for one call at the price of the dearest target; and for all but a millionth of a USD of it. */
const most = chats.flatMap((way) =>
  way.streams.map((stream) => mostOf(base, asking(way, 'mixed', stream), 'aa').microUsd ?? 0),
)
const budgets = most.flatMap((microUsd, at) => [
  [`enough${at}`, microUsd] as const,
  [`short${at}`, microUsd - 1] as const,
])
const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  ...base,
  plans: {
    ...base.plans,
    ...Object.fromEntries(
      budgets.map(([name, of]) => [name, { limits: [{ usd: of / 1e6, per: 'month' }] }]),
    ),
  },
  teams: {
    ...base.teams,
    ...Object.fromEntries(budgets.map(([name]) => [name, { plan: name, models: '*' }])),
  },
}
vi.mock('#gateway-config', () => ({ default: config }))
beforeEach(forgetHealth)

const broken = { type: 'refuse', status: 500 } as const
/** It says to wait for longer than a caller is let wait: nobody tries it again. */
const away = { ...broken, headers: { 'retry-after': '9' } }
const throttleBedrock = () => vendors.bedrock.fault('throttle', { times: 1 })
const trailOf = ({ headers }: InProcessAnswer) => headers['x-tollgate-attempts']
const errorIn = ({ text }: InProcessAnswer) => JSON.parse(text).error as { message: string }
const asked = () => outsiders.map((name) => vendors.of[name].requests.length)

describe('an alias of Bedrock, an OpenAI-compatible server and Anthropic', () => {
  const cases = chats
    .flatMap((way) => way.streams.map((stream) => ({ way, stream })))
    .map((each, at) => ({ ...each, at }))

  it.each(cases)('$way.name, streamed: $stream', async ({ way, stream, at }) => {
    const request = asking(way, 'mixed', stream)
    expect(most[at]).toBe(mostOf(base, asking(way, 'dearest', stream), 'aa').microUsd)
    const short = await invoke({ ...request, team: `short${at}` })
    expect([short.statusCode, errorIn(short)]).toMatchObject([429, { code: 'budget_exceeded' }])

    throttleBedrock()
    const team = `enough${at}`
    const answer = await invoke({ ...request, team })
    expect([answer.statusCode, trailOf(answer)], answer.text).toEqual([
      200,
      'us-east-1:ThrottlingException,openai:ok',
    ])
    expect(answer.headers['x-tollgate-model']).toBe('openai/gpt-4o-mini')
    expect(answer.headers).not.toHaveProperty('x-tollgate-region')
    expect(toldBy(way.name, stream, answer)).toMatchObject({ kind: 'answer' })
    const usage = await countedBy(openai)
    expect(readers[way.name]?.(answer, stream).usage).toEqual(usage)
    const nano = nanoUsd(usage, priceOf.openai)
    expect(answer.lines).toMatchObject([
      { outcome: 'ok', Failovers: 1, CostMicroUsd: nano / 1_000 },
    ])
    expect(await accountOf(team)).toEqual({
      requests: 1,
      tokens: usage.input + usage.output,
      microUsd: Math.ceil(nano / 1_000),
      open: 0,
    })
  })

  const either = conversing.flatMap((way) => [false, true].map((stream) => ({ way, stream })))

  it.each(either)('keeps tools by $way.name, streamed: $stream', async ({ way, stream }) => {
    const question = way.user('[[simulate:tool-call]] Weather in Oslo?')
    const common = { model: 'mixed', stream, more: way.tools }
    const ask = (turns: Parameters<typeof way.ask>[0]['turns']) =>
      invoke({ ...way.ask({ ...common, turns }), team: 'free' })
    throttleBedrock()
    const first = await ask([question])
    expect(trailOf(first)).toBe('us-east-1:ThrottlingException,openai:ok')
    const { turn, calls } = way.read(first, stream)
    const [call] = calls
    if (call === undefined) throw new Error(first.text)

    throttleBedrock()
    openai.fault(broken)
    const last = await ask([question, ...turn, way.result(call, 'Snow, minus 4')])
    expect(trailOf(last), last.text).toBe(
      'us-east-1:ThrottlingException,openai:server_error,anthropic:ok',
    )
    expect(last.headers['x-tollgate-model']).toBe('anthropic/claude-haiku-4-5')
    expect(way.read(last, stream).text).toContain('Snow, minus 4')
  })
})

describe('thinking that is signed', () => {
  const either = conversing.flatMap((way) => [false, true].map((stream) => ({ way, stream })))

  it.each(either)('stays with Claude by $way.name, streamed: $stream', async ({ way, stream }) => {
    const question = way.user('What is a dystopia?')
    const ask = (turns: Parameters<typeof way.ask>[0]['turns']) => {
      const request = way.ask({ model: 'family', stream, turns, more: way.thinking })
      return invoke({ ...request, team: 'free' })
    }
    const first = await ask([question])
    expect(trailOf(first), first.text).toBe('us-east-1:ok')
    const turns = [question, ...way.read(first, stream).turn, way.user('And a utopia?')]
    const before = openai.requests.length

    throttleBedrock()
    const next = await ask(turns)
    expect(trailOf(next), next.text).toBe('us-east-1:ThrottlingException,anthropic:ok')
    const { messages } = lastOf(anthropic).body as { messages: { content: object[] }[] }
    expect(messages[1]?.content[0]).toMatchObject({
      type: 'thinking',
      signature: expect.stringMatching(/\S/),
    })

    throttleBedrock()
    anthropic.fault({ ...away, status: 529 })
    const none = await ask(turns)
    expect([none.statusCode, trailOf(none)]).toEqual([
      429,
      'us-east-1:ThrottlingException,anthropic:overloaded_error',
    ])
    expect(openai.requests).toHaveLength(before)
  })
})

describe.each(outsiders)('a stream of %s that breaks', (name) => {
  const way = chats.find((each) => each.name === 'POST /v1/chat/completions') as Way
  const request = asking(way, `${name}-first`, true)
  const breaks = [
    { type: 'error-event', events: 4 },
    { type: 'end', events: 4 },
    { type: 'cut', bytes: 1_000 },
  ] as const

  it.each(breaks)('is told of in the stream and charged, not begun anew: $type', async (fault) => {
    const team = newTeam()
    vendors.of[name].fault(fault)
    const answer = await invoke({ ...request, team })
    expect([answer.statusCode, trailOf(answer)]).toEqual([200, `${name}:ok`])
    const told = toldBy(way.name, true, answer)
    expect(told).toMatchObject({ kind: 'broken', text: expect.stringContaining('[simulated') })
    const { code } = told as { code: string }
    expect(code).toMatch(/^upstream_(error|unavailable)$/)
    expect(answer.lines).toMatchObject([{ outcome: code, status: 200 }])
    const { requests, tokens, microUsd, open } = await accountOf(team)
    expect([requests, open]).toEqual([1, 0])
    const usage = await countedBy(vendors.of[name])
    const most = mostOf(base, request, 'aa')
    expect(tokens).toBeGreaterThan(usage.input)
    expect(tokens).toBeLessThanOrEqual(most.tokens)
    expect(microUsd).toBeGreaterThan(0)
    expect(microUsd).toBeLessThanOrEqual(most.microUsd ?? 0)
  })

  it('is given up when its caller leaves, and charged for what was written', async () => {
    const team = newTeam()
    vendors.of[name].fault({ type: 'hang-after', events: 4 })
    const { stream, done } = await begin({ ...request, team })
    const ended = done.catch(() => {})
    let text = ''
    for await (const piece of stream) {
      text += piece
      if (text.includes('[simulated')) break
    }
    await ended
    expect(linesOf(team)).toMatchObject([{ outcome: 'abandoned', attempts: `${name}:ok` }])
    const { requests, tokens, open } = await accountOf(team)
    expect([requests, open]).toEqual([1, 0])
    expect(tokens).toBeGreaterThan(0)
    expect(tokens).toBeLessThanOrEqual(mostOf(base, request, 'aa').tokens)
  })
})

describe('a target without a price', () => {
  const cases = chats.flatMap((way) => way.streams.map((stream) => ({ way, stream })))

  it.each(cases)('is not asked for a budget in USD: $way.name, $stream', async (each) => {
    const { way, stream } = each
    const before = openai.requests.length
    const answer = await invoke({ ...asking(way, 'unpriced', stream), team: newTeam() })
    expect([answer.statusCode, trailOf(answer)], answer.text).toEqual([200, 'anthropic:ok'])

    const none = await invoke({ ...asking(way, 'priceless', stream), team: newTeam() })
    expect([none.statusCode, errorIn(none)]).toMatchObject([
      403,
      {
        code: 'model_not_allowed',
        message: 'gpt-4o-mini has no known price, and this key’s budget is in USD.',
      },
    ])
    expect(openai.requests).toHaveLength(before)
  })

  it('is asked where nothing is counted in USD, and its cost is not made up', async () => {
    const request: InProcessRequest = {
      resource: '/bedrock',
      body: JSON.stringify({ model: 'unpriced', question: said.text, max_tokens: 60 }),
    }
    const answer = await invoke({ ...request, team: 'free' })
    expect(trailOf(answer)).toBe('openai:ok')
    expect(answer.headers).not.toHaveProperty('x-tollgate-cost-usd')
    expect(JSON.parse(answer.text).cost_usd).toBeNull()
    expect(answer.lines[0]).not.toHaveProperty('CostMicroUsd')
  })
})

describe('vectors', () => {
  const ask = (model: string): Promise<InProcessAnswer> =>
    invoke({
      ...{ resource: '/v1/embeddings', team: newTeam() },
      body: JSON.stringify({ model, input: ['one', 'two'] }),
    })

  it('never come from another model', async () => {
    openai.fault(away)
    const before = openai.requests.length
    const { statusCode, text } = await ask('vectors')
    expect([statusCode, JSON.parse(text).error.code]).toEqual([503, 'upstream_unavailable'])
    const models = openai.requests
      .slice(before)
      .map(({ body }) => (body as { model: string }).model)
    expect(new Set(models)).toEqual(new Set(['text-embedding-3-small']))
  })

  it('come from the same model elsewhere', async () => {
    const well = await ask('same-vectors')
    openai.fault(broken)
    const answer = await ask('same-vectors')
    expect([trailOf(well), trailOf(answer)]).toEqual(['openai:ok', 'openai:server_error,azure:ok'])
    expect(JSON.parse(answer.text).data).toEqual(JSON.parse(well.text).data)
    expect(lastOf(azure).path).toContain('/openai/deployments/text-embedding-3-small/embeddings?')
  })
})

const refusals: Readonly<Record<Outsider, string>> = {
  openai: 'invalid_api_key',
  azure: 'HTTP401',
  anthropic: 'authentication_error',
  cohere: 'HTTP401',
}

describe.each(outsiders)('a key that %s refuses', (name) => {
  const stream = name === 'openai' || name === 'cohere'
  const way = chats.find((each) => each.name === 'POST /v1/chat/completions') as Way

  it('is the operator’s to mend: told once, without the key and the address', async () => {
    const team = newTeam()
    const before = asked()
    const answer = await invoke({ ...asking(way, `${name}-wrong`, stream), team })
    expect(answer.statusCode).toBe(403)
    expect(errorIn(answer)).toMatchObject({ type: 'permission_error', code: 'access_denied' })
    expect(errorIn(answer).message).toBe(
      `The provider ${name}-wrong refused ${modelOf[name]} to this gateway: its operator must mend the key, or what it may do.`,
    )
    expect(trailOf(answer)).toBe(`${name}-wrong:${refusals[name]}`)
    expect(answer.lines).toMatchObject([{ outcome: 'access_denied', TargetRefusals: 1 }])
    expect(asked()).toEqual(before.map((count, at) => count + (outsiders[at] === name ? 1 : 0)))
    const told = JSON.stringify([answer.text, answer.headers, answer.lines])
    expect(told).not.toMatch(/sk-|127\.0\.0\.1|localhost|arn:/)
    for (const key of Object.values(keys)) expect(told).not.toContain(key)
    expect(await accountOf(team)).toEqual({ requests: 0, tokens: 0, microUsd: 0, open: 0 })
  })

  it('sends the call on to the next target', async () => {
    const answer = await invoke({ ...asking(way, `${name}-then`, stream), team: newTeam() })
    expect([answer.statusCode, trailOf(answer)], answer.text).toEqual([
      200,
      `${name}-wrong:${refusals[name]},anthropic:ok`,
    ])
    expect(answer.lines).toMatchObject([{ outcome: 'ok', TargetRefusals: 1, Failovers: 1 }])
  })
})
