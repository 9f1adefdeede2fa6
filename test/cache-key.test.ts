/** What an answer is remembered by: every field that can change it, and whose it is. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOf, type Scope } from '../lambda/cache/key.ts'
import { Unlisted } from '../lambda/cache/parts.ts'
import type { Call, ChatCall } from '../lambda/core/contracts.ts'
import type { AssistantBlock, Message, UserBlock } from '../lambda/core/conversation.ts'
import type {
  EmbedRequest,
  FittedRequest,
  NativeRequest,
  Sampling,
} from '../lambda/core/request.ts'
import type { Rules } from '../lambda/core/rules-config.ts'
import { embeddingModels, modelById } from '../lambda/models/index.ts'
import { chatCall, embedCall, targetFor } from './support/calls.ts'
import { runs } from './support/effort.ts'

/** One for each field there is, so that a new one must be thought of here. */
type Each<T> = { readonly [Name in keyof T]-?: fc.Arbitrary<T[Name]> }

const plain = { noNullPrototype: true } as const
const word = fc.string({ maxLength: 6 })
const some = fc.constantFrom('a', 'b', 'c')
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const json = fc.constantFrom({}, { type: 'object' }, { a: 1, b: 2 }, { b: 2, a: 1 }, { a: [null] })
const mark = maybe(fc.constantFrom({ ttl: '5m' } as const, { ttl: '1h' } as const))

/** Without what is not given, as requests are. */
const given = <T extends object>(
  fields: { [Name in keyof T]-?: fc.Arbitrary<T[Name] | undefined> },
) =>
  fc
    .record(fields as Record<string, fc.Arbitrary<unknown>>, plain)
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined)) as T)

const text = given<{ type: 'text'; text: string }>({
  ...{ type: fc.constant('text' as const), text: word, cache: mark },
} as never)
const document = given({
  type: fc.constant('document'),
  mediaType: some,
  name: maybe(some),
  data: some,
  cache: mark,
})
const image = given({
  ...{
    type: fc.constant('image'),
    mediaType: fc.constantFrom('image/png', 'image/gif'),
    data: some,
    cache: mark,
  },
})
const result = given({
  ...{ type: fc.constant('tool-result'), callId: some, failed: fc.boolean(), cache: mark },
  content: fc.array(fc.oneof(text, image, document), { maxLength: 2 }),
})
const assistant = fc.oneof(
  text,
  given({ type: fc.constant('thinking'), text: some, signature: maybe(some) }),
  given({ type: fc.constant('redacted-thinking'), data: some }),
  given({ type: fc.constant('tool-call'), id: some, name: some, input: json, cache: mark }),
) as fc.Arbitrary<AssistantBlock>
const user = fc.oneof(text, image, document, result) as fc.Arbitrary<UserBlock>

const message = fc.oneof(
  fc.record(
    { role: fc.constant('system' as const), content: fc.array(text, { maxLength: 2 }) },
    plain,
  ),
  fc.record(
    { role: fc.constant('user' as const), content: fc.array(user, { maxLength: 3 }) },
    plain,
  ),
  fc.record(
    { role: fc.constant('assistant' as const), content: fc.array(assistant, { maxLength: 3 }) },
    plain,
  ),
) as fc.Arbitrary<Message>

const number = fc.constantFrom(0, 0.5, 1, 2)
const sampling: Each<Sampling> = {
  temperature: maybe(number),
  topP: maybe(number),
  topK: maybe(number),
  seed: maybe(number),
  stop: maybe(fc.array(some, { maxLength: 2 })),
}

