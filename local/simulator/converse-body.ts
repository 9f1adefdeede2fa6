/**
 * The shape of a Converse request as JSON: what Bedrock itself checks, before any model sees it.
 * AWS, "Converse" and the types it names, Amazon Bedrock API Reference; client SDK 3.1162.
 */
import type { CacheTtl } from './converse-types.ts'
import { type Fields, optional, type Shape } from './shapes.ts'

const string: Shape = { kind: 'string' }
const word: Shape = { kind: 'string', minLength: 1 }
const boolean: Shape = { kind: 'boolean' }
const empty: Shape = { kind: 'object', fields: {} }
const anyObject: Shape = { kind: 'object', fields: {}, open: true }
const one = (...oneOf: readonly string[]): Shape => ({ kind: 'string', oneOf })
const object = (fields: Fields): Shape => ({ kind: 'object', fields })
const list = (of: Shape, min = 0): Shape => ({ kind: 'list', of, min })
const oneOf = (fields: Fields): Shape => ({ kind: 'one-of', fields })

const name: Shape = { kind: 'string', pattern: /^[a-zA-Z0-9_-]+$/, minLength: 1, maxLength: 64 }
/** Bytes are base64 in JSON. */
const bytes: Shape = { kind: 'string', pattern: /^[A-Za-z0-9+/]+={0,2}$/ }
const s3Location = object({
  uri: { kind: 'string', pattern: /^s3:\/\/[a-z0-9][.\-a-z0-9]{1,61}[a-z0-9](\/.*)?$/ },
  bucketOwner: optional({ kind: 'string', pattern: /^[0-9]{12}$/ } as const),
})

const ttls: readonly CacheTtl[] = ['5m', '1h']
const cachePoint = object({ type: one('default'), ttl: optional(one(...ttls)) })

const image = object({
  format: one('png', 'jpeg', 'gif', 'webp'),
  source: oneOf({ bytes, s3Location }),
})

const citations = optional(object({ enabled: boolean }))

const document = object({
  format: optional(one('pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md')),
  name: { kind: 'string', minLength: 1, maxLength: 200 },
  source: oneOf({ bytes, s3Location, text: word, content: list(oneOf({ text: word }), 1) }),
  context: optional(string),
  citations,
})

const video = object({
  format: one('mkv', 'mov', 'mp4', 'webm', 'flv', 'mpeg', 'mpg', 'wmv', 'three_gp'),
  source: oneOf({ bytes, s3Location }),
})

const searchResult = object({
  source: string,
  title: string,
  content: list(object({ text: string })),
  citations,
})

const toolUse = object({
  toolUseId: name,
  name,
  input: { kind: 'any' },
  type: optional(one('server_tool_use')),
})

const toolResult = object({
  toolUseId: name,
  content: list(
    oneOf({ text: string, json: { kind: 'any' }, image, document, video, searchResult }),
  ),
  status: optional(one('success', 'error')),
  type: optional(string),
})

const reasoningContent = oneOf({
  reasoningText: object({ text: string, signature: optional(string) }),
  redactedContent: bytes,
})

const guarded = object({
  text: object({
    text: string,
    qualifiers: optional(list(one('grounding_source', 'query', 'guard_content'))),
  }),
})

const message = object({
  role: one('user', 'assistant'),
  content: list(
    oneOf({
      text: string,
      image,
      document,
      video,
      toolUse,
      toolResult,
      guardContent: guarded,
      cachePoint,
      reasoningContent,
      searchResult,
    }),
  ),
})

const toolSpec = object({
  name,
  description: optional(word),
  inputSchema: oneOf({ json: anyObject }),
  strict: optional(boolean),
})

const toolConfig = object({
  tools: list(oneOf({ toolSpec, systemTool: object({ name }), cachePoint }), 1),
  toolChoice: optional(oneOf({ auto: empty, any: empty, tool: object({ name }) })),
})

const inferenceConfig = object({
  maxTokens: { kind: 'number', integer: true, min: 1, optional: true },
  temperature: { kind: 'number', min: 0, max: 1, optional: true },
  topP: { kind: 'number', min: 0, max: 1, optional: true },
  stopSequences: optional({ kind: 'list', of: word, max: 2500 } as const),
})

const outputConfig = object({
  effort: optional(one('low', 'medium', 'high', 'xhigh', 'max')),
  textFormat: optional(
    object({
      type: one('json_schema'),
      structure: oneOf({
        jsonSchema: object({ schema: word, name: optional(word), description: optional(word) }),
      }),
    }),
  ),
})

const guardrail = {
  guardrailIdentifier: optional({
    kind: 'string',
    pattern:
      /^([a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+)$/,
  } as const),
  guardrailVersion: optional({ kind: 'string', pattern: /^([1-9][0-9]{0,7}|DRAFT)$/ } as const),
  trace: optional(one('enabled', 'disabled', 'enabled_full')),
}

/** What is counted; the rest of a request does not reach the model as tokens. */
const countedFields: Fields = {
  messages: optional(list(message)),
  system: optional(list(oneOf({ text: word, guardContent: guarded, cachePoint }))),
  toolConfig: optional(toolConfig),
  additionalModelRequestFields: optional(anyObject),
}

const fields: Fields = {
  ...countedFields,
  inferenceConfig: optional(inferenceConfig),
  promptVariables: optional(anyObject),
  additionalModelResponseFieldPaths: optional({
    kind: 'list',
    of: { kind: 'string', minLength: 1, maxLength: 256 },
    max: 10,
  } as const),
  requestMetadata: optional(anyObject),
  performanceConfig: optional(object({ latency: optional(one('standard', 'optimized')) })),
  serviceTier: optional(object({ type: one('priority', 'default', 'flex', 'reserved') })),
  outputConfig: optional(outputConfig),
}

const processing = { streamProcessingMode: optional(one('sync', 'async')) }

export const converseShape: Shape = object({
  ...fields,
  guardrailConfig: optional(object(guardrail)),
})

export const converseStreamShape: Shape = object({
  ...fields,
  guardrailConfig: optional(object({ ...guardrail, ...processing })),
})

export const countTokensShape: Shape = object({
  input: oneOf({ invokeModel: object({ body: bytes }), converse: object(countedFields) }),
})
