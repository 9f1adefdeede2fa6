/** What holds of every answer, whatever was asked: its status, its shape, its end, its one log line. */
import { expect } from 'vitest'
import { type ErrorCode, errorCodes } from '../../lambda/core/errors.ts'
import type { Target } from './fuzz-seeds.ts'
import type { InProcessAnswer, InProcessRequest } from './in-process.ts'

type Fields = Readonly<Record<string, unknown>>

/** Nothing that bad input does is the gateway's failure. */
const allowed = [200, 400, 403, 404, 413, 415, 429]

const longestLine = 8192

const arn = /arn(:|%3A)aws/i

/** What a caller wrote may come back to it: now, or among its team's last requests. */
const names = ({ resource, ...said }: InProcessRequest, what: RegExp): boolean => {
  const { body, path, query, headers } = said
  if (resource === '/v1/usage/requests') return true
  return what.test(`${body ?? ''} ${JSON.stringify([path, query, headers])}`)
}

export function expectLawful(
  request: InProcessRequest,
  answer: InProcessAnswer,
  target: Target,
): void {
  expect(allowed, answer.text.slice(0, 500)).toContain(answer.statusCode)
  expectNothingToldOfUs(answer)
  if (!names(request, arn)) expect(answer.text).not.toMatch(arn)
  expectOneLine(answer)
  for (const [name, value] of Object.entries(answer.headers)) {
    expect(String(value), name).toMatch(/^[\x20-\x7e]*$/)
  }
  if (answer.statusCode !== 200) expectError(answer, target)
  else if (isStream(answer)) expectOneEnd(answer, target)
  else expectAnswer(answer, target)
}

const isStream = ({ headers }: InProcessAnswer) =>
  /event-?stream/.test(headers['content-type'] ?? '')

function expectNothingToldOfUs({ text, headers }: InProcessAnswer) {
  const told = `${text}\n${Object.values(headers).join('\n')}`
  for (const secret of [
    /node_modules|node:internal|file:\/\/\/(?!x)|\.ts:\d/,
    /\n\s+at \S+ \(/,
    /127\.0\.0\.1|localhost/,
    /TypeError|RangeError|SyntaxError|Cannot read prop|is not iterable|is not a function/,
  ]) {
    expect(told).not.toMatch(secret)
  }
  expect(told).not.toContain(process.cwd())
}

function expectOneLine({ lines, statusCode, headers }: InProcessAnswer) {
  expect(lines).toHaveLength(1)
  const [line = {}] = lines
  expect(line).toMatchObject({ status: statusCode, requestId: headers['x-request-id'] })
  expect(line).not.toHaveProperty('fault')
  expect(JSON.stringify(line).length).toBeLessThan(longestLine)
}

function expectError({ text, headers, statusCode, lines }: InProcessAnswer, { dialect }: Target) {
  const body = JSON.parse(text) as { error: { code: ErrorCode; details?: unknown } } & Fields
  const { code } = body.error
  expect(errorCodes[code]?.status, text).toBe(statusCode)
  expect(lines[0]).toMatchObject({ outcome: code })
  const error = { type: errorCodes[code].type, code, message: expect.any(String) }
  expect(body).toMatchObject({ type: 'error', error, request_id: headers['x-request-id'] })
  expect([null, 'string']).toContain(paramOf(body.error))
  expect(body.message).toBe((body.error as Fields).message)
  expect(body.message).not.toBe('')
  expect(headers['content-type']).toBe('application/json')
  if (dialect.startsWith('bedrock-')) expect(headers['x-amzn-errortype']).toMatch(/Exception$/)
}

const paramOf = ({ param }: Fields) => (param === null ? null : typeof param)

const number = expect.any(Number)
const string = expect.any(String)
const list = expect.any(Array)

/** The least a client of each dialect reads. */
const wholeAnswers: Readonly<Record<string, object>> = {
  question: { answer: string, stop_reason: string, usage: { output_tokens: number } },
  'openai-chat': {
    object: 'chat.completion',
    choices: [{ finish_reason: string, message: { role: 'assistant' } }],
    usage: { prompt_tokens: number, completion_tokens: number, total_tokens: number },
  },
  'openai-responses': { object: 'response', output: list, usage: { output_tokens: number } },
  'openai-embeddings': { object: 'list', data: list, usage: { prompt_tokens: number } },
  'openai-models': { object: expect.stringMatching(/^(list|model)$/) },
  'anthropic-messages': {
    type: 'message',
    content: list,
    stop_reason: string,
    usage: { input_tokens: number },
  },
  'anthropic-count-tokens': { input_tokens: number },
  usage: { team: string, limits: list, usage: list, forecast: list },
  'usage-hours': { team: string, since: string, hours: list },
  'usage-requests': { team: string, requests: list },
  estimate: { dialect: string, targets: list, allowed: expect.any(Boolean) },
  'bedrock-invoke': {},
  'bedrock-converse': {
    output: { message: { role: 'assistant' } },
    usage: { inputTokens: number },
  },
}

function expectAnswer({ text, headers }: InProcessAnswer, { dialect }: Target) {
  if (headers['content-type']?.startsWith('text/plain'))
    return void expect(dialect).toBe('question')
  expect(headers['content-type']).toMatch(/^application\/json/)
  expect(JSON.parse(text)).toMatchObject(wholeAnswers[dialect] ?? { never: 'streams alone' })
}

/** What ends a stream of each dialect; of an error, the first of its events. */
const ends: Readonly<Record<string, RegExp>> = {
  question: /^event: (done|error)$/gm,
  'openai-chat': /^data: \[DONE\]$/gm,
  'openai-responses': /^event: response\.(completed|incomplete|failed)$/gm,
  'anthropic-messages': /^event: (message_stop|error)$/gm,
  'bedrock-converse-stream': /:event-type\W*metadata\b|:exception-type/g,
}

function expectOneEnd({ text }: InProcessAnswer, { dialect }: Target) {
  if (dialect === 'bedrock-invoke-with-response-stream') return expectOneNativeEnd(text)
  const found = [...text.matchAll(ends[dialect] ?? /never/g)]
  expect(found, text.slice(-500)).toHaveLength(1)
  if (dialect.startsWith('bedrock-')) return
  const frames = text.split('\n\n').filter((frame) => frame !== '' && !frame.startsWith(':'))
  expect(frames.at(-1), text.slice(-500)).toContain(found[0]?.[0])
  for (const frame of frames) {
    const data = /^data: (.*)$/m.exec(frame)?.[1] ?? ''
    if (data !== '[DONE]') expect(JSON.parse(data)).toEqual(expect.any(Object))
  }
}

/** Bedrock counts in the last chunk, and only there. */
function expectOneNativeEnd(text: string) {
  const chunks = [...text.matchAll(/"bytes":"([^"]*)"/g)].map(([, bytes = '']) =>
    Buffer.from(bytes, 'base64').toString(),
  )
  const counted = chunks.filter((chunk) => chunk.includes('amazon-bedrock-invocationMetrics'))
  const broken = [...text.matchAll(/:exception-type/g)]
  expect([...counted, ...broken]).toHaveLength(1)
}
