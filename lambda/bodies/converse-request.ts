/** Writes a request as Bedrock's Converse takes it, the same for every model behind it. */
import type { Notice } from '../core/contracts.ts'
import type { AssistantBlock, JsonObject, Text, UserBlock } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { Model } from '../core/model.ts'
import type { FittedRequest, OutputFormat } from '../core/request.ts'
import { type CacheHint, cacheHints, noCacheHints } from './cache-hints.ts'
import { isClosed } from './closed-schema.ts'
import { type DocumentFields, documentWriter } from './converse-documents.ts'
import { cachePoint, callFields, imageFields, resultFields, toolConfig } from './converse-parts.ts'
import { converseThinking } from './converse-thinking.ts'
import { signed, unthought } from './earlier-thinking.ts'
import { schemaName, withJsonAnswer } from './json-answer.ts'
import { sampled } from './parameters.ts'
import { alternating, isSaid, leading, type Turn } from './turns.ts'

/** `topK` is no parameter of Converse's own: it goes with the model's. */
const parameterNames = { temperature: 'temperature', topP: 'topP', stop: 'stopSequences' }

/** AWS, "Prompt caching": four points, the longer lifetimes first. */
const cacheLimits = { points: 4, hour: 'before-minutes' } as const

export function converseRequest(asked: FittedRequest, model: Model, notice: Notice): JsonObject {
  const request = withJsonAnswer(asked, model, notice, isClosed)
  const { cachePoints } = model.accepts
  const hint = cachePoints ? cacheHints(cacheLimits, notice) : noCacheHints(model, notice)
  const documents = documentWriter()
  const [first, rest] = leading(provable(request, model, notice))
  const words = first.flatMap(({ content }) => content as readonly Text[])
  const tools = toolConfig(request, model, notice, hint)
  const system = words.filter(isSaid).flatMap((text) => blockFields(text, hint, documents))
  const messages = alternating(rest, notice)
    .map(spokenFor)
    .map(({ role, content }) => ({
      role,
      content: content.flatMap((block) => blockFields(block, hint, documents)),
    }))
  const thought = converseThinking(request, model, notice)
  const { topK, ...sampling } = thought.sampling
  const outputConfig = { ...textFormat(request.output), ...thought.outputConfig }
  const additional = { ...thought.additional, ...(topK !== undefined && { top_k: topK }) }
  const { serviceTier } = request
  return {
    ...(system.length > 0 && { system }),
    messages,
    inferenceConfig: {
      maxTokens: request.maxTokens,
      ...sampled(sampling, parameterNames, model, notice),
    },
    ...tools,
    ...(Object.keys(outputConfig).length > 0 && { outputConfig }),
    ...(Object.keys(additional).length > 0 && { additionalModelRequestFields: additional }),
    ...(serviceTier !== undefined && { serviceTier: { type: serviceTier } }),
  }
}

/** Signatures are Claude's; of other models Converse refuses a request that has thinking in it. */
const provable = ({ messages }: FittedRequest, { accepts }: Model, notice: Notice) =>
  accepts.thinking === 'budget' || accepts.thinking === 'adaptive'
    ? signed(messages, notice)
    : unthought(messages, notice)

/** Converse answers 400 to a turn that has a document but no text. */
function spokenFor(turn: Turn): Turn {
  const types: readonly string[] = turn.content.map(({ type }) => type)
  if (!types.includes('document') || types.includes('text')) return turn
  const message = 'messages: a document goes with a text in the same turn, as a question about it.'
  throw new TollgateError('invalid_body', message, { param: 'messages' })
}

/** Converse takes the schema as text. */
function textFormat(output: OutputFormat | undefined): JsonObject {
  if (output?.type !== 'json-schema') return {}
  const { description, schema } = output
  const described = description === undefined ? {} : { description }
  const jsonSchema = { name: schemaName(output.name), ...described, schema: JSON.stringify(schema) }
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}

type Block = UserBlock | AssistantBlock

function blockFields(block: Block, hint: CacheHint, documents: DocumentFields): JsonObject[] {
  const cache = 'cache' in block ? hint(block.cache) : undefined
  return [contentFields(block, documents), ...cachePoint(cache)]
}

function contentFields(block: Block, documents: DocumentFields): JsonObject {
  switch (block.type) {
    case 'text':
      return { text: block.text }
    case 'image':
      return imageFields(block)
    case 'document':
      return documents(block)
    case 'tool-call':
      return callFields(block)
    case 'tool-result':
      return resultFields(block, (part) => contentFields(part, documents))
    case 'thinking': {
      const reasoningText = { text: block.text, signature: block.signature ?? '' }
      return { reasoningContent: { reasoningText } }
    }
    case 'redacted-thinking':
      return { reasoningContent: { redactedContent: block.data } }
  }
}
