/** What a request’s line says of its caller’s labels, its trace, its prompt and its answer: as much as both sides allow. */
import { describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { cutMark, mostBytes, openAnswerText, promptText } from '../lambda/core/log-texts.ts'
import { logContents } from '../lambda/core/monitoring-config.ts'
import { callFacts } from './support/calls.ts'
import { type InProcessRequest, invoke } from './support/in-process.ts'
import { twoRegions } from './support/regions.ts'
import { embedding, ways } from './support/ways.ts'

const config: GatewayConfig = {
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0', vectors: 'amazon.titan-embed-text-v2:0' },
  plans: { free: {} },
  teams: {
    quiet: { plan: 'free', models: '*', log: 'none' },
    demo: { plan: 'free', models: '*' },
    open: { plan: 'free', models: '*', log: 'full' },
  },
}
vi.mock('#gateway-config', () => ({ default: config }))
const regions = twoRegions()

type Headers = Readonly<Record<string, string>>
type Line = Readonly<Record<string, unknown>>

const labels = { user: 'u-17', step: 3, trial: true }
const metadata = JSON.stringify(labels)

async function lineOf(request: InProcessRequest, headers: Headers = {}) {
  const answer = await invoke({ ...request, headers })
  const line = answer.lines.find(({ Requests }) => Requests !== undefined)
  if (line === undefined) throw new Error(answer.text)
  return { ...answer, line: line as Line }
}

const said = { model: 'nova', text: 'Where is Utopia?', maxTokens: 60, stream: false }
const question = (team: string, more: object = {}): InProcessRequest => ({
  ...{ resource: '/v1/chat/completions', team },
  body: JSON.stringify({
    ...{ model: 'nova', max_tokens: 60, messages: [{ role: 'user', content: said.text }] },
    ...more,
  }),
})

describe('how much is told', () => {
  const teams = { none: 'quiet', metadata: 'demo', full: 'open' } as const
  const cases = logContents.flatMap((team) =>
    [undefined, ...logContents].map((asked) => ({ team, asked, name: `${team}, asked ${asked}` })),
  )

  it.each(cases)('$name: the less of both', async ({ team, asked }) => {
    const headers = {
      'x-tollgate-metadata': metadata,
      ...(asked !== undefined && { 'x-tollgate-log': asked }),
    }
    const { line, statusCode } = await lineOf(question(teams[team]), headers)
    expect(statusCode).toBe(200)
    const least = Math.min(...[team, asked ?? 'full'].map((one) => logContents.indexOf(one)))
    expect(line.metadata).toEqual(least > 0 ? labels : undefined)
    expect('prompt' in line).toBe(least > 1)
    expect('answer' in line).toBe(least > 1)
    expect(JSON.stringify(line).includes('Utopia')).toBe(least > 1)
    expect(line).toMatchObject({ requestId: expect.any(String), outcome: 'ok', InputTokens: 4 })
  })

  it.each([...ways, ...embedding])('in full by $name', async ({ name, streams, ask }) => {
    for (const stream of streams) {
      const model = name.includes('vectors') || name.includes('embeddings') ? 'vectors' : 'nova'
      const { line } = await lineOf({ ...ask({ ...said, model, stream }), team: 'open' })
      expect(JSON.parse(String(line.prompt))).toEqual([{ role: 'user', text: said.text }])
      if (model === 'vectors') expect(line).not.toHaveProperty('answer')
      else expect(line.answer).toContain(said.text)
    }
  })

  it('in full also of what is refused, by a model or on the way to it', async () => {
    regions.east.fault('refuse')
    const { line } = await lineOf(question('open'))
    expect(line).toMatchObject({
      outcome: 'invalid_body',
      prompt: expect.stringContaining('Utopia'),
    })
    expect(line).not.toHaveProperty('answer')
  })

  it('and of a stream that breaks, what came of it', async () => {
    regions.east.fault('exception:modelStreamErrorException:4')
    const { line } = await lineOf(question('open', { stream: true }))
    expect(line).toMatchObject({ outcome: 'upstream_error', answer: expect.stringMatching(/./) })
  })

  it.each([
    ['FULL', 'x-tollgate-log: got "FULL"; it takes none, metadata, full. Did you mean full?'],
    [
      'metdata',
      'x-tollgate-log: got "metdata"; it takes none, metadata, full. Did you mean metadata?',
    ],
  ])('%s is no answer to that', async (asked, message) => {
    const headers = { 'x-tollgate-log': asked, 'x-tollgate-metadata': metadata }
    const { statusCode, text, line } = await lineOf(question('open'), headers)
    expect(statusCode).toBe(400)
    expect(JSON.parse(text).error).toMatchObject({ message, param: 'x-tollgate-log' })
    expect(line).toMatchObject({ outcome: 'invalid_body', param: 'x-tollgate-log' })
    expect(line).not.toHaveProperty('metadata')
  })
})

describe('labels', () => {
  it('are Cloudflare’s where ours are not there', async () => {
    const cloudflare = { 'cf-aig-metadata': '{"who": "them"}' }
    const theirs = await lineOf(question('demo'), cloudflare)
    expect(theirs.line.metadata).toEqual({ who: 'them' })
    const both = await lineOf(question('demo'), { ...cloudflare, 'x-tollgate-metadata': '{}' })
    expect(both.line.metadata).toEqual({})
  })

  it.each([
    ['user=7', '"user=7", which is no JSON'],
    ['["user"]', '"[\\"user\\"]";'],
    ['null', '"null";'],
    ['{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6}', '6 values;'],
    ['{"a b":1}', 'the name "a b";'],
    ['{"":1}', 'the name "";'],
    [`{"${'n'.repeat(65)}":1}`, `the name "${'n'.repeat(40)}";`],
    ['{"a":{"b":1}}', 'an object for a;'],
    ['{"a":[1]}', 'a list for a;'],
    ['{"a":null}', 'null for a;'],
    [`{"a":"${'x'.repeat(257)}"}`, '257 characters for a;'],
  ])('of another form are refused: %s', async (value, got) => {
    for (const header of ['x-tollgate-metadata', 'cf-aig-metadata']) {
      const { statusCode, text, line } = await lineOf(question('demo'), { [header]: value })
      expect(statusCode).toBe(400)
      const { message, param } = JSON.parse(text).error
      expect(param).toBe(header)
      expect(message).toContain(`${header}: got ${got}`)
      expect(message).toContain('it takes a JSON object of at most 5 values')
      expect(line.outcome).toBe('invalid_body')
    }
  })

  it('of the longest form are taken', async () => {
    const value = { [`${'n'.repeat(60)}._-9`]: 'é'.repeat(256), b: 0.5, c: false, d: '', e: -1 }
    const { line } = await lineOf(question('demo'), {
      'x-tollgate-metadata': JSON.stringify(value),
    })
    expect(line.metadata).toEqual(value)
  })

  it('of a request without a key are nobody’s', async () => {
    const health = { method: 'GET', resource: '/health' } as const
    const { statusCode } = await lineOf(health, { 'x-tollgate-metadata': 'wrong' })
    expect(statusCode).toBe(200)
  })
})

describe('a trace', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const parentSpanId = '00f067aa0ba902b7'
  const none = { traceId: undefined, parentSpanId: undefined }
  it.each<[string, object]>([
    [`00-${traceId}-${parentSpanId}-01`, { traceId, parentSpanId }],
    [`cc-${traceId}-${parentSpanId}-01-what-will-come`, { traceId, parentSpanId }],
    [`00-${traceId}-${parentSpanId}-01-more`, none],
    [`ff-${traceId}-${parentSpanId}-01`, none],
    [`00-${'0'.repeat(32)}-${parentSpanId}-01`, none],
    [`00-${traceId}-${'0'.repeat(16)}-01`, none],
    [`00-${traceId.toUpperCase()}-${parentSpanId}-01`, none],
    [`00-${traceId}-${parentSpanId}`, none],
    ['tollgate', none],
  ])('of a caller’s is told as W3C reads it: %s', async (traceparent, expected) => {
    const { line, statusCode } = await lineOf(question('demo'), { traceparent })
    expect(statusCode).toBe(200)
    expect({ traceId: line.traceId, parentSpanId: line.parentSpanId }).toEqual(expected)
  })

  it('of X-Ray’s is told by its root, as Lambda has it before a caller', async () => {
    const root = '1-5759e988-bd862e3fe1be46a994272793'
    const header = `Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`
    const sent = await lineOf(question('demo'), { 'X-Amzn-Trace-Id': header })
    expect(sent.line.xrayTraceId).toBe(root)
    const wrong = await lineOf(question('demo'), { 'X-Amzn-Trace-Id': 'Root=none' })
    expect(wrong.line).not.toHaveProperty('xrayTraceId')
    vi.stubEnv('_X_AMZN_TRACE_ID', header.replace('1-5759', '1-0000'))
    const told = await lineOf(question('demo'), { 'X-Amzn-Trace-Id': header })
    vi.unstubAllEnvs()
    expect(told.line.xrayTraceId).toBe(root.replace('1-5759', '1-0000'))
  })
})

