/** A question through the whole function to a simulated Bedrock and back, for every model there is. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { Model } from '../lambda/core/model.ts'
import { models } from '../lambda/models/index.ts'
import { targetId } from '../lambda/models/profiles.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { everything } from './support/effort.ts'
import { type InProcessAnswer, invoke } from './support/in-process.ts'
import { forgetHealth } from './support/routes-anew.ts'

/** One region, so that what it fails with is what is told. */
vi.mock('#gateway-config', async (original) => {
  const { default: shipped } = await original<{ default: GatewayConfig }>()
  return { default: { ...shipped, regions: ['us-east-1'], monitoring: { history: everything } } }
})

let bedrock: Simulator

beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
  process.env.AWS_ACCESS_KEY_ID = 'test'
  process.env.AWS_SECRET_ACCESS_KEY = 'test'
})
afterEach(() => {
  forgetHealth()
  bedrock.clearFaults()
})
afterAll(() => bedrock.close())

const ask = (body: Readonly<Record<string, unknown>>, headers = {}): Promise<InProcessAnswer> =>
  invoke({ body: JSON.stringify(body), headers, team: 'platform' })

type Frame = { readonly event: string; readonly data: Record<string, unknown> }

const framesOf = ({ text }: InProcessAnswer): Frame[] =>
  text
    .split('\n\n')
    .filter(Boolean)
    .map((frame) => {
      const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
      return { event, data: JSON.parse(data) }
    })

const toldBy = (frames: readonly Frame[]): string =>
  frames.map(({ event, data }) => (event === 'delta' ? data.text : '')).join('')

/** One model a body: what is true of the wire is true of the body. */
const onePerBody = [...new Map(models.map((model) => [model.body.id, model])).values()]
const streaming = models.filter(({ accepts }) => accepts.streaming)

describe.each(models.map((model): [string, Model] => [model.id, model]))('%s', (id, model) => {
  const system = model.accepts.system ? { system: 'Be brief.' } : {}
  const question = { model: id, question: 'What is a dystopia?', ...system, max_tokens: 300 }

  it('answers a question, and its system prompt and parameters arrive', async () => {
    const sampled = model.accepts.temperature === undefined ? {} : { temperature: 0 }
    const answer = await ask({ ...question, ...sampled })
    expect(answer.statusCode, answer.text).toBe(200)
    const body = JSON.parse(answer.text)
    expect(body).toMatchObject({ model: id, model_id: id, stop_reason: 'end_turn' })
    expect(body.answer).toContain('What is a dystopia?')
    if (model.accepts.system) expect(body.answer).toContain('Be brief.')
    expect(body.usage.input_tokens).toBeGreaterThan(0)
    expect(body.usage.output_tokens).toBeGreaterThan(0)
    expect(body.cost_usd).toBeGreaterThan(0)
    expect(bedrock.requests.at(-1)).toMatchObject({ modelId: targetId(model, 'us-east-1') })
    expect(answer.headers).toMatchObject({
      'x-tollgate-model': `bedrock/${id}`,
      'x-tollgate-region': 'us-east-1',
      'x-tollgate-attempts': 'us-east-1:ok',
    })
    expect(Number(answer.headers['x-tollgate-cost-usd'])).toBe(body.cost_usd)
  })

  it('tells the same by a stream: text, usage and cost', async () => {
    const whole = JSON.parse((await ask(question)).text)
    const streamed = await ask({ ...question, stream: true })
    expect(streamed.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const frames = framesOf(streamed)
    expect(toldBy(frames)).toBe(whole.answer)
    const { answer: _, ...outcome } = whole
    expect(frames.at(-1)).toEqual({ event: 'done', data: outcome })
    expect(streamed.lines).toHaveLength(1)
    expect(streamed.lines[0]).toMatchObject({ outcome: 'ok', status: 200, stream: true })
    if (model.accepts.streaming) expect(frames.length).toBeGreaterThan(2)
    else expect(streamed.headers['x-tollgate-notice']).toContain('answers whole')
  })

  it('says when its answer was cut for its length', async () => {
    const answer = JSON.parse((await ask({ ...question, max_tokens: 3 })).text)
    expect(answer.stop_reason).toBe('max_tokens')
  })
})

describe('what came was charged as Bedrock counted it', () => {
  it.each(onePerBody.map(({ id }) => id))('%s', async (id) => {
    const { usage } = JSON.parse((await ask({ model: id, question: 'Why?', max_tokens: 50 })).text)
    const bill = bedrock.billed.at(-1)
    expect(usage).toEqual({ input_tokens: bill?.input, output_tokens: bill?.output })
  })
})

describe('a retired model', () => {
  it('is still sent, and the answer says what succeeds it', async () => {
    const answer = await ask({ model: 'titan', question: 'Why?', max_tokens: 50 })
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['x-tollgate-notice']).toMatch(
      /end of life on 2025-08-15; its successor is/,
    )
  })

  it('is an error that names its successor once Bedrock refuses it', async () => {
    bedrock.fault('error:404:ResourceNotFoundException')
    const answer = await ask({ model: 'titan', question: 'Why?', max_tokens: 50 })
    expect(answer.statusCode).toBe(404)
    expect(JSON.parse(answer.text).message).toMatch(/no longer serves .* its successor is '\S+'/)
  })
})

