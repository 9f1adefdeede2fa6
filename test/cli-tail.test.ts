/** `tail` of a deployed gateway: the unmodified SDK reads Live Tail's real event stream. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../cli/main.ts'
import { readLine } from '../cli/tail/lines.ts'
import { openWords } from '../cli/tail/words.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { openRecord } from '../lambda/core/record.ts'
import { type FakeLogs, type Logged, type Session, startLogs } from './support/live-tail.ts'

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1')
})
afterEach(() => vi.unstubAllEnvs())

/** As the function writes it. */
function logged(team: string, { fails = false } = {}): string {
  let line = ''
  const record = openRecord((text) => {
    line = text
  }, Date.now)
  const model = 'amazon.nova-lite-v1:0'
  record.set({ requestId: crypto.randomUUID(), route: 'POST /bedrock', team, model, status: 200 })
  record.set({ outcome: 'ok', attempts: 'us-east-1:ok', cache: 'miss' })
  record.measure({ InputTokens: 5, OutputTokens: 23, CostMicroUsd: 5.82, DurationMs: 812.4 })
  if (fails) {
    record.fail(new TollgateError('budget_exceeded', 'too dear'))
    record.set({ status: 429, decision: 'abcdefghijklmnop' })
  }
  record.write()
  return line
}

const access = (refusal: string, status = 429) =>
  JSON.stringify({
    ...{ requestId: 'r', method: 'POST', route: '/bedrock', status: String(status) },
    ...{ team: 'demo', refusal, latencyMs: '3' },
  })

const platform = JSON.stringify({
  time: 't',
  type: 'platform.report',
  record: { status: 'success' },
})

async function tailing(logs: FakeLogs, args: readonly string[] = []) {
  vi.stubEnv('AWS_ENDPOINT_URL', logs.url)
  const stop = new AbortController()
  const out: string[] = []
  const errors: string[] = []
  const waiting: (() => void)[] = []
  const status = main(['tail', ...args], {
    out(text) {
      out.push(text.trimEnd())
      for (const wake of waiting.splice(0)) wake()
    },
    error: (text) => void errors.push(text),
    folder: '/',
    environment: { AWS_ENDPOINT_URL: logs.url },
    user: 'ana',
    now: Date.now,
    interrupted: () => stop.signal,
  })
  return {
    out,
    errors,
    status,
    next: async (): Promise<string> => {
      while (out.length === 0) await new Promise<void>((wake) => waiting.push(wake))
      return out.shift() ?? ''
    },
    end: () => {
      stop.abort()
      return status
    },
  }
}