describe('OpenTelemetry’s names', () => {
  it('are those of a conversation', async () => {
    const { line } = await lineOf(question('demo', { temperature: 0.5, top_p: 0.9 }))
    const told = Object.fromEntries(
      Object.entries(line).filter(([name]) => name.startsWith('gen_ai.')),
    )
    expect(told).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'aws.bedrock',
      'gen_ai.request.model': 'nova',
      'gen_ai.request.max_tokens': 60,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.response.model': 'amazon.nova-lite-v1:0',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': line.InputTokens,
      'gen_ai.usage.output_tokens': line.OutputTokens,
    })
  })

  it('are those of vectors, and of an error', async () => {
    const [openai] = embedding
    const vectors = openai?.ask({ ...said, model: 'vectors' }) ?? {}
    const { line } = await lineOf(vectors)
    expect(line).toMatchObject({
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.request.model': 'vectors',
      'gen_ai.response.model': 'amazon.titan-embed-text-v2:0',
      'gen_ai.usage.input_tokens': line.InputTokens,
    })
    const unknown = await lineOf(question('demo', { model: 'a-name-nobody-knows' }))
    expect(unknown.line['error.type']).toBe('model_not_found')
    expect(JSON.stringify(unknown.line)).not.toContain('nobody-knows')
  })
})

