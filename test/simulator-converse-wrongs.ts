/** What makes a Converse request wrong, whichever model it is for, and what Bedrock says of it. */
import { assistant, user } from './simulator-claude-refusals.ts'
import type { JsonRecord } from './simulator-client.ts'
import {
  additional,
  asks,
  call,
  document,
  failed,
  fromModel,
  image,
  inference,
  point,
  result,
  signed,
  text,
  tool,
  toolConfig,
} from './simulator-converse-parts.ts'

export type Wrong = readonly [change: JsonRecord, message: string]

export const wrongShapes: readonly Wrong[] = [
  [{ prompt: 'x' }, failed('prompt', 'Member is not known')],
  [{ messages: undefined }, 'A conversation must start with a user message.'],
  [{ messages: [assistant(text('x'))] }, 'A conversation must start with a user message.'],
  [{ messages: [user(text('x')), user(text('x'))] }, 'A conversation must alternate'],
  [asks(), 'The content field in the Message object at messages.0 is empty.'],
  [asks(text(' ')), 'The text field in the ContentBlock object at messages.0.content.0 is'],
  [asks({ type: 'text', text: 'x' }), failed('messages.1.member.content.1.member', 'Member')],
  [{ messages: [{ role: 'user', content: 'x' }] }, failed('messages.1.member.content', 'M')],
  [
    { messages: [{ role: 'system', content: [] }] },
    "1 validation error detected: Value 'system' at 'messages.1.member.role'",
  ],
  [{ system: [text('')] }, failed('system.1.member.text', 'Member must have length')],
  [{ system: 'x' }, failed('system', 'Member must be of type array')],
  [
    inference({ maxTokens: 0 }),
    failed('inferenceConfig.maxTokens', 'Member must have value greater than or equal to 1'),
  ],
  [
    inference({ temperature: 1.5 }),
    failed('inferenceConfig.temperature', 'Member must have value less than or equal to 1'),
  ],
  [inference({ topK: 5 }), failed('inferenceConfig.topK', 'Member is not known')],
  [
    inference({ maxTokens: 4_001 }),
    'The maximum tokens you requested exceeds the model limit of 4000. Try again with a maximum tokens value that is lower than 4000.',
  ],
  [
    inference({ stopSequences: ['a', 'b', 'c', 'd', 'e'] }),
    'The number of stop sequences exceeds the model limit of 4.',
  ],
  [{ toolConfig: { tools: [] } }, failed('toolConfig.tools', 'Member must have length')],
  [
    { toolConfig: { tools: [tool('a b')] } },
    failed(
      'toolConfig.tools.1.member.toolSpec.name',
      'Member must satisfy regular expression pattern',
    ),
  ],
  [
    { toolConfig: { tools: [tool('add', { description: '' })] } },
    failed('toolConfig.tools.1.member.toolSpec.description', 'Member must have length'),
  ],
  [
    { toolConfig: { tools: [tool('add'), tool('add')] } },
    'The tool add is defined more than once.',
  ],
  [
    { toolConfig: { tools: [tool('add', { inputSchema: { json: {} } })] } },
    'The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object.',
  ],
  [
    { toolConfig: { ...toolConfig, toolChoice: { tool: { name: 'x' } } } },
    'The toolChoice names the tool x',
  ],
  [
    { messages: [user(text('x')), assistant(call), user(result)] },
    'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
  ],
  [
    { toolConfig, messages: [user(text('x')), assistant(call), user(text('x'))] },
    'Expected toolResult blocks at messages.2.content for the following Ids: a1',
  ],
  [
    { toolConfig, messages: [user(result)] },
    'The number of toolResult blocks at messages.0.content exceeds',
  ],
  [
    {
      toolConfig,
      messages: [
        user(text('x')),
        assistant({ toolUse: { ...call.toolUse, input: 'x' } }),
        user(result),
      ],
    },
    'The format of the value at messages.1.content.0.toolUse.input is invalid.',
  ],
  [
    {
      toolConfig,
      messages: [
        user(text('x')),
        assistant(call),
        user({ toolResult: { toolUseId: 'a1', content: [{ json: [1] }] } }),
      ],
    },
    'The format of the value at messages.2.content.0.toolResult.content.0.json is invalid.',
  ],
  [
    asks(image({ bytes: 'aGk=' }, 'bmp'), text('x')),
    "1 validation error detected: Value 'bmp' at 'messages.1.member.content.1.member.image.format'",
  ],
]

