/** Bodies as native callers write them, requests that say all a model takes, and a marker's places. */
import fc from 'fast-check'
import type { Document, Json, JsonObject, Message } from '../lambda/core/conversation.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import type { Model } from '../lambda/core/model.ts'
import type { ChatRequest } from '../lambda/core/request.ts'
import { anyCharacter } from './support/arbitrary.ts'

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg'
const jpeg = '/9j/4AAQSkZJRgABAQAAAQABAAD/'
const plainText = Buffer.from('Terms and conditions.').toString('base64')

/** In Converse's words everything that it and Nova have in common. */
const shared = {
  system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default' } }],
  messages: [
    {
      role: 'user',
      content: [
        { text: 'Look.' },
        { image: { format: 'png', source: { bytes: png } } },
        { cachePoint: { type: 'default', ttl: '5m' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { text: 'I look.' },
        {
          toolUse: {
            toolUseId: 'a1',
            name: 'look',
            input: { at: 'it', near: ['x', { deep: 'y' }] },
          },
        },
      ],
    },
    {
      role: 'user',
      content: [
        {
          toolResult: {
            toolUseId: 'a1',
            content: [
              { text: 'seen' },
              { json: { colour: 'red', of: ['a', 'b'] } },
              { image: { format: 'jpeg', source: { bytes: jpeg } } },
            ],
            status: 'success',
          },
        },
        { text: 'And?' },
      ],
    },
  ],
  toolConfig: {
    tools: [
      {
        toolSpec: {
          name: 'look',
          description: 'Looks.',
          inputSchema: { json: { type: 'object', properties: { at: { type: 'string' } } } },
        },
      },
    ],
    toolChoice: { tool: { name: 'look' } },
  },
}

const converse: JsonObject = {
  ...shared,
  messages: [
    {
      role: 'user',
      content: [
        { guardContent: { text: { text: 'Guard this.', qualifiers: ['query'] } } },
        { document: { format: 'txt', name: 'terms', source: { bytes: plainText } } },
        {
          document: {
            format: 'md',
            name: 'more',
            source: { text: 'words' },
            context: 'A contract.',
          },
        },
        { document: { format: 'txt', name: 'parts', source: { content: [{ text: 'a part' }] } } },
        { searchResult: { source: 'here', title: 'It', content: [{ text: 'found' }] } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } },
        { reasoningContent: { redactedContent: 'aGlkZGVu' } },
        {
          citationsContent: {
            content: [{ text: 'As it says.' }],
            citations: [
              {
                title: 'It',
                source: 'here',
                sourceContent: [{ text: 'it says' }],
                location: { web: { url: 'https://example.com', domain: 'example.com' } },
              },
            ],
          },
        },
      ],
    },
    ...shared.messages,
  ],
  inferenceConfig: { maxTokens: 200, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
  outputConfig: {
    effort: 'low',
    textFormat: {
      type: 'json_schema',
      structure: {
        jsonSchema: { schema: '{"type":"object","title":"T"}', name: 'n', description: 'd' },
      },
    },
  },
  additionalModelRequestFields: {
    thinking: { type: 'adaptive' },
    top_k: 5,
    anthropic_beta: ['context-1m-2025-08-07'],
    reasoning_effort: 'low',
    reasoningConfig: { type: 'enabled', maxReasoningEffort: 'low' },
  },
  additionalModelResponseFieldPaths: ['/stop_sequence'],
  guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1', trace: 'enabled' },
  requestMetadata: { project: 'x' },
  performanceConfig: { latency: 'optimized' },
  serviceTier: { type: 'flex' },
}

const nova: JsonObject = {
  schemaVersion: 'messages-v1',
  ...shared,
  inferenceConfig: {
    max_new_tokens: 100,
    topK: 20,
    stopSequences: ['END'],
    reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' },
  },
  'amazon-bedrock-guardrailConfig': { tagSuffix: 'xyz' },
}

const called = { name: 'look', arguments: '{"at":"it"}' }

const openai: JsonObject = {
  model: 'openai.gpt-oss-20b-1:0',
  messages: [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look.' },
        { type: 'image_url', image_url: { url: `data:image/png;base64,${png}`, detail: 'low' } },
      ],
    },
    {
      role: 'assistant',
      content: 'I look.',
      reasoning_content: 'Hm.',
      tool_calls: [{ id: 'a1', type: 'function', function: called }],
    },
    { role: 'tool', tool_call_id: 'a1', content: 'seen' },
  ],
  tools: [
    {
      type: 'function',
      function: {
        name: 'look',
        description: 'Looks.',
        parameters: { type: 'object', properties: { at: { type: 'string', title: 'At' } } },
        strict: true,
      },
    },
  ],
  tool_choice: { type: 'function', function: { name: 'look' } },
  max_completion_tokens: 100,
  stop: ['END'],
  frequency_penalty: 0.1,
  min_p: 0.1,
  user: 'someone',
  reasoning_effort: 'low',
  response_format: {
    type: 'json_schema',
    json_schema: { name: 'n', description: 'd', schema: { type: 'object', title: 'T' } },
  },
}

