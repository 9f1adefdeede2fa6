/** The local gateway’s own routes, and what is built on them: `tail --local`, `connect --local`. */
import { execFile } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { symlink, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { clientNames, linesFor } from '../cli/connect/clients.ts'
import { main } from '../cli/main.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { announce } from '../local/gateway/files.ts'
import { openFeed } from '../local/gateway/follow.ts'
import type { Statistic } from '../local/gateway/follow-metrics.ts'
import { beat, streamTo } from '../local/gateway/follow-stream.ts'
import { temporaryFolder } from './gateway-project.ts'
import { run } from './support/cli.ts'
import { served } from './support/served.ts'

const config: GatewayConfig = {
  regions: ['us-east-1', 'us-west-2'],
  models: {
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    nova: 'amazon.nova-lite-v1:0',
    embed: 'amazon.titan-embed-text-v2:0',
  },
  plans: { free: {}, two: { quota: { limit: 2, period: 'DAY' } } },
  teams: {
    all: { plan: 'free', models: '*' },
    few: { plan: 'free', models: ['nova'] },
    spent: { plan: 'two', models: ['nova'] },
  },
}
const gateway = served(config)

/** Where `--local` finds it, and its configuration. */
async function folderHere(): Promise<string> {
  const folder = await temporaryFolder()
  const file = join(folder, 'gateway.config.ts')
  await writeFile(file, `export default ${JSON.stringify(config)}\n`)
  announce(join(folder, '.tollgate', 'local.json'), gateway.local(), file)
  return folder
}

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(gateway.url() + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

const ask = (team: string, body: object, path = '/bedrock') =>
  post(path, body, { 'x-api-key': gateway.key(team) })

const question = { question: 'What is a dystopia?', model: 'nova', max_tokens: 50 }

type Logged = { readonly type: string; readonly id: number; readonly line: Record<string, unknown> }

/** Follows until the test is over; what is kept from before comes first. */
async function follow(path = '/_local/follow', headers: Record<string, string> = {}) {
  const leave = new AbortController()
  onTestFinished(() => leave.abort())
  const answer = await fetch(gateway.url() + path, { headers, signal: leave.signal })
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  const before: Logged[] = []
  const coming = blocks(answer)
  const block = async () => (await coming.next()).value ?? ''
  for (let one = await block(); !one.startsWith(':'); one = await block()) before.push(read(one))
  return { before, next: async () => read(await block()) }
}

async function* blocks({ body }: Response): AsyncGenerator<string, undefined> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const at = rest.indexOf('\n\n')
    if (at >= 0) {
      const block = rest.slice(0, at)
      rest = rest.slice(at + 2)
      yield block
      continue
    }
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) return undefined
    rest += value
  }
}

function read(block: string): Logged {
  const { id, type, data } =
    /^id: (?<id>\d+)\nevent: (?<type>\w+)\ndata: (?<data>.*)$/.exec(block)?.groups ?? {}
  return { id: Number(id), type: type ?? '', line: JSON.parse(JSON.parse(data ?? '').line) }
}

async function metrics(headers: Record<string, string> = {}): Promise<readonly Statistic[]> {
  const answer = await fetch(`${gateway.url()}/_local/metrics`, { headers })
  return ((await answer.json()) as { metrics: Statistic[] }).metrics
}

/** How much each sum has grown, by name and dimensions. */
function grown(before: readonly Statistic[], after: readonly Statistic[]) {
  const nameOf = ({ name, dimensions }: Statistic) =>
    [name, ...Object.entries(dimensions).map((pair) => pair.join('='))].join(' ')
  const sums = new Map(before.map((one) => [nameOf(one), one.sum]))
  return Object.fromEntries(
    after.map((one) => [nameOf(one), one.sum - (sums.get(nameOf(one)) ?? 0)] as const),
  )
}

type Kind = {
  readonly kind: string
  readonly send: () => Promise<Response>
  readonly route: string
  readonly model?: string
  readonly outcome: string
  /** In the answer’s own words. */
  readonly usage?: (text: string) => { readonly input: number; readonly output: number }
}

