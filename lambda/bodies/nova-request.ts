/** Writes a request as Amazon Nova takes it by InvokeModel: like Converse, images in base64. */
import type { Notice } from '../core/contracts.ts'
import type {
  AssistantBlock,
  Image,
  JsonObject,
  Message,
  Text,
  ToolResult,
  UserBlock,
} from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import type { Effort, FittedRequest, Tool, ToolChoice } from '../core/request.ts'
import { type CacheHint, cacheHints } from './cache-hints.ts'
import { sampled } from './parameters.ts'
import { alternating, isSaid, leading } from './turns.ts'

const parameterNames = {
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  stop: 'stopSequences',
}

/** AWS, "Prompt caching": Nova keeps for five minutes, in system and messages. */
const cacheLimits = { points: 4, hour: 'never' } as const

/** `high` forbids maxTokens, so that an answer would have no bound: medium is the most we send. */
const efforts = {
  low: 'low',
  medium: 'medium',
  high: 'medium',
  xhigh: 'medium',
  max: 'medium',
} as const satisfies Record<Effort, 'low' | 'medium'>

export function novaRequest(request: FittedRequest, model: Model, notice: Notice): JsonObject {
  const hint = cacheHints(cacheLimits, notice)
  const [first, rest] = leading(unthought(request.messages, notice))
  const words = first.flatMap(({ content }) => content as readonly Text[])
  const system = words.filter(isSaid).flatMap((text) => blockFields(text, hint))
  const messages = alternating(rest, notice).map(({ role, content }) => ({
    role,
    content: content.flatMap((block) => blockFields(block, hint)),
  }))
  return {
    ...(system.length > 0 && { system }),
    messages,
    inferenceConfig: {
      maxTokens: request.maxTokens,
      ...sampled(request.sampling, parameterNames, model, notice),
      ...reasoning(request, model, notice),
    },
    ...toolConfig(request, notice),
  }
}

/** Nova's thinking comes redacted, and its request has no block to take thinking back. */
function unthought(messages: readonly Message[], notice: Notice): readonly Message[] {
  return messages.map((message) => {
    if (message.role !== 'assistant') return message
    const content = message.content.filter(({ type }) => !thoughts.includes(type))
    if (content.length < message.content.length) {
      notice('earlier thinking: left out; the model does not take it back')
    }
    return { ...message, content }
  })
}

const thoughts: readonly AssistantBlock['type'][] = ['thinking', 'redacted-thinking']

function reasoning({ thinking }: FittedRequest, model: Model, notice: Notice): JsonObject {
  if (thinking === undefined) return {}
  if (model.accepts.thinking === 'no') {
    if (thinking.type !== 'off') notice(`thinking: left out; ${model.name} does not think`)
    return {}
  }
  if (thinking.type === 'off') return { reasoningConfig: { type: 'disabled' } }
  const wished = thinking.type === 'adaptive' ? thinking.effort : undefined
  const maxReasoningEffort = efforts[wished ?? 'medium']
  if (maxReasoningEffort !== wished) notice(`thinking: sent as effort ${maxReasoningEffort}`)
  return { reasoningConfig: { type: 'enabled', maxReasoningEffort } }
}

/**
 * Nova has no choice `none`: a model without tools calls none. But a conversation in which tools
 * have been called is refused without the `toolConfig` they were of.
 */
function toolConfig({ tools, toolChoice, messages }: FittedRequest, notice: Notice): JsonObject {
  if (tools.some(({ cache }) => cache !== undefined)) {
    notice('cache points of tools: left out; the model keeps system and messages only')
  }
  if (tools.length === 0 || toolChoice?.type === 'none') {
    if (!messages.some(hasCall)) return {}
    const param = tools.length === 0 ? 'tools' : 'tool_choice'
    const message = `Nova must keep the tools it has called before; a Claude model need not: ${param}`
    throw new TollgateError('unsupported_parameter', message, { param })
  }
  return {
    toolConfig: {
      tools: tools.map(toolFields),
      ...(toolChoice !== undefined && { toolChoice: choiceFields(toolChoice) }),
    },
  }
}

const hasCall = ({ content }: Message) =>
  content.some(({ type }) => type === 'tool-call' || type === 'tool-result')

const toolFields = ({ name, description, input }: Tool): JsonObject => ({
  toolSpec: {
    name,
    ...(description !== undefined && { description }),
    inputSchema: { json: input },
  },
})

const choiceFields = (choice: Exclude<ToolChoice, { type: 'none' }>): JsonObject =>
  choice.type === 'tool' ? { tool: { name: choice.name } } : { [choice.type]: {} }

/** A cache point is a block of its own, after what it covers. */
function blockFields(block: UserBlock | AssistantBlock, hint: CacheHint): readonly JsonObject[] {
  const cached = 'cache' in block && hint(block.cache) !== undefined
  return [contentFields(block), ...(cached ? [{ cachePoint: { type: 'default' } }] : [])]
}

function contentFields(block: UserBlock | AssistantBlock): JsonObject {
  switch (block.type) {
    case 'text':
      return { text: block.text }
    case 'image':
      return imageFields(block)
    case 'tool-call':
      return { toolUse: { toolUseId: block.id, name: block.name, input: block.input } }
    case 'tool-result':
      return resultFields(block)
    case 'document':
      throw refusal('documents')
    case 'thinking':
    case 'redacted-thinking':
      throw refusal('thinking')
  }
}

const imageFields = ({ mediaType, data }: Image): JsonObject => ({
  image: { format: mediaType.slice('image/'.length), source: { bytes: data } },
})

/** A result must have content; an empty object says that there was none. */
function resultFields({ callId, content, failed }: ToolResult): JsonObject {
  const parts = content.filter(isSaid)
  return {
    toolResult: {
      toolUseId: callId,
      content: parts.length === 0 ? [{ json: {} }] : parts.map(contentFields),
      status: failed ? 'error' : 'success',
    },
  }
}

function refusal(things: string): TollgateError {
  const message = `Nova’s own body takes no ${things}; a Claude model can: messages`
  return new TollgateError('unsupported_parameter', message, { param: 'messages' })
}
