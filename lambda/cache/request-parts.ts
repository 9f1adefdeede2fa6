/** Every field of what a caller asks, and whether it can change the answer; a new one must be added here. */
import type {
  AssistantMessage,
  CachePoint,
  Document,
  Image,
  Message,
  RedactedThinking,
  SystemMessage,
  Text,
  Thinking,
  ToolCall,
  ToolResult,
  UserMessage,
} from '../core/conversation.ts'
import type {
  EmbedRequest,
  FittedRequest,
  NativeRequest,
  OutputFormat,
  Sampling,
  ThinkingWish,
  Tool,
  ToolChoice,
} from '../core/request.ts'
import { asIs, each, leftOut, listed, oneOf } from './parts.ts'

/** It changes what is billed, which the answer tells. */
const cache = listed<CachePoint>({ ttl: asIs })

const text = listed<Text>({ type: asIs, text: asIs, cache })
const image = listed<Image>({ type: asIs, mediaType: asIs, data: asIs, cache })
const document = listed<Document>({ type: asIs, mediaType: asIs, name: asIs, data: asIs, cache })

const shown = oneOf<Text | Image | Document, 'type'>('type', { text, image, document })

const block = oneOf<UserMessage['content'][number] | AssistantMessage['content'][number], 'type'>(
  'type',
  {
    text,
    image,
    document,
    thinking: listed<Thinking>({ type: asIs, text: asIs, signature: asIs }),
    'redacted-thinking': listed<RedactedThinking>({ type: asIs, data: asIs }),
    'tool-call': listed<ToolCall>({ type: asIs, id: asIs, name: asIs, input: asIs, cache }),
    'tool-result': listed<ToolResult>({
      ...{ type: asIs, callId: asIs, content: each(shown), failed: asIs, cache },
    }),
  },
)

const message = oneOf<Message, 'role'>('role', {
  system: listed<SystemMessage>({ role: asIs, content: each(text) }),
  user: listed<UserMessage>({ role: asIs, content: each(block) }),
  assistant: listed<AssistantMessage>({ role: asIs, content: each(block) }),
})

const tool = listed<Tool>({ name: asIs, description: asIs, input: asIs, cache })

type Of<Union extends { readonly type: string }, Type> = Extract<Union, { readonly type: Type }>

const toolChoice = oneOf<ToolChoice, 'type'>('type', {
  auto: listed<Of<ToolChoice, 'auto'>>({ type: asIs }),
  none: listed<Of<ToolChoice, 'none'>>({ type: asIs }),
  any: listed<Of<ToolChoice, 'any'>>({ type: asIs }),
  tool: listed<Of<ToolChoice, 'tool'>>({ type: asIs, name: asIs }),
})

const sampling = listed<Sampling>({
  ...{ temperature: asIs, topP: asIs, topK: asIs, seed: asIs, stop: asIs },
})

const thinking = oneOf<ThinkingWish, 'type'>('type', {
  off: listed<Of<ThinkingWish, 'off'>>({ type: asIs }),
  budget: listed<Of<ThinkingWish, 'budget'>>({ type: asIs, tokens: asIs }),
  adaptive: listed<Of<ThinkingWish, 'adaptive'>>({ type: asIs, effort: asIs }),
})

const output = oneOf<OutputFormat, 'type'>('type', {
  json: listed<Of<OutputFormat, 'json'>>({ type: asIs }),
  'json-schema': listed<Of<OutputFormat, 'json-schema'>>({
    ...{ type: asIs, name: asIs, description: asIs, schema: asIs },
  }),
})

export const chatRequest = listed<FittedRequest>({
  model: asIs,
  messages: each(message),
  tools: each(tool),
  toolChoice,
  maxTokens: asIs,
  sampling,
  parallelTools: asIs,
  thinking,
  output,
  serviceTier: asIs,
  latency: asIs,
  betas: asIs,
  /** One answer is told either way. */
  stream: leftOut,
})

export const embedRequest = listed<EmbedRequest>({
  model: asIs,
  inputs: asIs,
  dimensions: asIs,
  use: asIs,
  stream: leftOut,
})

export const nativeRequest = listed<NativeRequest>({ operation: asIs, body: asIs, headers: asIs })
