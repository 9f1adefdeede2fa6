/** Arbitrary replies and conversations, for the laws that must hold for all of them. */
import fc from 'fast-check'
import type { AssistantBlock, JsonObject, Message } from '../../lambda/core/conversation.ts'
import type { Reply } from '../../lambda/core/reply.ts'
import type { ChatRequest } from '../../lambda/core/request.ts'

const surrogates = { first: 0xd800, count: 0x800 } as const

const plain = { noNullPrototype: true } as const

/** As fast-check's unit `binary`, of which it makes a map of a million entries each time it is asked for. */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat(0x10_ffff - surrogates.count)
  .map((place) => (place < surrogates.first ? place : place + surrogates.count))
  .map((code) => String.fromCodePoint(code))

const record = <T>(fields: { [Field in keyof T]: fc.Arbitrary<T[Field]> }) =>
  fc.record<T>(fields, plain)

const count = fc.nat(1_000_000)

const assistantBlock: fc.Arbitrary<AssistantBlock> = fc.oneof(
  record({ type: fc.constant('text' as const), text: fc.string() }),
  fc.record(
    { type: fc.constant('thinking' as const), text: fc.string(), signature: fc.string() },
    { requiredKeys: ['type', 'text'], ...plain },
  ),
  record({ type: fc.constant('redacted-thinking' as const), data: fc.base64String() }),
  record({
    type: fc.constant('tool-call' as const),
    id: fc.uuid(),
    name: fc.string(),
    /** As JSON has it: `-0` and keys of the prototype do not survive being written down. */
    input: fc.object().map((input) => JSON.parse(JSON.stringify(input)) as JsonObject),
  }),
)

export const reply: fc.Arbitrary<Reply> = record({
  content: fc.array(assistantBlock, { maxLength: 5 }),
  stop: fc.oneof(
    fc.constantFrom('end', 'length', 'tool-calls', 'filtered', 'refused').map((reason) => ({
      reason: reason as 'end',
    })),
    record({ reason: fc.constant('sequence' as const), sequence: fc.string() }),
    record({ reason: fc.constant('other' as const), detail: fc.string() }),
  ),
  usage: record({
    input: count,
    cacheRead: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    output: count,
  }),
})

/** Pieces of which every family's markers can be made, also by chance across pieces. */
const pieces = [
  ...['<|', '|>', '<', '|', '>', '/', '[', ']', '\n', '\n\n', ' ', ':', 'a', '😀', 'Be brief.'],
  ...['eot_id', 'eot', 'begin_of_text', 'start_header_id', 'end_header_id', 'header_start'],
  ...['header_end', 'image', 'user', 'assistant', 'system', 'INST', 's', 'SYS', '<<', '>>'],
  ...['Human', 'Assistant', 'User', 'Bot', '<|eot_id|>', '[INST]', '[/INST]', '<<SYS>>', '<s>'],
  ...['\nSystem:', 'System', '[TOOL_CALLS]', 'TOOL_CALLS', '[IMG]', '<pad>'],
  ...['<</SYS>>', '</s>', '\n\nHuman:', '\n\nAssistant:', '\nUser:', '\nBot:', '<|image|>'],
]

export const hostileText = fc
  .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.join(''))

const words = (role: Message['role']) => (text: string) =>
  ({ role, content: [{ type: 'text', text }] }) as Message

const said = (role: Message['role']) => hostileText.map(words(role))

/** A system message or none, then user and assistant in turn, the user last. */
export const hostileRequest = (system: boolean): fc.Arbitrary<ChatRequest> =>
  fc
    .tuple(
      system ? fc.array(said('system'), { maxLength: 1 }) : fc.constant([]),
      fc.array(fc.tuple(said('user'), said('assistant')), { maxLength: 3 }),
      said('user'),
    )
    .map(([first, turns, last]) => ({
      model: 'chat',
      messages: [...first, ...turns.flat(), last],
      tools: [],
      maxTokens: 64,
      sampling: {},
      stream: false,
    }))
