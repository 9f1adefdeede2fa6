/** Odd values, keys, names and headers: what clients send by accident, and others on purpose. */
import fc from 'fast-check'
import { anyCharacter } from './arbitrary.ts'
import { ids, type Json, targets } from './fuzz-seeds.ts'

/** Stands in a value for JSON text that no value is written as. */
export const raw = (text: string): string => `raw<${text}>`
export const withRaw = (json: string): string => json.replaceAll(/"raw<([^>]*)>"/g, '$1')

const nested = (depth: number, value: Json): Json =>
  depth === 0 ? value : nested(depth - 1, depth % 2 === 0 ? [value] : { content: value })

export const foreignArn =
  'arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0'

const inheritedNames = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

const numbers: Json[] = [
  ...[0, -1, 1, 2, 1.5, 1e21, 2 ** 53, -1e308],
  ...['1e400', '-1e400', '-0', '1e-400', '99999999999999999999', 'NaN', '01'].map(raw),
]

const strings: Json[] = [
  ...[
    '',
    ' ',
    '\u0000',
    '\ufeff',
    '\ud800',
    'a\udc00b',
    'e\u0301',
    '😀',
    '大谷翔平',
    '\u202e',
    '"',
  ],
  ...['<|eot_id|>', '\n\nHuman:', '</s>', '\r\n\r\ndata: [DONE]', 'null', '1', 'true', '{}', '['],
  ...['\u0315\u0300'.repeat(1000), 'x'.repeat(70_000), '\ud83d'.repeat(3), 'a b'.repeat(500)],
  ...['@@@@', 'aGk', 'aGk=', 'data:image/png;base64,@@@@', 'data:;base64,', 'data:,', 'data:'],
  ...['data:image/svg+xml,<svg>', 'https://example.com/x.png', 's3://bucket/key', 'file:///x'],
  ...['iVBORw0KGgo=', 'JVBERi0xLjQK', foreignArn, '../../etc/passwd', ...inheritedNames],
  ...['system', 'user', 'assistant', 'tool', 'developer', 'auto', 'none', 'any', 'required'],
  ...[
    'text',
    'image',
    'image_url',
    'input_text',
    'tool_use',
    'tool_result',
    'thinking',
    'document',
  ],
  ...['json_schema', 'json_object', 'function', 'function_call', 'ephemeral', '1h', '5m', 'high'],
]

const structures: Json[] = [
  ...[null, true, false, [], {}, [[]], [null], [{}], { type: 'text' }, { role: 'user' }],
  ...[nested(20, 'x'), nested(59, []), nested(70, 'x')],
  ...[Array(200).fill('a'), Array(1100).fill({ role: 'user', content: 'a' })],
  ...[
    { type: 'text', text: '' },
    { type: 'text', text: 'x', cache_control: { type: 'ephemeral' } },
  ],
  ...[{ type: 'image', source: { type: 'url', url: 'https://example.com' } }, { length: 3 }],
  ...[{ type: 'object', properties: {}, $ref: '#' }, { cachePoint: { type: 'default' } }],
]

export const oddValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom(...structures),
  fc.constantFrom(...numbers),
  fc.constantFrom(...strings),
  fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 3 }) as fc.Arbitrary<Json>,
  fc.string({ unit: anyCharacter, maxLength: 20 }),
)

function* keysWithin(value: Json | undefined): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield* Object.keys(value)
  for (const inner of Object.values(value)) yield* keysWithin(inner)
}

/** Every key that any dialect knows: right in one place, odd in another. */
const knownKeys = [
  ...new Set(targets.flatMap(({ seeds }) => seeds.flatMap(({ body }) => [...keysWithin(body)]))),
]

const strangeKeys = [...inheritedNames, 'then', 'toJSON', 'length', '', '0', '\ud800', 'a.b', 'x y']

export const oddKey = fc.oneof(
  fc.constantFrom(...knownKeys),
  fc.constantFrom(...strangeKeys, 'x'.repeat(5000)),
  fc.constantFrom('api_base', 'base_url', 'region', 'endpoint', 'n', 'logprobs', 'seed', 'stream'),
  fc.string({ unit: anyCharacter, maxLength: 6 }),
)

/** As they stand in a path, percent-encoded or not. */
export const oddName = fc.constantFrom(
  ...['%2e%2e', '..', '%2e%2e%2fetc', 'nova%252Flite', 'nova%0a', 'nova\n', '%', '%E0%A4%A', '%00'],
  ...['%ed%a0%80', '', ' nova', 'nova?x=1', 'nova#x', 'nova/../claude', 'NOVA', 'x'.repeat(5000)],
  ...['%5F%5Fproto%5F%5F', 'us.', 'us.us.amazon.nova-lite-v1:0', 'eu.amazon.nova-lite-v1:0'],
  ...['global.', 'arn:aws:bedrock', 'arn:aws:bedrock:::foundation-model/', ...inheritedNames],
  ...['%F0%9F%98%80', '大谷翔平', '%22%3Cscript%3E', foreignArn, encodeURIComponent(foreignArn)],
  ...ids,
)

const headerName = fc.constantFrom(
  ...['content-type', 'Content-Type', 'accept', 'anthropic-beta', 'anthropic-version'],
  ...['authorization', 'x-api-key', 'x-amzn-bedrock-accept', 'x-amzn-bedrock-trace', 'host'],
  ...['x-amzn-bedrock-guardrailidentifier', 'x-amzn-bedrock-guardrailversion', 'content-length'],
  ...['x-amzn-bedrock-performanceconfig-latency', 'x-amzn-bedrock-service-tier', 'X-Amz-Date'],
  ...['openai-beta', 'x-stainless-helper-method', 'x-tollgate-cache-ttl', '__proto__', 'expect'],
)

/** What HTTP lets stand in a header: no line ends, but any byte above ASCII. */
const headerText = fc.oneof(
  fc.constantFrom('application/json', 'application/json; charset=utf-16', 'text/plain', '*/*', ''),
  fc.constantFrom('application/vnd.amazon.eventstream', 'text/event-stream', 'priority', 'ENABLED'),
  fc.constantFrom(
    'interleaved-thinking-2025-05-14',
    'x,,y',
    ',',
    'é',
    'ÿþ',
    '日本',
    'x'.repeat(9000),
  ),
  fc.string({ maxLength: 12 }),
)

export const oddHeaders = fc.dictionary(headerName, headerText, {
  maxKeys: 3,
  noNullPrototype: true,
})