describe('what Bedrock refuses', () => {
  it.each([
    ['throttle', 429, 'upstream_throttled', '5'],
    ['error:400:ServiceQuotaExceededException', 429, 'upstream_throttled', '5'],
    ['error:429:ModelNotReadyException', 429, 'upstream_throttled', '5'],
    ['error:403:AccessDeniedException', 403, 'access_denied', undefined],
    ['error:403:ExpiredTokenException', 403, 'access_denied', undefined],
    ['error:404:ResourceNotFoundException', 404, 'model_not_found', undefined],
    ['error:408:ModelTimeoutException', 504, 'upstream_timeout', undefined],
    ['error:424:ModelErrorException', 502, 'upstream_error', undefined],
    ['error:500:InternalServerException', 503, 'upstream_unavailable', '5'],
    ['error:503:ServiceUnavailableException', 503, 'upstream_unavailable', '5'],
    ['error:418:BrandNewException', 502, 'upstream_error', undefined],
    ['html', 502, 'upstream_error', undefined],
    ['empty', 502, 'upstream_error', undefined],
    ['cut:0', 502, 'upstream_error', undefined],
  ])('%s is a %i for whole answers and streams alike', async (fault, status, code, retryAfter) => {
    const attempts = /^upstream_/.test(code) ? 3 : 1
    for (const stream of [false, true]) {
      forgetHealth()
      bedrock.fault(fault, { times: 3 })
      const before = bedrock.requests.length
      const answer = await ask({ model: 'nova', question: 'Why?', max_tokens: 50, stream })
      const { error, message } = JSON.parse(answer.text)
      expect({ stream, status: answer.statusCode, code: error.code }).toEqual({
        stream,
        status,
        code,
      })
      expect(answer.headers['retry-after']).toBe(retryAfter)
      bedrock.clearFaults()
      expect(bedrock.requests.length - before).toBe(attempts)
      const trail = answer.headers['x-tollgate-attempts']?.split(',') ?? []
      expect(trail).toHaveLength(attempts)
      for (const one of trail) expect(one).toMatch(/^us-east-1:(?!ok$)\w+$/)
      expect(message).not.toMatch(/arn:aws|\d{12}|127\.0\.0\.1/)
      expect(answer.lines).toHaveLength(1)
      expect(answer.lines[0]).toMatchObject({ outcome: code, status })
      expect(answer.lines[0]).not.toHaveProperty('fault')
    }
  })
})

describe('a model that falls silent', () => {
  const body = (stream: boolean) =>
    JSON.stringify({ model: 'nova', question: 'Why?', max_tokens: 50, stream })
  /** Of which 2.5 seconds are kept back to end the answer. */
  const remaining = 2_700

  it.each([false, true])(
    'before its answer is a 504 in good time, streamed: %j',
    async (stream) => {
      bedrock.fault('hang')
      const answer = await invoke({ body: body(stream), team: 'platform', remaining })
      expect(answer.statusCode).toBe(504)
      expect(JSON.parse(answer.text).error.code).toBe('upstream_timeout')
      expect(answer.headers['x-tollgate-attempts']).toMatch(/^us-east-1:TimeoutError(,|$)/)
    },
  )

  it('within its answer ends the stream with the error', async () => {
    bedrock.fault('hang-stream:2', { times: 1 })
    const answer = await invoke({ body: body(true), team: 'platform', remaining })
    const frames = framesOf(answer)
    expect(frames.at(-1)).toMatchObject({
      event: 'error',
      data: { error: { code: 'upstream_timeout' } },
    })
    expect(frames.some(({ event }) => event === 'delta')).toBe(true)
  })
})