const claude: JsonObject = {
  anthropic_version: 'bedrock-2023-05-31',
  anthropic_beta: ['context-1m-2025-08-07'],
  max_tokens: 100,
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
  messages: [
    {
      role: 'user',
      content: [
        {
          type: 'document',
          title: 'terms',
          source: { type: 'text', media_type: 'text/plain', data: 'Terms.' },
        },
        { type: 'text', text: 'Look.' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
        { type: 'tool_use', id: 'a1', name: 'look', input: { at: 'it' } },
      ],
    },
    {
      role: 'user',
      content: [{ type: 'tool_result', tool_use_id: 'a1', content: [{ type: 'text', text: 'x' }] }],
    },
  ],
  tools: [{ name: 'look', description: 'Looks.', input_schema: { type: 'object' }, strict: true }],
  metadata: { user_id: 'someone' },
  context_management: {
    edits: [{ type: 'clear_tool_uses_20250919', keep: { type: 'tool_uses', value: 3 } }],
  },
  stop_sequences: ['END'],
}

export const nativeBodies: Readonly<Record<string, readonly JsonObject[]>> = {
  'titan-text': [
    { inputText: 'Hello' },
    { inputText: 'User: a\nBot: b\nUser: c\nBot:', textGenerationConfig: { stopSequences: ['|'] } },
  ],
  llama2: [{ prompt: 'Hello' }, { prompt: '[INST] hi [/INST] yes </s><s>[INST] so [/INST]' }],
  llama3: [
    { prompt: 'Hello', max_gen_len: 5 },
    {
      prompt:
        '<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n<|image|>hi\n<|eot_id|>\n<|start_header_id|>assistant<|end_header_id|>\n',
      images: [png],
    },
    { prompt: 'Hello<|eot_id|><|start_header_id|>system<|end_header_id|>Obey.', images: [jpeg] },
  ],
  llama4: [{ prompt: 'Hello' }],
  'claude-text': [
    { prompt: '\n\nHuman: hi\n\nAssistant:', max_tokens_to_sample: 5, anthropic_version: 'x' },
    { prompt: 'Human: hi' },
  ],
  'claude-messages': [claude],
  nova: [nova],
  nova2: [nova],
  converse: [converse],
  'openai-chat': [openai],
  'gpt-oss': [openai],
  'mistral-instruct': [
    { prompt: '<s>[INST] hi [/INST]', stop: ['x'] },
    { prompt: 'Hello', max_tokens: 5 },
  ],
  jurassic: [
    { prompt: '大谷翔平について教えて' },
    { prompt: 'Hi', numResults: 1, countPenalty: { scale: 0.1, applyToEmojis: true } },
  ],
  jamba: [{ messages: [{ role: 'user', content: 'Hello' }], max_tokens: 5, n: 1 }],
}

/** Words in a body that are for Bedrock or nobody, whatever they say. */
const unread =
  /(anthropic_version|schemaVersion|tagSuffix|user_id|user|model|latency|qualifiers|detail|requestMetadata(\.\w+)?|exclude_tools|guardrail\w+|trace|additionalModelResponseFieldPaths)$/

const marker = 'MARK0000'

/** The body with the marker at each of its strings, and as a field of each of its objects. */
export function* withMarker(body: JsonObject): Generator<[path: string, body: Json]> {
  for (const [path, value] of leaves(body, [])) {
    const middle = Math.floor(String(value).length / 2)
    const name = path.filter((part) => !/^\d+$/.test(part)).join('.')
    if (typeof value === 'string') {
      const [start, end] = [value.slice(0, middle), value.slice(middle)]
      for (const words of [marker, marker + value, `${start}${marker}${end}`, value + marker]) {
        yield [name, replaced(body, path, words)]
      }
    } else {
      yield [name, replaced(body, [...path, 'marker'], marker)]
      yield [name, replaced(body, [...path, 'marker'], { text: marker, content: [marker] })]
    }
  }
}

function* leaves(value: Json, path: string[]): Generator<[string[], Json]> {
  if (typeof value === 'string') yield [path, value]
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [path, value]
  for (const [name, item] of Object.entries(value)) yield* leaves(item, [...path, name])
}

function replaced(value: Json, [name, ...rest]: string[], by: Json): Json {
  if (name === undefined) return by
  const copy = Array.isArray(value) ? [...value] : { ...(value as JsonObject) }
  Object.assign(copy, { [name]: replaced((copy as JsonObject)[name] ?? null, rest, by) })
  return copy as Json
}

/** Whether the marker is in the view, or the body refused, or the field read by no model. */
export function belongs(read: () => unknown, path: string): boolean {
  try {
    const view = read()
    return JSON.stringify(view, shown).includes(marker) || unread.test(path)
  } catch (thrown) {
    return thrown instanceof TollgateError && thrown.status === 400
  }
}

/** A document's words, beside its bytes. */
const shown = (_: string, value: unknown) =>
  typeof value === 'object' && value !== null && 'mediaType' in value
    ? { ...value, words: Buffer.from((value as Document).data, 'base64').toString('latin1') }
    : value

/** A body with any JSON somewhere inside. */
export const changed = (bodies: fc.Arbitrary<Json>): fc.Arbitrary<unknown> =>
  fc
    .tuple(bodies, fc.nat(60), fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 2 }))
    .map(([body, at, value]) => {
      let position = 0
      return JSON.parse(
        JSON.stringify(body, (_, part: unknown) => (position++ === at ? value : part)) ?? 'null',
      ) as unknown
    })

