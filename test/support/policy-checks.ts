/** What it means that a call was answered, by a model or from memory, and that it was refused. */
import { expect } from 'vitest'
import { type ErrorCode, errorCodes } from '../../lambda/core/errors.ts'
import { keyIdOf } from '../../lib/key-id.ts'
import { toldBy } from './fault-answers.ts'
import { type Asked, billOf, type Caller, regions } from './policy-gateway.ts'
import { type Route, readAs } from './policy-routes.ts'

/** One way a policy could be gone round. */
export type Way = {
  readonly route: Route
  readonly stream: boolean
  readonly fallback: boolean
  readonly hit: boolean
  readonly caller: Caller
}

/** As AWS's SDKs know the refusals of these tests. */
const exceptions: Readonly<Partial<Record<ErrorCode, string>>> = {
  invalid_api_key: 'UnrecognizedClientException',
  access_denied: 'AccessDeniedException',
  model_not_allowed: 'AccessDeniedException',
  quota_exceeded: 'ThrottlingException',
  throttled: 'ThrottlingException',
  budget_exceeded: 'ThrottlingException',
  guard_blocked: 'ValidationException',
  template_error: 'ValidationException',
  unsupported_parameter: 'ValidationException',
}

/** InvokeModel's stream has its chunks in base64, as CountTokens has its body. */
const unwrapped = (text: string): string =>
  text.replaceAll(/"(?:bytes|body)":"([A-Za-z0-9+/=]+)"/g, (_, bytes: string) =>
    Buffer.from(bytes, 'base64').toString(),
  )

/** All that a caller, and an operator who reads the log, may see of it. */
export const shownOf = ({ bytes, headers, lines }: Asked): string =>
  unwrapped(bytes.toString('latin1')) + JSON.stringify([headers, lines])

/** Each body that reached Bedrock, as text. */
export const sentOf = ({ upstream }: Asked): readonly string[] =>
  upstream.map(({ body }) => unwrapped(JSON.stringify(body)))

/** Exactly one line tells of it, by whom it was and how it ended. */
export function lineOf({ lines }: Asked, team: string, outcome: string): Record<string, unknown> {
  expect(lines, 'lines of the log').toHaveLength(1)
  const [line = {}] = lines
  expect(line).toMatchObject({ team, keyId: keyIdOf(team), outcome })
  return line
}

export function expectAnswered(
  asked: Asked,
  { route, stream, fallback }: Way,
  by: { readonly team: string; readonly from: 'model' | 'memory' },
): void {
  const { statusCode, headers, upstream, text } = asked
  expect([statusCode, statusCode === 200 ? '' : text]).toEqual([200, ''])
  if (route.kind === 'chat') expect(toldBy(readAs(route), stream, asked).kind).toBe('answer')
  lineOf(asked, by.team, 'ok')
  if (by.from === 'memory') {
    expect(headers).toMatchObject({ 'x-tollgate-cache': 'hit' })
    expect(headers).not.toHaveProperty('x-tollgate-attempts')
    expect(upstream).toEqual([])
    return
  }
  const { first, second } = regions
  const trail = fallback ? `${first}:ThrottlingException,${second}:ok` : `${first}:ok`
  expect(headers).toMatchObject({
    'x-tollgate-cache': route.kind === 'count' ? 'bypass' : 'miss',
    'x-tollgate-attempts': trail,
    'x-tollgate-region': fallback ? second : first,
  })
  expect(upstream).toHaveLength(fallback ? 2 : 1)
}

/** In the dialect's own form; before any function is asked, in API Gateway's own words. */
function expectForm(asked: Asked, { native }: Route, team: string, code: ErrorCode): void {
  const { statusCode, headers, text, lines } = asked
  const { status, type } = errorCodes[code]
  expect([statusCode, text.slice(0, 400)]).toEqual([status, expect.stringContaining(`"${code}"`)])
  expect(headers['content-type']).toMatch(/^application\/json/)
  const body = JSON.parse(text) as { readonly message: string }
  expect(body).toMatchObject({
    ...{ type: 'error', request_id: headers['x-request-id'] },
    error: { type, code, message: body.message },
    message: expect.any(String),
  })
  if (lines.length === 0 && atTheGate.includes(code)) return
  expect(body.message).toMatch(/\w.*\.$/)
  if (native) expect(headers['x-amzn-errortype']).toBe(exceptions[code])
  lineOf(asked, team, code)
}

/** Codes that API Gateway may refuse with before any function is asked. */
const atTheGate: readonly ErrorCode[] = ['invalid_api_key', 'quota_exceeded']

/** Nobody was asked, and what was remembered is not told either. */
export function expectRefused(asked: Asked, { route }: Way, team: string, code: ErrorCode): void {
  const { headers, upstream, billed } = asked
  expectForm(asked, route, team, code)
  expect(headers['x-tollgate-cache']).not.toBe('hit')
  expect([upstream, billed]).toEqual([[], []])
}

/** Whole it is refused; a stream ends with an error, and what was found is not in it. */
export function expectCutShort(asked: Asked, { route, stream }: Way, team: string, word: string) {
  if (stream) {
    const code = route.native ? 'invalid_body' : 'guard_blocked'
    expect(toldBy(readAs(route), stream, asked)).toMatchObject({ kind: 'broken', code })
    lineOf(asked, team, 'guard_blocked')
  } else {
    expectForm(asked, route, team, 'guard_blocked')
  }
  expect(shownOf(asked)).not.toContain(word)
  expect(asked.upstream.length, 'calls of a model').toBeGreaterThan(0)
  expect(asked.headers['x-tollgate-cache']).toBe('miss')
}

/** The line says what Bedrock billed, and what it costs. */
export function expectMetered(asked: Asked, { route, hit }: Way, team: string): void {
  const line = lineOf(asked, team, 'ok')
  const { billed } = asked
  expect(line).toMatchObject({ model: expect.any(String), task: route.kind, status: 200 })
  if (hit) {
    expect(line).toMatchObject({ cache: 'hit', CacheHits: 1, CostMicroUsd: 0 })
    expect(line).not.toHaveProperty('InputTokens')
    return
  }
  if (route.kind === 'count') {
    expect([billed, line.CostMicroUsd]).toEqual([[], 0])
    return
  }
  expect(billed).toHaveLength(1)
  const [bill] = billed
  expect(line).toMatchObject({ InputTokens: bill?.input, OutputTokens: bill?.output })
  expect(Math.ceil(Number(line.CostMicroUsd))).toBe(billOf(billed).microUsd)
}