describe('a stream that breaks', () => {
  const streamed = (id: string) =>
    ask({ model: id, question: 'Why?', max_tokens: 12, stream: true })

  function expectBroken(answer: InProcessAnswer, where: string) {
    if (answer.statusCode !== 200) {
      expect(JSON.parse(answer.text).error.code, where).toMatch(/^upstream_/)
      return
    }
    const frames = framesOf(answer)
    expect(
      frames.filter(({ event }) => event === 'done'),
      where,
    ).toEqual([])
    expect(frames.at(-1)?.event, where).toBe('error')
    expect(
      frames.filter(({ event }) => event === 'error'),
      where,
    ).toHaveLength(1)
  }

  /** Until a connection is cut, the simulator waits for its bytes to leave. */
  const atOnce = 16

  /** Nova says that it has stopped one frame before it says how many tokens it took. */
  const isWhole = (id: string, frames: readonly number[], fault: string): boolean =>
    id.startsWith('amazon.nova') && fault === `end:${frames.at(-1)}`

  function expectWhole(answer: InProcessAnswer) {
    const { event, data } = framesOf(answer).at(-1) ?? {}
    const usage = data?.usage as { input_tokens: number; output_tokens: number }
    expect(event).toBe('done')
    expect(usage.input_tokens).toBeGreaterThan(10)
    expect(usage.output_tokens).toBeGreaterThan(10)
  }

  it.each(streaming.filter((model) => onePerBody.includes(model)).map(({ id }) => id))(
    'at any byte never looks whole: %s',
    async (id) => {
      const { bytes, frames } = await streamOf(id)
      const sample = [...Array(10).keys()].map((tenth) => Math.floor((tenth * bytes) / 10))
      const near = frames.flatMap((end) => [end, end + 1, end + 3])
      const all = everything ? [...Array(bytes).keys()] : [...new Set([...sample, ...near])]
      const places = all.filter((at) => at < bytes)
      for (const at of places) {
        const fault = `end:${at}`
        bedrock.fault(fault, { times: 3 })
        const answer = await streamed(id)
        bedrock.clearFaults()
        if (isWhole(id, frames, fault)) expectWhole(answer)
        else expectBroken(answer, `${id} ${fault} of ${bytes}`)
      }
      for (let first = 0; first < places.length; first += atOnce) {
        const faults = places.slice(first, first + atOnce).map((at) => `cut:${at}`)
        for (const fault of faults) bedrock.fault(fault, { times: 1 })
        /** For those that are tried again. */
        bedrock.fault('cut:0', { times: atOnce })
        const answers = await Promise.all(faults.map(() => streamed(id)))
        bedrock.clearFaults()
        for (const answer of answers) expectBroken(answer, `${id} ${faults} of ${bytes}`)
      }
    },
  )

  it('by an exception in mid-stream ends with the error', async () => {
    for (const name of [
      'throttlingException',
      'modelStreamErrorException',
      'internalServerException',
    ]) {
      bedrock.fault(`exception:${name}:2`, { times: 1 })
      const answer = await streamed('nova')
      expectBroken(answer, name)
      expect(answer.lines[0]).toMatchObject({ status: 200, Errors: 1 })
    }
  })

  it('by a frame with a wrong checksum ends with the error', async () => {
    bedrock.fault('bad-crc:2', { times: 1 })
    expectBroken(await streamed('nova'), 'bad-crc')
  })

  it('before its first event is an answer with a status', async () => {
    bedrock.fault('exception:throttlingException:0', { times: 3 })
    const answer = await streamed('nova')
    expect(answer.statusCode).toBe(429)
  })
})

/** The stream as the simulator sends it, read without the SDK: its length, and where frames end. */
async function streamOf(id: string): Promise<{ bytes: number; frames: readonly number[] }> {
  await ask({ model: id, question: 'Why?', max_tokens: 12, stream: true })
  const { modelId, body } = bedrock.requests.at(-1) ?? { modelId: '', body: {} }
  const path = `/model/${encodeURIComponent(modelId)}/invoke-with-response-stream`
  const response = await fetch(`${bedrock.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer test' },
    body: JSON.stringify(body),
  })
  const buffer = Buffer.from(await response.arrayBuffer())
  const frames: number[] = []
  for (let end = 0; end < buffer.length; end += buffer.readUInt32BE(end)) frames.push(end)
  return { bytes: buffer.length, frames }
}
