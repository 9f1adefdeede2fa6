/** A guardrail changes no other byte of what is sent; whatever form a stopped answer has, it ends as filtered. */
import { describe, expect, it } from 'vitest'
import type { Body, TargetedChat } from '../lambda/core/contracts.ts'
import { collect, type ReplyEvent } from '../lambda/core/reply.ts'
import type { Rules } from '../lambda/core/rules-config.ts'
import { everyModel } from '../lambda/models/index.ts'
import { type Guarded, guarded } from '../lambda/providers/bedrock-guardrail.ts'
import { judgedReader, readAnswer } from '../lambda/providers/bedrock-intervention.ts'
import { familyOf } from '../local/simulator/families.ts'

const bodies = new Map<string, Body>()
for (const model of everyModel) {
  if (model.task !== 'embed') bodies.set(model.body.id, model.body)
}
const all = [...bodies.values()].map((body) => ({ id: body.id, body }))

const rules: readonly Rules[] = [{ guardrail: { id: 'abc', version: 1 } }]

/** Of a call, what reading an answer takes. */
function callOf(body: Body, under: readonly Rules[] = rules) {
  const measured: Record<string, number>[] = []
  const record = { measure: (values: Record<string, number>) => void measured.push(values) }
  const call = { task: 'chat', body, rules: under, record } as unknown as TargetedChat
  return { call, measured }
}

const stopped = { 'amazon-bedrock-guardrailAction': 'INTERVENED' } as const
/** As little as has been seen: the field and the words, in Claude's form whoever was asked. */
const bare = { ...stopped, role: 'assistant', content: [{ type: 'text', text: 'No.' }] }

async function* each(events: readonly ReplyEvent[]) {
  yield* events
}
const streamed = (call: TargetedChat, chunks: readonly unknown[]) => {
  const reader = judgedReader(call)
  return collect(each([...chunks.flatMap(reader.read), ...reader.end()]))
}

describe('what is sent', () => {
  const target = { type: 'bedrock', region: 'us-east-1', place: 'us-east-1' }
  const call = (body: string, more: object = {}) =>
    ({
      ...{ task: 'chat', rules, target, model: { name: 'Nova' } },
      native: { operation: 'converse', body, headers: {} },
      ...more,
    }) as unknown as Guarded
  const put = (body: string, more: object = {}) =>
    guarded('converse', { headers: {}, body: Buffer.from(body) }, call(body, more)).body.toString()
  const ours = '{"guardrailIdentifier":"abc","guardrailVersion":"1","trace":"disabled"}'

  it.each(['{"a":1.0,\n "b" : "\\u0061" }', '{ "messages":[{"guardrailConfig":{}}]}'])(
    'is %s, and the guardrail at its front',
    (body) => {
      expect(put(body)).toBe(`{"guardrailConfig":${ours},${body.slice(1)}`)
    },
  )

  it('has the operator’s in the place of another, should one come so far', () => {
    expect(put('{"a":1, "guardrailConfig" : {"trace":"enabled"} }')).toBe(
      `{"a":1, "guardrailConfig" : ${ours} }`,
    )
  })

  it('is nothing at all to a target that it cannot be sent to', () => {
    const elsewhere = { target: { ...target, role: 'arn:aws:iam::222222222222:role/models' } }
    expect(() => put('{}', elsewhere)).toThrow('under this gateway’s guardrail')
    expect(put('{}', { ...elsewhere, task: 'count' })).toBe('{}')
  })
})