const chat: Each<FittedRequest> = {
  model: some,
  messages: fc.array(message, { maxLength: 3 }),
  tools: fc.array(given({ name: some, description: maybe(some), input: json, cache: mark }), {
    maxLength: 2,
  }),
  toolChoice: maybe(
    fc.constantFrom(
      ...([{ type: 'auto' }, { type: 'none' }, { type: 'any' }] as const),
      ...([
        { type: 'tool', name: 'a' },
        { type: 'tool', name: 'b' },
      ] as const),
    ),
  ),
  maxTokens: fc.nat(3),
  sampling: given<Sampling>(sampling),
  parallelTools: maybe(fc.boolean()),
  thinking: maybe(
    fc.constantFrom(
      ...([{ type: 'off' }, { type: 'budget', tokens: 1 }, { type: 'budget', tokens: 2 }] as const),
      ...([{ type: 'adaptive' }, { type: 'adaptive', effort: 'low' }] as const),
    ),
  ),
  output: maybe(
    fc.constantFrom(
      ...([{ type: 'json' }, { type: 'json-schema', name: 'a', schema: {} }] as const),
      ...([{ type: 'json-schema', name: 'a', description: 'b', schema: {} }] as const),
      ...([{ type: 'json-schema', name: 'a', schema: { type: 'object' } }] as const),
    ),
  ),
  serviceTier: maybe(fc.constantFrom('default', 'priority', 'flex')),
  latency: maybe(fc.constant('optimized')),
  betas: maybe(fc.array(some, { maxLength: 2 })),
  stream: fc.boolean(),
}

const embed: Each<EmbedRequest> = {
  model: some,
  inputs: fc.array(word, { maxLength: 3 }),
  dimensions: maybe(fc.nat(3)),
  use: maybe(fc.constantFrom('document', 'query', 'classification', 'clustering')),
  stream: fc.constant(false),
}

const native: Each<NativeRequest> = {
  operation: fc.constantFrom('invoke', 'converse'),
  body: some,
  headers: fc.dictionary(some, some, { maxKeys: 2, ...plain }),
}

const rules: Each<Rules> = {
  guard: maybe(fc.constantFrom({ deny: ['a'] }, { deny: ['b'] }, { allow: ['a'] })),
  decorate: maybe(fc.constantFrom({ prepend: [{ content: 'a' }] }, { append: [{ content: 'a' }] })),
  allow_untemplated: maybe(fc.boolean()),
  transform: maybe(fc.constant({ request: (request) => request })),
  guardrail: maybe(fc.constantFrom({ id: 'a', version: 1 }, { id: 'b', version: 1 })),
}

const nova = modelById.get('amazon.nova-lite-v1:0')
const haiku = modelById.get('anthropic.claude-haiku-4-5-20251001-v1:0')
const [vectors] = embeddingModels
if (nova === undefined || haiku === undefined || vectors === undefined)
  throw new Error('No models.')

const asked: FittedRequest = {
  model: 'nova',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  ...{ tools: [], sampling: {}, maxTokens: 10, stream: false },
}
const plainCall = chatCall(asked, nova)
const callOf = (request: FittedRequest): Call => ({ ...plainCall, request })

const team: Scope = { team: 'demo' }
const hashOf = (call: Call): string => keyOf(team, call).sk

/** Any change of any one field: another key; of nothing, the same. `told` does not change an answer. */
function changes<T extends object>(
  fields: Each<T>,
  keyFor: (value: T) => string,
  told: readonly (keyof T)[],
): void {
  const names = Object.keys(fields) as (keyof T & string)[]
  it.each(names)('%s', (name) => {
    const base = given<T>(fields)
    fc.assert(
      fc.property(base, fields[name], (one, value) => {
        const other = { ...one, [name]: value }
        if (value === undefined) delete other[name]
        const same =
          told.includes(name) || isDeepStrictEqual(JSON.stringify(one[name]), JSON.stringify(value))
        expect(keyFor(other) === keyFor(one)).toBe(same)
      }),
      { numRuns: runs(60, 2_000) },
    )
  })
}

describe('a key differs by any field of a conversation', () => {
  changes(chat, (request) => hashOf(callOf(request)), ['stream'])
})

describe('… of its sampling', () => {
  changes(sampling, (one) => hashOf(callOf({ ...asked, sampling: one })), [])
})

describe('… of a request for vectors', () => {
  changes(embed, (request) => hashOf({ ...embedCall(['Hi'], vectors), request }), ['stream'])
})

describe('… of Bedrock’s own', () => {
  changes(native, (said) => hashOf({ ...plainCall, native: said }), [])
})

