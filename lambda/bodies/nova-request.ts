/** Writes a request as Amazon Nova takes it by InvokeModel: like Converse, images in base64. */
import type { Notice } from '../core/contracts.ts'
import type { AssistantBlock, JsonObject, Text, UserBlock } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import type { Effort, FittedRequest } from '../core/request.ts'
import { type CacheHint, cacheHints } from './cache-hints.ts'
import { cachePoint, callFields, imageFields, resultFields, toolConfig } from './converse-parts.ts'
import { unthought } from './earlier-thinking.ts'
import { effortOf } from './effort.ts'
import { withJsonAnswer } from './json-answer.ts'
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

export function novaRequest(asked: FittedRequest, model: Model, notice: Notice): JsonObject {
  const request = withJsonAnswer(asked, model, notice)
  const hint = cacheHints(cacheLimits, notice)
  /** Nova's thinking comes redacted, and its request has no block to take thinking back. */
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
    ...toolConfig(request, model, notice, toolHint(notice)),
  }
}

const toolHint =
  (notice: Notice): CacheHint =>
  (cache) => {
    if (cache === undefined) return undefined
    notice('cache points of tools: left out; the model keeps system and messages only')
    return undefined
  }

function reasoning({ thinking }: FittedRequest, model: Model, notice: Notice): JsonObject {
  if (thinking === undefined) return {}
  if (model.accepts.thinking === 'no') {
    if (thinking.type !== 'off') notice(`thinking: left out; ${model.name} does not think`)
    return {}
  }
  if (thinking.type === 'off') return { reasoningConfig: { type: 'disabled' } }
  const maxReasoningEffort = effortOf(thinking, efforts, notice)
  return { reasoningConfig: { type: 'enabled', maxReasoningEffort } }
}

function blockFields(block: UserBlock | AssistantBlock, hint: CacheHint): readonly JsonObject[] {
  const cache = 'cache' in block ? hint(block.cache) : undefined
  return [contentFields(block), ...cachePoint(cache)]
}

function contentFields(block: UserBlock | AssistantBlock): JsonObject {
  switch (block.type) {
    case 'text':
      return { text: block.text }
    case 'image':
      return imageFields(block)
    case 'tool-call':
      return callFields(block)
    case 'tool-result':
      return resultFields(block, contentFields)
    case 'document':
      throw refusal('documents')
    case 'thinking':
    case 'redacted-thinking':
      throw refusal('thinking')
  }
}

function refusal(things: string): TollgateError {
  const message = `Nova’s own body takes no ${things}; a Claude model can: messages`
  return new TollgateError('unsupported_parameter', message, { param: 'messages' })
}
