/** The law of Anthropic's dialect: Anthropic in, Claude's body out is the same request. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../lambda/core/conversation.ts'
import type { Model } from '../lambda/core/model.ts'
import { anthropicMessages } from '../lambda/dialects/anthropic-messages.ts'
import { answerFacts, posted } from './support/anthropic.ts'
import { anyCharacter } from './support/arbitrary.ts'
import { built } from './support/bodies.ts'

const haiku = answerFacts.model as Model

/** One that takes all of Anthropic's words that Bedrock may take of any model. */
const able = (thinking: Model['accepts']['thinking']): Model => ({
  ...haiku,
  accepts: {
    ...haiku.accepts,
    thinking,
    oneSampler: false,
    jsonSchema: 'native',
    betas: ['interleaved-thinking-2025-05-14', 'context-1m-2025-08-07'],
  },
})

type Sent = { readonly body: JsonObject; readonly betas: readonly string[] }

function expectSame({ body, betas }: Sent, model: Model) {
  const notices: string[] = []
  const headers = { 'anthropic-beta': betas.join(',') }
  const request = anthropicMessages.parse(posted(body, headers), (told) => void notices.push(told))
  const { body: sent, notices: more } = built(request, model)
  const { model: name, stream, ...said } = body
  expect([...notices, ...more]).toEqual([])
  expect(sent).toStrictEqual({
    anthropic_version: 'bedrock-2023-05-31',
    ...(betas.length > 0 && { anthropic_beta: betas }),
    ...said,
  })
}

const plain = { noNullPrototype: true } as const
const words = fc.string({ minLength: 1, unit: 'grapheme' }).map((text) => `${text.trim()}.`)
const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
const base64 = fc.base64String({ minLength: 4, maxLength: 40 }).filter((data) => data !== '')
const json = fc
  .dictionary(fc.string(), fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 2 }))
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
const schema = json.map((properties) => ({ type: 'object', properties }))

type Fields = Readonly<Record<string, unknown>>

/** Fields of which some may be absent. */
const some = (must: Fields, may: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) =>
  fc.record(may, { requiredKeys: [], ...plain }).map((rest) => ({ ...must, ...rest }))

const text = words.map((said) => ({ type: 'text', text: said }))
const image = fc
  .tuple(fc.constantFrom('image/png', 'image/jpeg', 'image/gif', 'image/webp'), base64)
  .map(([media_type, data]) => ({ type: 'image', source: { type: 'base64', media_type, data } }))
const document = fc
  .oneof(
    base64.map((data) => ({ type: 'base64', media_type: 'application/pdf', data })),
    words.map((data) => ({ type: 'text', media_type: 'text/plain', data })),
  )
  .chain((source) => some({ type: 'document', source }, { title: words }))
const result = fc
  .tuple(name, fc.array(fc.oneof(text, image, document), { minLength: 1, maxLength: 2 }))
  .chain(([tool_use_id, content]) =>
    some({ type: 'tool_result', tool_use_id, content }, { is_error: fc.constant(true) }),
  )
const call = fc
  .tuple(name, name, json)
  .map(([id, tool, input]) => ({ type: 'tool_use', id, name: tool, input }))
const thought = fc.oneof(
  fc
    .tuple(fc.string(), base64)
    .map(([thinking, signature]) => ({ type: 'thinking', thinking, signature })),
  base64.map((data) => ({ type: 'redacted_thinking', data })),
)

/** Results of tools come first, as Claude wants them; the caller's own order else. */
const user = fc
  .tuple(
    fc.array(result, { maxLength: 2 }),
    fc.array(fc.oneof(text, image, document), { minLength: 1, maxLength: 3 }),
  )
  .map(([results, others]) => ({ role: 'user', content: [...results, ...others] }))
const assistant = fc
  .tuple(
    fc.array(thought, { maxLength: 2 }),
    fc.array(fc.oneof(text, call), { minLength: 1, maxLength: 3 }),
  )
  .map(([thoughts, others]) => ({ role: 'assistant', content: [...thoughts, ...others] }))
const turns = fc
  .tuple(fc.array(fc.tuple(user, assistant), { maxLength: 2 }), user)
  .map(([before, last]) => [...before.flat(), last])

const tools = fc
  .uniqueArray(name, { minLength: 1, maxLength: 3 })
  .chain((names) =>
    fc.tuple(
      ...names.map((each) =>
        schema.chain((input_schema) => some({ name: each, input_schema }, { description: words })),
      ),
    ),
  )

const alone = { disable_parallel_tool_use: fc.boolean() }
const choiceOf = (first: unknown) =>
  fc.oneof(
    some({ type: 'auto' }, alone),
    some({ type: 'any' }, alone),
    some({ type: 'tool', name: first }, alone),
    fc.constant({ type: 'none' }),
  )

const unit = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs)
/** Closed to other properties: the only schemas Anthropic holds an answer to. */
const format = fc
  .dictionary(name, fc.constantFrom({ type: 'string' }, { type: 'number' }))
  .map((properties) => ({ type: 'object', properties: { ...properties } }))
  .map((open) => ({
    format: { type: 'json_schema', schema: { ...open, additionalProperties: false } },
  }))