describe('… of the rules that hold', () => {
  changes(rules, (one) => hashOf({ ...plainCall, rules: [one] }), ['transform'])
  it('and not by other settings that stand beside them', () => {
    const beside = { plan: 'free', models: '*' } as Rules
    expect(hashOf({ ...plainCall, rules: [beside] })).toBe(hashOf({ ...plainCall, rules: [{}] }))
  })
})

describe('a key differs by', () => {
  const target = targetFor(nova)
  it.each<[string, Partial<ChatCall>]>([
    ['who may answer', { targets: [targetFor(haiku)] }],
    ['where', { targets: [targetFor(nova, { place: 'us-west-2', region: 'us-west-2' })] }],
    ['by which profile', { targets: [targetFor(nova, { modelId: 'eu.nova' })] }],
    ['who may answer, too', { targets: [target, targetFor(haiku)] }],
    ['the model', { model: haiku }],
    ['the task', { task: 'count' }],
    ['a word of the caller’s own', { cache: { key: 'mine' } }],
  ])('%s', (_, more) => {
    expect(hashOf({ ...plainCall, ...more })).not.toBe(hashOf(plainCall))
  })

  it('the form, of Bedrock’s own answers alone', () => {
    const said = { operation: 'invoke', body: '{}', headers: {} } as const
    const streamed = { ...asked, stream: true }
    const key = (request: FittedRequest, one?: NativeRequest) =>
      hashOf({ ...plainCall, request, ...(one && { native: one }) })
    expect(key(streamed)).toBe(key(asked))
    expect(key(streamed, said)).not.toBe(key(asked, said))
    expect(key(asked, said)).not.toBe(key(asked))
  })

  it('nothing that only surrounds it', () => {
    const more: Partial<ChatCall> = {
      ...{ id: 'request-2', timeoutMs: 5, cache: { ttlSeconds: 60 }, remaining: () => 1 },
      ...{ caller: { team: 'demo', keyId: 'another' }, cloudflare: { 'cf-aig-metadata': '{}' } },
    }
    expect(hashOf({ ...plainCall, ...more })).toBe(hashOf(plainCall))
  })

  it('the order in which somebody first wrote the fields down does not count', () => {
    const turned = Object.fromEntries(Object.entries(asked).toReversed()) as FittedRequest
    expect(hashOf(callOf(turned))).toBe(hashOf(callOf(asked)))
  })
})

describe('what nobody has weighed has no key', () => {
  const strange = (value: object): never => ({ ...value, wibble: 1 }) as never
  const [first] = asked.messages
  it.each<[string, Call]>([
    ['of a request', callOf(strange(asked))],
    ['of its sampling', callOf({ ...asked, sampling: strange({}) })],
    ['of a message', callOf({ ...asked, messages: [strange(first ?? {})] })],
    ['of a call', strange(plainCall)],
    [
      'a block',
      callOf({ ...asked, messages: [{ role: 'user', content: [{ type: 'video' } as never] }] }),
    ],
    ['a role', callOf({ ...asked, messages: [{ role: 'tool', content: [] } as never] })],
  ])('%s', (_, call) => {
    expect(() => hashOf(call)).toThrow(Unlisted)
  })
})

describe('no two teams have a key in common', () => {
  it('whatever they ask', () => {
    const name = fc.stringMatching(/^[a-z0-9]{1,12}$/)
    const request = given<FittedRequest>(chat)
    fc.assert(
      fc.property(name, name, request, maybe(word), (one, other, said, key) => {
        const call = { ...callOf(said), ...(key !== undefined && { cache: { key } }) }
        const mine = keyOf({ team: one }, call)
        const theirs = keyOf({ team: other }, call)
        expect(mine.pk === theirs.pk).toBe(one === other)
        expect(mine.sk).toBe(theirs.sk)
        expect(keyOf('shared', call).pk).not.toBe(mine.pk)
      }),
      { numRuns: runs(100, 5_000) },
    )
  })

  it('nor all of them with a team of that name', () => {
    expect(keyOf({ team: 'shared' }, plainCall).pk).not.toBe(keyOf('shared', plainCall).pk)
  })
})