describe.each(all)('an answer of $id that was stopped', ({ body }) => {
  it('may lack all that the model’s own has', async () => {
    const { call, measured } = callOf(body)
    const whole = readAnswer(call, bare, {}, 300)
    expect(whole).toMatchObject({ stop: { reason: 'filtered' }, content: [{ text: 'No.' }] })
    const told = await streamed(call, [bare])
    expect(told).toMatchObject({ stop: { reason: 'filtered' }, content: [{ text: 'No.' }] })
    expect(measured).toEqual([{ GuardrailInterventions: 1 }, { GuardrailInterventions: 1 }])
  })

  it('may say nothing else', async () => {
    const { call } = callOf(body)
    expect(readAnswer(call, stopped, {}, 300)).toMatchObject({ stop: { reason: 'filtered' } })
    expect(await streamed(call, [stopped])).toMatchObject({
      content: [],
      stop: { reason: 'filtered' },
    })
  })

  it('is no answer where no guardrail stopped it', () => {
    const { call, measured } = callOf(body)
    const none = { ...stopped, 'amazon-bedrock-guardrailAction': 'NONE' }
    expect(() => readAnswer(call, none, {}, 300)).toThrow()
    expect(measured).toEqual([])
  })
})

const usage = { input: 5, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 2 }
const simulated = [...everyModel].flatMap((model) => {
  const family =
    model.task === 'embed' || !model.accepts.streaming ? undefined : familyOf(model.body.id)
  return family === undefined || model.task === 'embed' ? [] : [{ model, family }]
})
const byBody = new Map(simulated.map((each) => [each.model.body.id, each]))

describe.each([...byBody])('a stream of %s', (_, { model, family }) => {
  const said = { id: 'a'.repeat(24), text: 'Well, no.', calls: [], ending: 'end' } as const
  const told = { ...said, model, stopWord: family.endings.end ?? '', usage, prefixes: [] }
  const chunks = family.stream(told).map(({ json }) => json)

  it.each(chunks.map((_, at) => at))('may say it in chunk %i, and after its end', async (at) => {
    const with_ = chunks.map((chunk, index) => (index === at ? { ...chunk, ...stopped } : chunk))
    for (const all of [with_, [...chunks, { ...chunks.at(-1), ...stopped }]]) {
      const { call } = callOf(model.body)
      const reply = await streamed(call, all)
      expect(reply.stop).toEqual({ reason: 'filtered' })
      expect(reply.content).toMatchObject([{ type: 'text', text: 'Well, no.' }])
    }
  })

  it('ends as it does where it does not', async () => {
    const reply = await streamed(callOf(model.body).call, chunks)
    expect(reply.stop).toEqual({ reason: 'end' })
    expect(reply).toEqual(await streamed(callOf(model.body, []).call, chunks))
  })
})

describe('what is paid', () => {
  const claude = bodies.get('claude-messages') as Body
  const answer = { ...bare, stop_reason: 'end_turn' }

  it('is nothing for a prompt that no model was asked', () => {
    const counted = { ...answer, usage: { input_tokens: 0, output_tokens: 0 } }
    const { usage } = readAnswer(callOf(claude).call, counted, {}, 300)
    expect(usage).toMatchObject({ input: 0, output: 0 })
  })

  it('is guessed where nothing is told', () => {
    const { usage } = readAnswer(callOf(claude).call, answer, {}, 300)
    expect(usage).toMatchObject({ input: 100, guessed: 'all' })
  })
})

describe('a connection that breaks', () => {
  it('after the end was told, leaves it the end', () => {
    const { model, family } =
      [...byBody.values()].find(({ model }) => model.body.id === 'llama3') ?? {}
    if (model === undefined || family === undefined) throw new Error('There is no Llama.')
    const said = { id: 'a'.repeat(24), text: 'No.', calls: [], ending: 'end' } as const
    const told = { ...said, model, stopWord: 'stop', usage, prefixes: [] }
    const reader = judgedReader(callOf(model.body).call)
    const events = family.stream(told).flatMap(({ json }) => reader.read(json))
    expect(events.at(-1)?.type).toBe('block-end')
    expect(reader.rest()).toMatchObject([{ type: 'reply-end', stop: { reason: 'end' } }])
    expect(reader.rest()).toEqual([])
  })
})
