/** What Converse and Nova's own body write alike: images, tools, their calls and results. */
import type { Notice } from '../core/contracts.ts'
import type { Image, JsonObject, Message, ToolCall, ToolResult } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import type { FittedRequest, Tool, ToolChoice } from '../core/request.ts'
import type { CacheHint } from './cache-hints.ts'
import { plainId } from './tool-ids.ts'
import { isSaid } from './turns.ts'

export const imageFields = ({ mediaType, data }: Image): JsonObject => ({
  image: { format: mediaType.slice('image/'.length), source: { bytes: data } },
})

export const callFields = ({ id, name, input }: ToolCall): JsonObject => ({
  toolUse: { toolUseId: plainId(id), name, input },
})

/** A result must have content; an empty object says that there was none. */
export function resultFields(
  { callId, content, failed }: ToolResult,
  partFields: (part: ToolResult['content'][number]) => JsonObject,
): JsonObject {
  const parts = content.filter(isSaid)
  return {
    toolResult: {
      toolUseId: plainId(callId),
      content: parts.length === 0 ? [{ json: {} }] : parts.map(partFields),
      status: failed ? 'error' : 'success',
    },
  }
}

/**
 * There is no choice `none`: a model without tools calls none. But a conversation in which tools
 * have been called is refused without the `toolConfig` they were of.
 */
export function toolConfig(
  { tools, toolChoice, messages, parallelTools }: FittedRequest,
  model: Model,
  notice: Notice,
  hint: CacheHint,
): JsonObject {
  if (tools.length === 0 || toolChoice?.type === 'none') {
    if (!messages.some(hasCall)) return {}
    const param = tools.length === 0 ? 'tools' : 'tool_choice'
    const message = `${model.name} must keep the tools it has called before; by its own Messages body a Claude model need not: ${param}`
    throw new TollgateError('unsupported_parameter', message, { param })
  }
  if (parallelTools === false) {
    notice('parallel_tool_calls: left out; the model may call several tools in one answer')
  }
  return {
    toolConfig: {
      tools: tools.flatMap((tool) => toolFields(tool, hint)),
      ...(toolChoice !== undefined && { toolChoice: choiceFields(toolChoice) }),
    },
  }
}

const hasCall = ({ content }: Message) =>
  content.some(({ type }) => type === 'tool-call' || type === 'tool-result')

function toolFields({ name, description, input, cache }: Tool, hint: CacheHint): JsonObject[] {
  const toolSpec = {
    name,
    ...(description !== undefined && { description }),
    inputSchema: { json: input },
  }
  return [{ toolSpec }, ...cachePoint(hint(cache))]
}

const choiceFields = (choice: Exclude<ToolChoice, { type: 'none' }>): JsonObject =>
  choice.type === 'tool' ? { tool: { name: choice.name } } : { [choice.type]: {} }

/** A cache point is a block of its own, after what it covers; five minutes is its default. */
export function cachePoint(cache: ReturnType<CacheHint>): JsonObject[] {
  if (cache === undefined) return []
  return [{ cachePoint: { type: 'default', ...(cache.ttl === '1h' && { ttl: '1h' }) } }]
}
