/** Kong's decorator semantics on every dialect's form: where the operator's messages stand, and what stays as it was. */
import { describe, expect, it } from 'vitest'
import { bodies } from '../lambda/bodies/index.ts'
import type { Call, ChatCall } from '../lambda/core/contracts.ts'
import type { JsonObject, Message } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Model } from '../lambda/core/model.ts'
import type { DecorateConfig, Rules } from '../lambda/core/rules-config.ts'
import { models } from '../lambda/models/index.ts'
import { decorated } from '../lambda/policies/decorate.ts'
import { nativeBodies } from './said-bodies.ts'
import { built, modelOf, requestOf, scenarios } from './support/bodies.ts'
import { chatCall, embedCall, nativeCall, operated } from './support/calls.ts'

const byId = (id: string): Model => {
  const model = models.find((each) => each.id === id)
  if (model === undefined) throw new Error(`There is no ${id}.`)
  return model
}
const nova = byId('amazon.nova-lite-v1:0')
const claude = byId('anthropic.claude-haiku-4-5-20251001-v1:0')
const titan = byId('amazon.titan-text-express-v1')

const said = (role: Message['role'], text: string): Message => ({
  role,
  content: [{ type: 'text', text }],
})
const call = (messages: readonly Message[], rules: readonly Rules[], model = nova, more = {}) =>
  chatCall({ model: 'm', messages, tools: [], sampling: {}, stream: false }, model, {
    rules,
    ...more,
  })

const words = (one: Call): readonly string[] =>
  one.task === 'embed'
    ? []
    : one.request.messages.map(({ role, content }) =>
        [role, ...content.map((block) => (block.type === 'text' ? block.text : block.type))].join(
          ' ',
        ),
      )

const prepend = (...prepend: NonNullable<DecorateConfig['prepend']>): Rules => ({
  decorate: { prepend },
})
const append = (...append: NonNullable<DecorateConfig['append']>): Rules => ({
  decorate: { append },
})
const both = (name: string): Rules => ({
  decorate: {
    prepend: [{ content: `before, ${name}` }],
    append: [{ role: 'user', content: `after, ${name}` }],
  },
})

const own = [said('system', 'Own.'), said('user', 'Hello')]

describe('prepend + original + append, in exact order', () => {
  it.each<[string, readonly Rules[], readonly string[]]>([
    ['nothing', [{}, {}], ['system Own.', 'user Hello']],
    ['a system by default', [prepend({ content: 'P' })], ['system P', 'system Own.', 'user Hello']],
    [
      'any role, in their order',
      [
        prepend(
          { role: 'user', content: 'P1' },
          { role: 'assistant', content: 'P2' },
          { role: 'system', content: 'P3' },
        ),
      ],
      ['user P1', 'assistant P2', 'system P3', 'system Own.', 'user Hello'],
    ],
    [
      'after, too',
      [append({ content: 'A1' }, { role: 'user', content: 'A2' })],
      ['system Own.', 'user Hello', 'system A1', 'user A2'],
    ],
    [
      'everybody’s outermost, the alias’s innermost',
      [both('all'), both('team'), both('alias')],
      [
        'system before, all',
        'system before, team',
        'system before, alias',
        'system Own.',
        'user Hello',
        'user after, alias',
        'user after, team',
        'user after, all',
      ],
    ],
  ])('%s', (_, rules, expected) => {
    const asked = call(own, rules)
    const found = decorated(asked)
    expect(words(found)).toEqual(expected)
    expect(found === asked).toBe(rules.every(({ decorate }) => decorate === undefined))
    expect(words(asked)).toEqual(['system Own.', 'user Hello'])
  })

  it('a conversation that is only counted is decorated, and vectors are not', () => {
    const counted = decorated(call(own, [both('all')], nova, { task: 'count' }))
    expect(words(counted)).toHaveLength(4)
    const vectors = embedCall(['Hello'], { ...nova, task: 'embed' } as never, {
      rules: [both('all')],
    })
    expect(decorated(vectors)).toBe(vectors)
  })

  it('a model without a system is told by the user, and told all', () => {
    const found = decorated(call([said('user', 'Hello')], [both('all')], titan)) as ChatCall
    expect(words(found)).toEqual(['user before, all', 'user Hello', 'user after, all'])
    const built = JSON.stringify(found.body.build(found.request, titan, () => {}))
    expect(built).toMatch(/before, all.*Hello.*after, all/)
  })

  it('what a model cannot be given for the sake of a decoration is refused, and says why', () => {
    const rules = [append({ role: 'assistant', content: 'Well' })]
    const able = models.find(({ accepts }) => accepts.prefill) ?? claude
    const unable = models.find(({ accepts }) => !accepts.prefill && accepts.system) ?? claude
    expect(words(decorated(call(own, rules, able))).at(-1)).toBe('assistant Well')
    expect(() => decorated(call(own, rules, unable))).toThrow(
      /^This key’s prompts are decorated, and decorated so: messages: .* does not go on with an answer that was begun/,
    )
  })

  it('a caller is not told of a system message that is not the caller’s own', () => {
    const told: string[] = []
    const notice = (text: string) => void told.push(text)
    const heard = (messages: readonly Message[]) => {
      told.length = 0
      const found = decorated(
        call(messages, [append({ content: 'A' })], claude, { notice }),
      ) as ChatCall
      found.body.build(found.request, claude, found.notice)
      return told
    }
    expect(heard(own)).toEqual([])
    expect(heard([...own, said('system', 'Later.')])).toHaveLength(1)
  })
})

