/** Writes a request as Anthropic's Messages API on Bedrock takes it. */
import type { Notice } from '../core/contracts.ts'
import type { AssistantBlock, Document, JsonObject, Text, UserBlock } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import type { FittedRequest, Tool } from '../core/request.ts'
import { type CacheHint, cacheHints } from './cache-hints.ts'
import { besideThinking, claudeThinking } from './claude-thinking.ts'
import { claudeBetas, claudeOutput, claudeToolChoice } from './claude-wishes.ts'
import { isClosed } from './closed-schema.ts'
import { signed } from './earlier-thinking.ts'
import { withJsonAnswer } from './json-answer.ts'
import { sampled } from './parameters.ts'
import { plainId } from './tool-ids.ts'
import { alternating, isSaid, leading, type Turn } from './turns.ts'

const parameterNames = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop_sequences',
}

/** Anthropic, "Prompt caching": the longer lifetimes stand first. */
const cacheLimits = { points: 4, hour: 'before-minutes' } as const

/** No `model` and no `stream`: on Bedrock the path says both. */
export function claudeRequest(asked: FittedRequest, model: Model, notice: Notice): JsonObject {
  const request = withJsonAnswer(asked, model, notice, isClosed)
  const hint = cacheHints(cacheLimits, notice)
  const [first, rest] = leading(signed(request.messages, notice))
  const words = first.flatMap(({ content }) => content as readonly Text[])
  const tools = request.tools.map((tool) => toolFields(tool, hint))
  const system = words.filter(isSaid).map((block) => blockFields(block, hint))
  const messages = trimmed(alternating(rest, notice), notice).map(({ role, content }) => ({
    role,
    content: content.map((block) => blockFields(block, hint)),
  }))
  const thinking = claudeThinking(request, model, notice)
  const thinks = 'thinking' in thinking && request.thinking?.type !== 'off'
  const sampling = thinks ? besideThinking(request, notice) : request.sampling
  return {
    anthropic_version: 'bedrock-2023-05-31',
    ...claudeBetas(request, model, notice),
    max_tokens: request.maxTokens,
    ...(system.length > 0 && { system }),
    messages,
    ...(tools.length > 0 && { tools }),
    ...claudeToolChoice(request),
    ...sampled(sampling, parameterNames, model, notice),
    ...thinking,
    ...claudeOutput(request, thinking),
  }
}

/** An answer that was begun may not end in white space: Claude refuses it with a 400. */
function trimmed(turns: readonly Turn[], notice: Notice): readonly Turn[] {
  const last = turns.at(-1)
  const block = last?.content.at(-1)
  if (last?.role !== 'assistant' || block?.type !== 'text') return turns
  const text = block.text.trimEnd()
  if (text === block.text) return turns
  notice('white space at the end of the begun answer: left out; the model refuses it')
  const content = [...last.content.slice(0, -1), { ...block, text }]
  return [...turns.slice(0, -1), { role: 'assistant', content }]
}

const toolFields = (tool: Tool, hint: CacheHint): JsonObject => ({
  name: tool.name,
  ...(tool.description !== undefined && { description: tool.description }),
  input_schema: tool.input,
  ...cacheControl(tool, hint),
})

function cacheControl(item: { readonly cache?: Tool['cache'] }, hint: CacheHint): JsonObject {
  const cache = hint(item.cache)
  return cache === undefined ? {} : { cache_control: { type: 'ephemeral', ttl: cache.ttl } }
}

function blockFields(block: UserBlock | AssistantBlock, hint: CacheHint): JsonObject {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text, ...cacheControl(block, hint) }
    case 'image': {
      const source = { type: 'base64', media_type: block.mediaType, data: block.data }
      return { type: 'image', source, ...cacheControl(block, hint) }
    }
    case 'document': {
      const title = block.name === undefined ? {} : { title: block.name }
      return { type: 'document', source: sourceOf(block), ...title, ...cacheControl(block, hint) }
    }
    case 'tool-call': {
      const { name, input } = block
      return { type: 'tool_use', id: plainId(block.id), name, input, ...cacheControl(block, hint) }
    }
    case 'tool-result': {
      const content = block.content.filter(isSaid)
      return {
        type: 'tool_result',
        tool_use_id: plainId(block.callId),
        ...(content.length > 0 && { content: content.map((part) => blockFields(part, hint)) }),
        ...(block.failed && { is_error: true }),
        ...cacheControl(block, hint),
      }
    }
    case 'thinking':
      return { type: 'thinking', thinking: block.text, signature: block.signature ?? '' }
    case 'redacted-thinking':
      return { type: 'redacted_thinking', data: block.data }
  }
}

/** Anthropic, "PDF support" and "Citations": PDF as base64, any other text as plain text. */
function sourceOf({ mediaType, data }: Document): JsonObject {
  if (mediaType === 'application/pdf') return { type: 'base64', media_type: mediaType, data }
  if (mediaType.startsWith('text/')) {
    const text = Buffer.from(data, 'base64').toString('utf8')
    return { type: 'text', media_type: 'text/plain', data: text }
  }
  const message = `Claude takes documents of application/pdf and text/*, not ${mediaType}`
  throw new TollgateError('unsupported_parameter', message, { param: 'messages' })
}