describe('a text', () => {
  const written = (text: string) => Buffer.byteLength(JSON.stringify(text))
  const user = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] }) as const

  it.each([
    ['letters', 'x '],
    ['what JSON escapes', '"'],
    ['what JSON escapes at length', '\u0000'],
    ['emoji', '😀'],
    ['words', 'to be or not '],
  ])('of %s is cut where a line has room for it', (_, unit) => {
    const long = unit.repeat(100_000)
    const prompt = promptText([user(long)])
    expect(written(prompt)).toBeLessThanOrEqual(mostBytes)
    expect(written(prompt)).toBeGreaterThan(mostBytes * 0.8)
    const [only, ...others] = JSON.parse(prompt) as { text: string }[]
    expect(others).toEqual([])
    expect(only?.text.endsWith(cutMark)).toBe(true)
    expect(long.startsWith(only?.text.slice(0, -cutMark.length - 1) ?? '-')).toBe(true)

    const answer = openAnswerText()
    answer.see({ type: 'block-start', index: 0, block: { type: 'text' } })
    for (let at = 0; at < long.length; at += 999) {
      const text = long.slice(at, at + 999)
      answer.see({ type: 'block-delta', index: 0, delta: { type: 'text', text } })
    }
    expect(written(answer.text())).toBeLessThanOrEqual(mostBytes)
    expect(answer.text().endsWith(cutMark)).toBe(true)
    expect(answer.text().isWellFormed()).toBe(true)
  })

  it('of many turns is the latest of them', () => {
    const turns = Array.from({ length: 500 }, (_, at) => user(`${at}: ${'word '.repeat(60)}`))
    const told = JSON.parse(promptText(turns)) as { role: string; text: string }[]
    expect(told.at(-1)?.text).toContain('499: ')
    expect(told[0]).toEqual({
      role: 'system',
      text: expect.stringMatching(/^\[\d+ earlier ones cut\]$/),
    })
    expect(told.length).toBeGreaterThan(50)
    expect(written(JSON.stringify(told))).toBeLessThanOrEqual(mostBytes)
  })

  it('has no media, and calls of tools by their names', () => {
    const input = { city: 'Oslo' }
    const prompt = promptText([
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look:' },
          { type: 'image', mediaType: 'image/png', data: 'QUJD' },
          { type: 'document', mediaType: 'application/pdf', data: 'QUJD' },
        ],
      },
      { role: 'assistant', content: [{ type: 'tool-call', id: 'c', name: 'weather', input }] },
      {
        role: 'user',
        content: [
          {
            type: 'tool-result',
            callId: 'c',
            failed: false,
            content: [{ type: 'text', text: 'Snow' }],
          },
        ],
      },
    ])
    expect(JSON.parse(prompt)).toEqual([
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: 'Look:\n[image image/png]\n[document application/pdf]' },
      { role: 'assistant', text: 'weather({"city":"Oslo"})' },
      { role: 'user', text: 'Snow' },
    ])
    const answer = openAnswerText()
    answer.see({ type: 'block-start', index: 0, block: { type: 'text' } })
    answer.see({ type: 'block-delta', index: 0, delta: { type: 'text', text: 'I look.' } })
    answer.see({ type: 'block-end', index: 0 })
    answer.see({
      type: 'block-start',
      index: 1,
      block: { type: 'tool-call', id: 'c', name: 'weather' },
    })
    answer.see({ type: 'block-delta', index: 1, delta: { type: 'input-json', json: '{"city":' } })
    answer.see({ type: 'block-delta', index: 1, delta: { type: 'input-json', json: '"Oslo"}' } })
    answer.see({ type: 'block-end', index: 1 })
    expect(answer.text()).toBe('I look.\nweather({"city":"Oslo"})')
  })

  it('is none where nobody asked for a log', () => {
    expect(callFacts.record.content).toBe('metadata')
  })
})