/** Families with a place for messages, in their own words. */
const roomy = [...bodies].filter(({ surround }) => surround !== undefined)
const rules = [
  {
    decorate: {
      prepend: [
        { content: 'Before.' },
        { role: 'user', content: 'One?' },
        { role: 'assistant', content: 'One.' },
      ],
      append: [{ content: 'After.' }, { role: 'user', content: 'Two?' }],
    },
  },
] satisfies readonly Rules[]

function native(id: string, body: JsonObject): ChatCall {
  const model = models.find(({ body }) => body.id === id) ?? nova
  return nativeCall(body, model, id === 'converse' ? 'converse' : 'invoke', { rules })
}

const examples = roomy.flatMap(({ id }) =>
  (nativeBodies[id] ?? []).map((body, index) => [`${id} ${index}`, id, body] as const),
)
/** Undefined where the model cannot be asked so. */
function askedAs(scenario: string, model: Model): ChatCall | undefined {
  try {
    const { body } = built(requestOf(scenario), model)
    return nativeCall(body, model, model.body.via ?? 'invoke', { rules })
  } catch (thrown) {
    if (thrown instanceof TollgateError) return undefined
    throw thrown
  }
}

const sentBy = ({ native }: ChatCall) => JSON.parse(native?.body ?? '{}') as JsonObject

/** Texts of a view in their order, whoever's words they are. */
const textsOf = ({ request }: ChatCall): readonly string[] =>
  request.messages.flatMap(({ content }) =>
    content.flatMap((block) => (block.type === 'text' ? [block.text] : [])),
  )