const nova = 'amazon.nova-lite-v1:0'
const usageIn = (text: string) => {
  const [, input, output] = /"input_tokens":(\d+),"output_tokens":(\d+)/.exec(text) ?? []
  return { input: Number(input), output: Number(output) }
}

const kinds: readonly Kind[] = [
  {
    kind: 'a whole answer',
    send: () => ask('all', question),
    route: 'POST /bedrock',
    model: nova,
    outcome: 'ok',
    usage: usageIn,
  },
  {
    kind: 'a stream',
    send: () => ask('all', { ...question, stream: true }),
    route: 'POST /bedrock',
    model: nova,
    outcome: 'ok',
    usage: usageIn,
  },
  {
    kind: 'an embedding',
    send: () => ask('all', { model: 'embed', input: 'one two' }, '/v1/embeddings'),
    route: 'POST /v1/embeddings',
    model: 'amazon.titan-embed-text-v2:0',
    outcome: 'ok',
    usage: (text) => ({ input: JSON.parse(text).usage.prompt_tokens, output: 0 }),
  },
  {
    kind: 'a refusal',
    send: () => ask('few', { ...question, model: 'claude' }),
    route: 'POST /bedrock',
    outcome: 'model_not_allowed',
  },
  {
    kind: 'a body that is wrong',
    send: () => ask('all', { model: 'nova' }),
    route: 'POST /bedrock',
    outcome: 'invalid_body',
  },
]

describe('/_local/metrics', () => {
  it.each(kinds)('$kind moves the sums by exactly what it was', async (kind) => {
    const { next } = await follow()
    const before = await metrics()
    const answer = await kind.send()
    const said = await answer.text()
    const { line } = await next()
    expect(line).toMatchObject({ route: kind.route, outcome: kind.outcome, status: answer.status })
    const change = grown(before, await metrics())
    expect(change).toMatchObject({
      Requests: 1,
      [`Requests route=${kind.route}`]: 1,
      [`Requests outcome=${kind.outcome}`]: 1,
      ...(kind.model !== undefined && { [`Requests model=${kind.model}`]: 1 }),
    })
    expect(change.Errors ?? 0).toBe(answer.status < 400 ? 0 : 1)
    expect(change.DurationMs).toBeCloseTo(Number(line.DurationMs), 6)
    const usage = kind.usage?.(said)
    expect(change.InputTokens ?? 0).toBe(usage?.input ?? 0)
    expect(change.OutputTokens ?? 0).toBe(usage?.output ?? 0)
    const cost = answer.headers.get('x-tollgate-cost-usd')
    if (cost !== null) expect(change.CostMicroUsd).toBeCloseTo(Number(cost) * 1e6, 3)
  })

  it('has smallest, largest and percentiles of times', async () => {
    const all = await metrics()
    const whole = (name: string) =>
      all.find((one) => one.name === name && Object.keys(one.dimensions).length === 0)
    const times = whole('DurationMs')
    expect(times).toMatchObject({ namespace: 'Tollgate', unit: 'Milliseconds' })
    const { minimum = 0, maximum = 0, percentiles } = times ?? {}
    expect(percentiles?.p50).toBeGreaterThanOrEqual(minimum)
    expect(percentiles?.p99).toBe(maximum)
    expect(whole('Requests')).not.toHaveProperty('percentiles')
  })

  it('of one team, with its key', async () => {
    const { next } = await follow('/_local/follow?team=few')
    const headers = { 'x-api-key': gateway.key('few') }
    const before = await metrics(headers)
    await ask('all', question)
    await ask('few', question)
    await next()
    expect(grown(before, await metrics(headers)).Requests).toBe(1)
  })
})