const betas = fc.subarray(['interleaved-thinking-2025-05-14', 'context-1m-2025-08-07'])

const whole = (more: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc
    .tuple(fc.integer({ min: 1025, max: 60_000 }), turns, fc.option(tools))
    .chain(([max_tokens, messages, offered]) =>
      some(
        { model: 'claude', max_tokens, messages, ...(offered !== null && { tools: offered }) },
        {
          ...more,
          system: fc.array(text, { minLength: 1, maxLength: 2 }),
          stream: fc.boolean(),
          stop_sequences: fc.array(words, { minLength: 1, maxLength: 3 }),
        },
      ),
    )
    .map((body) => body as unknown as JsonObject)

const sent = (body: fc.Arbitrary<JsonObject>): fc.Arbitrary<Sent> =>
  fc.tuple(body, betas).map(([said, named]) => ({ body: said, betas: named }))

/** Marks the first blocks that take a cache point, hours before minutes. */
function cachedAt(body: JsonObject, ttls: readonly string[]): JsonObject {
  const left = [...ttls]
  const marked = (item: JsonObject): JsonObject => {
    const ttl = String(item.type).includes('thinking') ? undefined : left.shift()
    return ttl === undefined ? item : { ...item, cache_control: { type: 'ephemeral', ttl } }
  }
  const list = (items: unknown) => (items as readonly JsonObject[]).map(marked)
  return {
    ...body,
    ...(body.tools !== undefined && { tools: list(body.tools) }),
    ...(body.system !== undefined && { system: list(body.system) }),
    messages: (body.messages as readonly JsonObject[]).map((message) => ({
      ...message,
      content: list(message.content),
    })),
  } as JsonObject
}

const ttls = fc.constantFrom([], ['5m'], ['1h'], ['1h', '1h', '5m', '5m'], ['1h', '5m'])

const runs = { numRuns: 150 }

describe('Anthropic in, Claude out is the same request, field for field', () => {
  const sampling = { temperature: unit, top_p: unit, top_k: fc.nat(500), output_config: format }

  it('in all that is said, sampled and marked to be kept', () => {
    const body = fc.tuple(whole(sampling), ttls).map(([said, marks]) => cachedAt(said, marks))
    fc.assert(
      fc.property(sent(body), (each) => expectSame(each, able('budget'))),
      runs,
    )
  })

  it('in the tools it may, must or must not call', () => {
    const body = tools
      .chain((offered) =>
        fc.tuple(fc.constant(offered), choiceOf((offered[0] as Fields | undefined)?.name), turns),
      )
      .map(([offered, tool_choice, messages]) => {
        const body = { model: 'claude', max_tokens: 64, messages, tools: offered, tool_choice }
        return body as unknown as JsonObject
      })
    fc.assert(
      fc.property(sent(body), (each) => expectSame(each, able('budget'))),
      runs,
    )
  })

  it('in a budget to think', () => {
    const thinking = fc.constantFrom({ type: 'enabled', budget_tokens: 1024 }, { type: 'disabled' })
    fc.assert(
      fc.property(sent(whole({ thinking })), (each) => expectSame(each, able('budget'))),
      runs,
    )
  })

  it('in how hard it shall think', () => {
    const efforts = fc.constantFrom('low', 'medium', 'high', 'xhigh', 'max')
    const config = some({}, { effort: efforts }).chain((effort) =>
      fc.option(format, { nil: {} }).map((form) => ({ ...effort, ...form })),
    )
    const body = fc.tuple(whole({}), config).map(([said, output_config]) => ({
      ...said,
      thinking: { type: 'adaptive' },
      ...(Object.keys(output_config).length > 0 && { output_config }),
    }))
    fc.assert(
      fc.property(sent(body as fc.Arbitrary<JsonObject>), (each) =>
        expectSame(each, able('adaptive')),
      ),
      runs,
    )
  })

  it('where a string stands for one block, and what is the default is not said', () => {
    const short: JsonObject = {
      model: 'claude',
      max_tokens: 9,
      system: 'Be brief.',
      messages: [{ role: 'user', content: 'Hello' }],
    }
    const request = anthropicMessages.parse(posted(short), () => {})
    expect(built(request, haiku)).toMatchObject({
      body: {
        system: [{ type: 'text', text: 'Be brief.' }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      },
      notices: [],
    })
  })

  it('but for betas Bedrock does not take, which are left out by name', () => {
    const body = { model: 'claude', max_tokens: 9, messages: [{ role: 'user', content: 'Hello' }] }
    const headers = { 'anthropic-beta': 'new-2027-01-01' }
    const { body: out, notices } = built(
      anthropicMessages.parse(posted(body, headers), () => {}),
      haiku,
    )
    expect(out).not.toHaveProperty('anthropic_beta')
    expect(notices).toEqual([expect.stringContaining('new-2027-01-01')])
  })
})