describe('tail of a deployed gateway', () => {
  it('tells what the function logged and what API Gateway refused, until Ctrl-C', async () => {
    const logs = await startLogs()
    const { next, end, errors } = await tailing(logs)
    const session = await logs.session()
    expect(session.input).toEqual({
      logGroupIdentifiers: ['GatewayLogs64F6314F', 'AccessLogs8B620ECA'].map(
        (id) => `arn:aws:logs:us-east-1:123456789012:log-group:Tollgate-${id}-x`,
      ),
    })
    session.update([])
    session.update([platform, access('-', 200), logged('demo'), access('QUOTA_EXCEEDED')])
    const time = '\\d\\d:\\d\\d:\\d\\d'
    expect(await next()).toMatch(
      new RegExp(
        `^${time}  demo  200 ok  amazon.nova-lite-v1:0  5\\+23 tokens  0.00000582 USD  812 ms  cache miss  us-east-1:ok$`,
      ),
    )
    expect(await next()).toMatch(
      new RegExp(
        `^${time}  demo  429 QUOTA_EXCEEDED  POST /bedrock  3 ms  refused by API Gateway$`,
      ),
    )
    session.update([logged('demo', { fails: true })], true)
    expect(await next()).toMatch(/ 429 budget_exceeded .* decision abcdefghijklmnop$/)
    expect(await end()).toBe(0)
    await session.left
    expect(errors).toEqual([
      'Following. Ctrl-C ends it.\n',
      'More than 500 lines a second: CloudWatch shows a sample of them.\n',
    ])
    expect(logs.asked).not.toContain('FilterLogEvents')
  })

  it('goes on in another session, after three hours or a broken line', async () => {
    const logs = await startLogs()
    const { next, end } = await tailing(logs, ['data', '--json'])
    const endings = [
      (session: Session) => session.except('SessionTimeoutException'),
      (session: Session) => session.cut(),
    ]
    for (const over of endings) {
      const session = await logs.session()
      expect(session.input.logEventFilterPattern).toBe('{ $.team = "data" }')
      const line = logged('data')
      session.update([line, logged('demo')])
      expect(await next()).toBe(line)
      over(session)
    }
    const session = await logs.session()
    session.update([logged('data')])
    expect(JSON.parse(await next())).toMatchObject({ team: 'data' })
    expect(await end()).toBe(0)
  })

  it('first tells what was, and no line twice', async () => {
    const lines = ['demo', 'data', 'demo'].map((team, index): Logged => {
      return { timestamp: Date.now() - 9_000 + index, message: `${logged(team)}\n` }
    })
    const logs = await startLogs([lines.slice(0, 2), lines.slice(2)])
    const { next, end } = await tailing(logs, ['--since', '10m', '--json'])
    for (const { message } of lines) expect(await next()).toBe(message.trimEnd())
    const session = await logs.session()
    const fresh = logged('platform')
    session.update([lines[2]?.message ?? '', fresh])
    expect(await next()).toBe(fresh)
    await end()
  })

  it('only what was, without Live Tail', async () => {
    const logs = await startLogs([[{ timestamp: Date.now(), message: logged('demo') }]])
    const { status, out } = await tailing(logs, ['--since', '1h', '--no-follow'])
    expect(await status).toBe(0)
    expect(out).toEqual([expect.stringContaining(' demo  200 ok ')])
    expect(logs.asked).toContain('FilterLogEvents')
    expect(logs.asked).not.toContain('StartLiveTail')
  })

  it.each([
    ['AccessDeniedException', 'logs:StartLiveTail is needed on the stack'],
    ['ResourceNotFoundException', 'log group is gone'],
    ['LimitExceededException', 'no room for one more Live Tail session'],
  ])('says what to do after %s', async (name, says) => {
    const logs = await startLogs()
    logs.refusing.set('StartLiveTail', { status: 400, name })
    const { status, errors, out } = await tailing(logs)
    expect(await status).toBe(1)
    expect([out, errors]).toEqual([[], [expect.stringContaining(says)]])
  })

  it('does not begin again what ends at once', async () => {
    const logs = await startLogs()
    const { status, errors } = await tailing(logs)
    const session = await logs.session()
    session.except('SessionStreamingException')
    expect(await status).toBe(1)
    expect(errors.at(-1)).toContain('It is over.')
  })
})

describe('a line in words', () => {
  const words = (text: string) => {
    const line = readLine(text)
    return line && openWords(false)(line, { at: 0, text })
  }
  it.each<[text: string, says: string | undefined]>([
    ['', undefined],
    [platform, undefined],
    ['{"level":"INFO","message":"started"}', undefined],
    ['{"level":"ERROR","message":"out of memory"}', '00:00:00  -  out of memory'],
    ['(node:1) Warning: old', '00:00:00  -  (node:1) Warning: old'],
    [
      '{"_aws":{},"event":"Budget warning","team":"demo","limit":"5 USD"}',
      '00:00:00  demo  Budget warning  5 USD',
    ],
    [
      '{"_aws":{},"route":"GET /v1/models","status":200,"outcome":"ok"}',
      '00:00:00  -  200 ok  GET /v1/models',
    ],
    [
      '{"refusal":"THROTTLED","path":"/\\u001b[2J","status":429}',
      '00:00:00  -  429 THROTTLED  /?[2J  refused by API Gateway',
    ],
  ])('%s', (text, says) => {
    expect(words(text)).toBe(says)
  })
})