describe('/_local/follow', () => {
  it('tells what API Gateway refused by itself, and what was before', async () => {
    const { next } = await follow()
    const path = '/bedrock?p=a-secret'
    await (await post(path, question, { 'x-api-key': 'no-such-key' })).text()
    const { type, line, id } = await next()
    expect(type).toBe('refused')
    expect(line).toMatchObject({ method: 'POST', path: '/bedrock', status: 401 })
    expect(line.refusal).toEqual(expect.stringMatching(/^[A-Z_]+$/))
    expect(JSON.stringify(line)).not.toMatch(/secret|no-such-key/)
    const again = await follow()
    expect(again.before.at(-1)).toEqual({ type, line, id })
    const later = await follow('/_local/follow', { 'last-event-id': String(id) })
    expect(later.before).toEqual([])
    const anew = await follow('/_local/follow', { 'last-event-id': String(id + 1000) })
    expect(anew.before).toEqual(again.before)
  })

  it('keeps a hundred lines', () => {
    const { logged, kept } = openFeed(Date.now)
    for (let count = 1; count <= 101; count += 1) logged({ functionName: '', line: `${count}` })
    expect(kept()).toHaveLength(100)
    expect(kept()[0]).toMatchObject({ id: 2, text: '2' })
  })

  it('with a key tells the lines of its team alone', async () => {
    const { next } = await follow('/_local/follow', { 'x-api-key': gateway.key('few') })
    await ask('all', question)
    await ask('few', question)
    expect((await next()).line.team).toBe('few')
    await ask('all', question)
    await ask('few', { ...question, model: 'claude' })
    expect((await next()).line).toMatchObject({ team: 'few', outcome: 'model_not_allowed' })
  })

  it.each([
    ['/_local/follow', { 'x-api-key': 'wrong' }, 401, 'does not know the key'],
    ['/_local/nothing', {}, 404, 'there are GET /_local/follow'],
  ])('%s is refused: %j', async (path, headers, status, says) => {
    const answer = await fetch(gateway.url() + path, { headers: headers as Record<string, string> })
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(says)])
  })

  it('a team’s key follows no other team', async () => {
    const headers = { 'x-api-key': gateway.key('few') }
    expect((await fetch(`${gateway.url()}/_local/follow?team=all`, { headers })).status).toBe(403)
  })
})

it('a follower hears that the gateway is there, though nobody asks', () => {
  vi.useFakeTimers()
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const heard: string[] = []
  const response = Object.assign(new EventEmitter(), {
    writeHead: () => {},
    write: (text: string) => heard.push(text),
  }) as unknown as ServerResponse
  const request = { headers: {} } as IncomingMessage
  streamTo(openFeed(Date.now), { request, response, team: undefined })
  vi.advanceTimersByTime(2 * beat)
  expect(heard).toEqual([': following\n\n', ': still here\n\n', ': still here\n\n'])
  response.emit('close')
  expect(vi.getTimerCount()).toBe(0)
})

/** As a browser would, which `fetch` is not let do: with any `Host`. */
async function raw(method: string, path: string, headers: Record<string, string>, body = '') {
  const asked = request(gateway.url() + path, { method, headers })
  asked.end(body)
  const [answer] = await once(asked, 'response')
  return { status: answer.statusCode, text: await text(answer) }
}

describe('pages from elsewhere', () => {
  const order = '{"fault":"throttle"}'
  const own = () => new URL(gateway.url()).host
  it.each<[string, () => Record<string, string>]>([
    ['a name that leads here', () => ({ host: 'evil.example:8787' })],
    ['a name that begins alike', () => ({ host: 'localhost.evil.example' })],
    ['another origin', () => ({ host: own(), origin: 'https://evil.example' })],
    ['no origin of its own', () => ({ host: own(), origin: 'null' })],
    ['another port', () => ({ host: own(), origin: 'http://127.0.0.1:1' })],
  ])('switch no fault: %s', async (_, headers) => {
    const { status } = await raw('POST', '/_local/faults', headers(), order)
    expect(status).toBe(403)
    expect((await raw('GET', '/_local/metrics', headers())).status).toBe(403)
    for (const { faults } of Object.values(gateway.local().simulators)) expect(faults()).toEqual([])
  })

  it('its own page may', async () => {
    const headers = { host: own(), origin: gateway.url() }
    expect((await raw('GET', '/_local/simulators', headers)).status).toBe(200)
    const port = new URL(gateway.url()).port
    expect((await raw('GET', '/_local/simulators', { host: `localhost:${port}` })).status).toBe(200)
  })
})