export const wrongBlocks: readonly Wrong[] = [
  [
    asks(image({ bytes: '' }), text('x')),
    failed('messages.1.member.content.1.member.image.source.bytes', 'Member must satisfy'),
  ],
  [
    asks(image({ url: 'https://x' }), text('x')),
    failed('messages.1.member.content.1.member.image.source', 'Member must have exactly one of'),
  ],
  [
    { messages: [user(text('x')), assistant(image({ bytes: 'aGk=' })), user(text('x'))] },
    'messages.1.content.0: images, documents and videos are only allowed in user messages.',
  ],
  [
    asks(document('a_b'), text('x')),
    'The document file name at messages.0.content.0 can only contain alphanumeric',
  ],
  [
    asks(document('a  b'), text('x')),
    'The document file name at messages.0.content.0 can only contain alphanumeric',
  ],
  [
    asks(
      document('a'),
      document('b'),
      document('c'),
      document('d'),
      document('e'),
      document('f'),
      text('x'),
    ),
    'The number of documents exceeds the limit of 5',
  ],
  [
    asks(document('a')),
    'The content field in the Message object at messages.0 contains a document but no text.',
  ],
  [
    asks(document('a', { format: undefined }), text('x')),
    'The format field of the document at messages.0.content.0 is required with bytes.',
  ],
  [asks(signed, text('x')), 'User messages cannot contain reasoning content.'],
  [
    asks(text('x'), point('1h'), text('y'), point('2h')),
    "1 validation error detected: Value '2h' at",
  ],
  [
    { system: [text('x'), point()], ...asks(text('x'), point('1h')) },
    'A cachePoint with ttl 1h must not come after a cachePoint with ttl 5m.',
  ],
  [asks(point(), text('x')), 'A cachePoint block must come after the content it marks.'],
  [
    {
      system: [text('a'), point(), text('b'), point(), text('c'), point()],
      ...asks(text('x'), point(), text('y'), point()),
    },
    'A maximum of 4 cache points may be provided. Found 5.',
  ],
  [
    { requestMetadata: { a: 'x'.repeat(257) } },
    "Value at 'requestMetadata.a' failed to satisfy constraint",
  ],
  [{ requestMetadata: { a: '{' } }, "Value at 'requestMetadata.a' failed to satisfy constraint"],
  [{ guardrailConfig: { guardrailIdentifier: 'abc' } }, 'guardrailConfig needs both'],
  [
    { performanceConfig: { latency: 'fast' } },
    "1 validation error detected: Value 'fast' at 'performanceConfig.latency'",
  ],
  [
    { serviceTier: { type: 'auto' } },
    "1 validation error detected: Value 'auto' at 'serviceTier.type'",
  ],
  [
    { outputConfig: { effort: 'most' } },
    "1 validation error detected: Value 'most' at 'outputConfig.effort'",
  ],
  [
    {
      outputConfig: {
        textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: 'x' } } },
      },
    },
    'outputConfig.textFormat.structure.jsonSchema.schema must be',
  ],
  [additional({ topK: 5 }), 'Malformed input request: #: extraneous key [topK] is not permitted'],
  [
    additional({ inferenceConfig: { topK: 200 } }),
    'Malformed input request: #/inferenceConfig/topK: 200 is not less or equal to 128',
  ],
  [
    { messages: [{ role: 'user', content: [text('x'.repeat(80_004))] }] },
    fromModel('Input is too long for requested model: 20001 tokens > 20000 maximum'),
  ],
]
