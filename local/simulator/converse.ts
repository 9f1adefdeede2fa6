/** Converse: one request for every model that holds a conversation, checked and read. */
import type { Model } from '../../lambda/core/model.ts'
import type { Asked } from './answer.ts'
import { converseShape, converseStreamShape } from './converse-body.ts'
import { checkCaching, isClaude, isNova, modelRules } from './converse-models.ts'
import { received, seen } from './converse-received.ts'
import { converseRules, parsedJson } from './converse-rules.ts'
import type { ConverseBlock, ConverseBody, ConverseTool } from './converse-types.ts'
import { checkBody, type Family, type Way } from './family.ts'
import { thinksAloud } from './openai-chat.ts'
import { imageTokens, type Part, tokensOf } from './tokens.ts'
import { smithyWording, validationErrors } from './wordings.ts'

/** The API has no word for a refusal; what Claude ends with elsewhere is filtered here. */
export const converseEndings: Family['endings'] = {
  end: 'end_turn',
  length: 'max_tokens',
  sequence: 'stop_sequence',
  'tool-call': 'tool_use',
  filtered: 'content_filtered',
  refusal: 'content_filtered',
  'context-window': 'model_context_window_exceeded',
}

export const tooLong = (tokens: number, limit: number): string =>
  `The model returned the following errors: Input is too long for requested model: ${tokens} tokens > ${limit} maximum`

/** Throws what Bedrock refuses. */
export function readConverse(body: unknown, model: Model, way: Way): Asked {
  const shape = way.streams ? converseStreamShape : converseShape
  const rules = [...converseRules, ...modelRules]
  const checked = { shape: () => shape, wording: smithyWording, frame: validationErrors, rules }
  checkBody(body, model, checked, way)
  checkCaching(body as ConverseBody, model)
  return read(body as ConverseBody, model)
}

function read(body: ConverseBody, model: Model): Asked {
  const { messages = [], system = [], inferenceConfig = {}, toolConfig, outputConfig } = body
  const given = toolConfig?.tools ?? []
  const tools = given.flatMap(({ toolSpec }) =>
    toolSpec === undefined ? [] : [{ name: toolSpec.name, schema: toolSpec.inputSchema.json }],
  )
  const { any, tool } = toolConfig?.toolChoice ?? {}
  const { maxTokens = model.limits.output, temperature, topP, stopSequences = [] } = inferenceConfig
  const schema = outputConfig?.textFormat?.structure.jsonSchema.schema
  const own = ownWishes(body)
  return {
    system: system.flatMap(({ text }) => text ?? []).join('\n'),
    turns: messages.map(({ role, content }) => ({ role, text: content.map(seen).join('') })),
    parts: [
      ...given.map(toolPart),
      ...[...system, ...messages.flatMap(({ content }) => content)].flatMap(blockParts),
    ],
    settings: {
      temperature,
      topP,
      topK: topKOf(body),
      max: maxTokens,
      stop: stopSequences.length === 0 ? undefined : stopSequences.length,
      effort: outputConfig?.effort ?? own.effort,
    },
    given: tools.length === 0 ? [] : [`tools: ${tools.map(({ name }) => name).join(', ')}`],
    received: received(messages),
    maxTokens,
    stop: stopSequences,
    thinking: thinkingOf(own, model),
    tools,
    oneCall: own.oneCall,
    forcedTool: any === undefined ? tools.find(({ name }) => name === tool?.name) : tools[0],
    answerSchema: schema === undefined ? own.schema : parsedJson(schema),
  }
}

type Anything = { readonly [key: string]: Anything } & (string | number | boolean | undefined)

/** What families ask for in their own words. */
function ownWishes({ additionalModelRequestFields = {} }: ConverseBody) {
  const own = additionalModelRequestFields as Anything
  const nova = own.reasoningConfig ?? own.inferenceConfig?.reasoningConfig
  const type: unknown = own.thinking?.type ?? nova?.type
  return {
    isOn: type !== undefined && type !== 'disabled',
    isHidden: (own.thinking?.display as unknown) === 'omitted',
    effort: textOf(own.output_config?.effort ?? nova?.maxReasoningEffort ?? own.reasoning_effort),
    schema: own.output_config?.format?.schema as unknown,
    oneCall: (own.tool_choice?.disable_parallel_tool_use as unknown) === true,
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

function topKOf({ additionalModelRequestFields = {} }: ConverseBody): number | undefined {
  const own = additionalModelRequestFields as Anything
  const topK: unknown = own.top_k ?? own.inferenceConfig?.topK
  return typeof topK === 'number' ? topK : undefined
}

function thinkingOf(wish: ReturnType<typeof ownWishes>, model: Model): Asked['thinking'] {
  if (model.accepts.thinking === 'no') return 'never'
  if (wish.isHidden) return 'hidden'
  const byEffort = wish.effort !== undefined && !isClaude(model) && !isNova(model)
  return wish.isOn || byEffort || thinksAloud(model) ? 'shown' : 'if-marked'
}

function blockParts(block: ConverseBlock): readonly Part[] {
  const { text, image, document, toolResult, cachePoint, reasoningContent } = block
  if (cachePoint !== undefined) return [{ text: '', tokens: 0, cache: cachePoint.ttl ?? '5m' }]
  if (text !== undefined) return [{ text, tokens: tokensOf(text) }]
  if (image !== undefined) return [{ text: JSON.stringify(image), tokens: imageTokens }]
  if (document !== undefined) return [documentPart(document)]
  if (reasoningContent !== undefined) return [asPart(reasoningContent)]
  if (toolResult === undefined) return [asPart(block)]
  const { content, ...rest } = toolResult
  return [asPart(rest), ...content.flatMap((part) => blockParts(part))]
}

function documentPart(document: NonNullable<ConverseBlock['document']>): Part {
  const { bytes = '', text = '', content = [] } = document.source
  const length = bytes.length + text.length + content.map((each) => each.text).join('').length
  return { text: JSON.stringify(document), tokens: Math.ceil(length / 4) }
}

const asPart = (value: object): Part => {
  const text = JSON.stringify(value)
  return { text, tokens: tokensOf(text) }
}

const toolPart = (tool: ConverseTool): Part =>
  tool.cachePoint === undefined
    ? asPart(tool)
    : { text: '', tokens: 0, cache: tool.cachePoint.ttl ?? '5m' }