describe('/_local/faults', () => {
  it('throttles a region, and lifts it', async () => {
    const { next } = await follow()
    const ordered = await post('/_local/faults', { region: 'us-east-1', fault: 'throttle' })
    const { simulators, known } = JSON.parse(await ordered.text())
    expect(simulators).toMatchObject([
      { region: 'us-east-1', faults: [{ fault: 'throttle', left: 'all' }] },
      { region: 'us-west-2', faults: [] },
    ])
    expect(known).toContainEqual({ fault: 'cut:BYTES', does: expect.any(String) })
    await ask('all', question)
    expect((await next()).line.attempts).toBe('us-east-1:ThrottlingException,us-west-2:ok')
    await post('/_local/faults', { fault: null })
    await ask('all', question)
    expect((await next()).line.attempts).toBe('us-east-1:ok')
  })

  it('counts how often', async () => {
    await post('/_local/faults', { region: 'us-west-2', fault: 'slow-first-byte:1', times: 2 })
    const answer = await fetch(`${gateway.url()}/_local/simulators`)
    const { simulators } = (await answer.json()) as { simulators: object[] }
    expect(simulators[1]).toMatchObject({ faults: [{ fault: 'slow-first-byte:1', left: 2 }] })
    await post('/_local/faults', { region: 'us-west-2', fault: null })
  })

  it.each<[body: object, says: string]>([
    [{ fault: 'throtle' }, "The fault 'throtle' is not known. Known are: throttle"],
    [{ region: 'us-esat-1', fault: 'throttle' }, 'Did you mean us-east-1?'],
    [{ fault: 'throttle', times: 0 }, 'A fault is ordered as'],
    [{}, 'A fault is ordered as'],
    [[], 'needs JSON such as {'],
  ])('%j is refused, and says why', async (body, says) => {
    const answer = await post('/_local/faults', body)
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { message: string }).message).toContain(says)
  })
})

/** `tail` in this process: what it says can be awaited, and it is ended as by Ctrl-C. */
async function tailing(args: readonly string[], { colours = false } = {}) {
  const stop = new AbortController()
  const said: string[] = []
  const waiting: (() => void)[] = []
  const heard = (text: string) => {
    said.push(text)
    for (const wake of waiting.splice(0)) wake()
  }
  const status = main(['tail', ...args, '--local'], {
    out: heard,
    error: heard,
    folder: await folderHere(),
    environment: {},
    user: 'ana',
    now: Date.now,
    colours,
    interrupted: () => stop.signal,
  })
  return {
    said,
    next: async (): Promise<string> => {
      while (said.length === 0) await new Promise<void>((wake) => waiting.push(wake))
      return said.shift() ?? ''
    },
    end: () => {
      stop.abort()
      return status
    },
  }
}