describe('a caller’s own body keeps all it says', () => {
  it('each family of messages has a place, and an example here', () => {
    expect(roomy.map(({ id }) => id).sort()).toEqual([
      'claude-messages',
      'converse',
      'gpt-oss',
      'jamba',
      'mistral-chat',
      'nova',
      'nova2',
      'openai-chat',
    ])
    expect(new Set(examples.map(([, id]) => id)).size).toBeGreaterThanOrEqual(6)
  })

  it.each(examples)('%s', (_, id, body) => {
    const asked = native(id, body)
    const found = decorated(asked) as ChatCall
    const { messages: _mine, system: _said, ...theirs } = body
    const { messages, system, ...rest } = sentBy(found)
    expect(rest).toEqual(theirs)

    /** Each block and message of the caller's is there still, as it was. */
    const whole = JSON.stringify([system ?? [], messages])
    const list = (value: unknown) => (Array.isArray(value) ? value : [])
    for (const message of list(body.messages)) {
      for (const part of list(message.content)) expect(whole).toContain(JSON.stringify(part))
      if (typeof message.content === 'string')
        expect(whole).toContain(JSON.stringify(message.content).slice(1, -1))
    }
    for (const part of list(body.system)) expect(whole).toContain(JSON.stringify(part))

    /** The view says the same, and the operator's words where they belong. */
    const texts = textsOf(found).join('\n')
    expect(texts.startsWith('Before.')).toBe(true)
    expect(texts.endsWith('<system>\nAfter.\n</system>\nTwo?')).toBe(true)
    for (const text of textsOf(asked)) expect(texts).toContain(text)
    expect(texts.indexOf('One?')).toBeLessThan(texts.indexOf('One.'))
  })

  it.each<[string, string, JsonObject, JsonObject]>([
    [
      'Claude’s, with texts alone',
      'claude-messages',
      { system: 'Own.', messages: [{ role: 'user', content: 'Hello' }] },
      {
        system: [
          { type: 'text', text: 'Before.' },
          { type: 'text', text: 'Own.' },
        ],
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'One?' }] },
          { role: 'assistant', content: [{ type: 'text', text: 'One.' }] },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Hello' },
              { type: 'text', text: '<system>\nAfter.\n</system>' },
              { type: 'text', text: 'Two?' },
            ],
          },
        ],
      },
    ],
    [
      'Converse’s, where a begun answer is gone on with',
      'converse',
      {
        messages: [
          { role: 'user', content: [{ text: 'Hello' }] },
          { role: 'assistant', content: [{ text: 'Well' }] },
        ],
      },
      {
        system: [{ text: 'Before.' }],
        messages: [
          { role: 'user', content: [{ text: 'One?' }] },
          { role: 'assistant', content: [{ text: 'One.' }] },
          { role: 'user', content: [{ text: 'Hello' }] },
          { role: 'assistant', content: [{ text: 'Well' }] },
          { role: 'user', content: [{ text: '<system>\nAfter.\n</system>' }, { text: 'Two?' }] },
        ],
      },
    ],
    [
      'OpenAI’s, whose system is a message',
      'openai-chat',
      {
        messages: [
          { role: 'system', content: 'Own.' },
          { role: 'user', content: 'Hello' },
        ],
      },
      {
        messages: [
          { role: 'system', content: 'Before.\nOwn.' },
          { role: 'user', content: 'One?' },
          { role: 'assistant', content: 'One.' },
          { role: 'user', content: 'Hello\n<system>\nAfter.\n</system>\nTwo?' },
        ],
      },
    ],
  ])('%s', (_, id, body, expected) => {
    const bound =
      id === 'claude-messages' ? { anthropic_version: 'bedrock-2023-05-31', max_tokens: 9 } : {}
    expect(sentBy(decorated(native(id, { ...body, ...bound })) as ChatCall)).toEqual({
      ...expected,
      ...bound,
    })
  })

  it.each(roomy.map((body) => [body.id, modelOf(body)] as const))(
    '%s: what Bedrock takes, it takes decorated',
    (_, model) => {
      let taken = 0
      for (const scenario of scenarios) {
        const asked = askedAs(scenario, model)
        if (asked === undefined || operated(asked) === undefined) continue
        taken += 1
        expect(operated(decorated(asked) as ChatCall), scenario).toBeDefined()
      }
      expect(taken).toBeGreaterThan(2)
    },
  )

  it('two turns in a row of the caller’s own are left to Bedrock to judge', () => {
    const turn = { role: 'user', content: [{ text: 'Hello' }] }
    const found = decorated(
      nativeCall({ messages: [turn, turn] }, nova, 'converse', {
        rules: [prepend({ content: 'P' })],
      }),
    )
    expect(sentBy(found as ChatCall)).toEqual({ system: [{ text: 'P' }], messages: [turn, turn] })
  })

  it('numbers keep every digit', () => {
    const model = models.find(({ body }) => body.id === 'openai-chat') ?? nova
    const asked = nativeCall(
      { messages: [{ role: 'user', content: 'Hello' }], temperature: 0.5 },
      model,
      'invoke',
      { rules },
    )
    const body = asked.native?.body.replace('0.5', '0.50000000000000000001') ?? ''
    const found = decorated({
      ...asked,
      native: { operation: 'invoke', headers: {}, body },
    }) as ChatCall
    expect(found.native?.body).toContain('"temperature":0.50000000000000000001')
  })

  it.each(bodies.filter(({ surround }) => surround === undefined).map(({ id }) => id))(
    '%s has a prompt alone, and is refused',
    (id) => {
      const [body] = nativeBodies[id] ?? []
      if (body === undefined) throw new Error(`There is no example of ${id}.`)
      expect(() => decorated(native(id, body))).toThrow(
        /^This key’s prompts are decorated, and .*’s own body has no messages to put them around; use POST \/v1\/chat\/completions/,
      )
    },
  )
})