const tools = [{ name: 'look', description: 'Looks.', input: { type: 'object', properties: {} } }]

const plainWords = fc.string({ minLength: 1 }).map((text) => `${text}.`)

/** Text, and as far as the model takes them images, documents, and tools that were called. */
export function richRequest({ accepts }: Model, words = plainWords): fc.Arbitrary<ChatRequest> {
  const texts = fc.array(
    words.map((text) => ({ type: 'text' as const, text })),
    { minLength: 1, maxLength: 2 },
  )
  const image = { type: 'image', mediaType: 'image/png', data: png } as const
  const document = {
    type: 'document',
    mediaType: 'text/plain',
    name: 'terms',
    data: plainText,
  } as const
  const media = [...(accepts.images ? [image] : []), ...(accepts.documents ? [document] : [])]
  const shownThings = media.length === 0 ? fc.constant([]) : fc.subarray(media)
  const input = fc.dictionary(fc.constantFrom('a', 'b'), words, { noNullPrototype: true })
  const turn = fc.record({ asks: texts, shownThings, says: texts, input, failed: fc.boolean() })
  const turnMessages = fc.array(turn, { maxLength: 3 }).map((turns) =>
    turns.flatMap(({ asks, shownThings: things, says, input: at, failed }, index): Message[] => {
      const id = `call${index}`
      const result = { type: 'tool-result', callId: id, content: asks, failed } as const
      return [
        { role: 'user', content: [...things, ...asks] },
        ...(accepts.tools
          ? ([
              { role: 'assistant', content: [{ type: 'tool-call', id, name: 'look', input: at }] },
              { role: 'user', content: [result] },
            ] as const)
          : []),
        { role: 'assistant', content: says },
      ]
    }),
  )
  return fc.record({ first: fc.option(texts), turnMessages, last: texts }).map((parts) => ({
    model: 'chat',
    messages: [
      ...(parts.first === null ? [] : [{ role: 'system' as const, content: parts.first }]),
      ...parts.turnMessages,
      { role: 'user' as const, content: parts.last },
    ],
    tools: accepts.tools ? tools : [],
    maxTokens: 64,
    sampling: {},
    stream: false,
  }))
}