describe('tail --local', () => {
  it('follows a stream of requests live, and Ctrl-C ends it well', async () => {
    const { next, end } = await tailing([])
    expect(await next()).toBe('Following. Ctrl-C ends it.\n')
    await ask('all', question)
    expect(await next()).toMatch(
      /^\d\d:\d\d:\d\d {2}all {2}200 ok {2}amazon\.nova-lite-v1:0 {2}\d+\+\d+ tokens {2}0\.0\d+ USD {2}.*\d+ ms.* {2}us-east-1:ok.*\n$/,
    )
    await (await ask('all', { ...question, stream: true })).text()
    expect(await next()).toMatch(/ first token \d+ ms {2}\d+ ms /)
    await ask('few', { ...question, model: 'claude' })
    expect(await next()).toMatch(/ few {2}403 model_not_allowed .* decision [\w-]{16}\n$/)
    for (let count = 0; count < 3; count += 1) await ask('spent', question)
    await next()
    await next()
    expect(await next()).toMatch(/ spent {2}429 QUOTA_EXCEEDED {2}POST \/bedrock {2}\d+ ms /)
    expect(await end()).toBe(0)
  })

  it('of one team, as it was logged', async () => {
    const { next, end } = await tailing(['few', '--json', '--config', 'gateway'])
    await end()
    expect(await next()).toContain('does not exist')
  })

  it('is coloured where colours are shown', async () => {
    const { next, end } = await tailing(['all'], { colours: true })
    await next()
    await ask('all', question)
    expect(await next()).toContain('\u001b[32m200 ok\u001b[39m')
    await end()
  })

  it('tells what was, and ends', async () => {
    await ask('all', question)
    const folder = await folderHere()
    const person = { folder }
    const { status, out } = await run(
      ['tail', '--local', '--since', '1h', '--no-follow', '--json'],
      person,
    )
    expect(status).toBe(0)
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.at(-1)).toMatchObject({ team: 'all', outcome: 'ok', _aws: expect.any(Object) })
    const wrong = await run(['tail', '--local', '--no-follow'], person)
    expect([wrong.status, wrong.error]).toEqual([2, expect.stringContaining('--since 1h')])
  })
})

describe('connect --local', () => {
  it.each(clientNames)('%s makes its call', async (client) => {
    const folder = await folderHere()
    const { status, out, error } = await run(['connect', client, '--local'], { folder })
    expect([status, error]).toEqual([0, ''])
    expect(out).toMatch(
      /It works: answered in \d+ ms for 0\.0\d+ USD by bedrock\/\S+ in us-east-1,/,
    )
    expect(out).toContain('What is a dystopia?')
    expect(out).not.toContain(gateway.key('all'))
    const json = JSON.parse((await run(['connect', client, '--local', '--json'], { folder })).out)
    expect(json).toMatchObject({ client, team: 'all', model: 'claude' })
    expect(json.call).toMatchObject({ status: 200, region: 'us-east-1' })
    expect(json.call.cost_usd).toBeGreaterThan(0)
    expect(JSON.stringify(json)).not.toContain(gateway.key('all'))
  })

  it('the lines it prints for JavaScript are programs that get an answer', async () => {
    const place = { url: gateway.url(), model: 'claude' }
    const lines = (['openai', 'anthropic', 'aws-sdk'] as const).flatMap((client) =>
      linesFor(client, place),
    )
    const textsIn = (language: string) =>
      lines.filter((one) => one.language === language).map(({ text }) => text)
    const variables = textsIn('sh')
      .flatMap((text) => [...text.matchAll(/^export (\w+)=(.*)$/gm)])
      .map(([, name = '', value = '']) => [name, value.replace('"$TOLLGATE_KEY"', gateway.key())])
    const folder = await temporaryFolder()
    await symlink(resolve(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'))
    const files = textsIn('js').map((_, index) => join(folder, `${index}.mjs`))
    await Promise.all(textsIn('js').map((text, index) => writeFile(files[index] ?? '', text)))
    const all = files.map((file) => `await import(${JSON.stringify(file)})`).join('\n')
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', all],
      { env: { ...process.env, ...Object.fromEntries(variables), TOLLGATE_KEY: gateway.key() } },
    )
    expect(stdout.match(/You asked: .*What is a dystopia\?/g)).toHaveLength(3)
  })

  it.each<[args: string[], says: RegExp]>([
    [['openai', '--team', 'few', '--model', 'claude'], /403 model_not_allowed: .*\n.*--model/],
    [['curl', '--model', 'gpt-4'], /404 model_not_found: .*\n.*--model/],
    [
      ['anthropic', '--key', `all${'x'.repeat(48)}`],
      /401 invalid_api_key: .*\nThe key x{8} of all is not known there.*keys issue all --local/,
    ],
  ])('connect %j says what would mend it', async (args, says) => {
    const folder = await folderHere()
    const { status, out, error } = await run(['connect', ...args, '--local'], { folder })
    expect(status).toBe(1)
    expect(error).toMatch(says)
    expect(out).toContain('To use ')
  })
})
