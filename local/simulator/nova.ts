/**
 * Amazon Nova's native body and answers.
 * AWS, "Complete request schema", Amazon Nova User Guide; stream chunks are worded as Converse's.
 */
import type { Asked, Told, ToldCall } from './answer.ts'
import type { Chunk, Family } from './family.ts'
import { type NovaBlock, type NovaBody, novaShape } from './nova-body.ts'
import { novaRules } from './nova-rules.ts'
import { imageReceived, thinkingReceived, toolReceived } from './received.ts'
import { imageTokens, type Part, piecesOf, tokensOf } from './tokens.ts'
import { malformed, schemaWording } from './wordings.ts'

function read({ messages, system = [], inferenceConfig = {}, toolConfig }: NovaBody): Asked {
  const tools = (toolConfig?.tools ?? []).flatMap(({ toolSpec }) =>
    toolSpec === undefined ? [] : [{ name: toolSpec.name, schema: toolSpec.inputSchema.json }],
  )
  const { tool, any } = toolConfig?.toolChoice ?? {}
  const blocks = messages.flatMap(({ content }) => content)
  const images = blocks.filter(({ image }) => image !== undefined).length
  const { maxTokens, max_new_tokens, temperature, topP, topK, stopSequences } = inferenceConfig
  const max = maxTokens ?? max_new_tokens ?? 10_000
  const reasons = inferenceConfig.reasoningConfig?.type === 'enabled'
  return {
    system: system.flatMap(({ text }) => text ?? []).join('\n'),
    turns: messages.map(({ role, content }) => ({ role, text: content.map(told).join('') })),
    parts: [...toolParts(toolConfig?.tools ?? []), ...asParts(system), ...asParts(blocks)],
    settings: {
      temperature,
      topP,
      topK,
      max,
      stop: stopSequences?.length,
      effort: inferenceConfig.reasoningConfig?.maxReasoningEffort,
    },
    given: [
      ...(images === 0 ? [] : [`${images} image${images === 1 ? '' : 's'}`]),
      ...(tools.length === 0 ? [] : [`tools: ${tools.map(({ name }) => name).join(', ')}`]),
    ],
    received: received(messages),
    maxTokens: max,
    stop: stopSequences ?? [],
    thinking: reasons ? 'shown' : 'if-marked',
    tools,
    forcedTool: any === undefined ? tools.find(({ name }) => name === tool?.name) : tools[0],
  }
}

function received(messages: NovaBody['messages']): readonly string[] {
  const blocks = messages.flatMap(({ content }) => content)
  const names = new Map(blocks.map(({ toolUse }) => [toolUse?.toolUseId, toolUse?.name]))
  return blocks.flatMap(function each({ image, toolResult, reasoningContent }): readonly string[] {
    if (image !== undefined) return [imageReceived(`image/${image.format}`, image.source.bytes)]
    if (reasoningContent !== undefined) return [thinkingReceived(undefined)]
    if (toolResult === undefined) return []
    const said = toolResult.content.map((part) => part.text ?? JSON.stringify(part.json) ?? '')
    const name = names.get(toolResult.toolUseId)
    return [toolReceived(name, toolResult.status === 'error', said.join(''))]
  })
}

/** What a person reading the conversation would see of a block. */
function told({ text, toolUse, toolResult }: NovaBlock): string {
  if (toolUse !== undefined) return `(calls ${toolUse.name} ${JSON.stringify(toolUse.input)})`
  if (toolResult === undefined) return text ?? ''
  const said = toolResult.content.map((each) => each.text ?? JSON.stringify(each.json) ?? '')
  return `(${toolResult.status ?? 'success'}: ${said.join('')})`
}

const toolParts = (tools: readonly object[]): readonly Part[] =>
  tools.map((tool) => part(JSON.stringify(tool), 'cachePoint' in tool))

/** A cache point stands after what it marks. */
function asParts(blocks: readonly NovaBlock[]): readonly Part[] {
  return blocks.flatMap(function asPart(block): readonly Part[] {
    if (block.image !== undefined) {
      return [{ text: JSON.stringify(block.image), tokens: imageTokens }]
    }
    if (block.toolResult === undefined) {
      return [part(block.text ?? JSON.stringify(block), block.cachePoint !== undefined)]
    }
    const { content, ...rest } = block.toolResult
    return [part(JSON.stringify(rest), false), ...asParts(content as readonly NovaBlock[])]
  })
}

const part = (text: string, isMark: boolean): Part =>
  isMark ? { text: '', tokens: 0, cache: '5m' } : { text, tokens: tokensOf(text) }

function usageOf({ usage }: Told) {
  const cacheWrite = usage.cacheWrite5m + usage.cacheWrite1h
  return {
    inputTokens: usage.input,
    outputTokens: usage.output,
    totalTokens: usage.input + usage.cacheRead + cacheWrite + usage.output,
    cacheReadInputTokenCount: usage.cacheRead,
    cacheWriteInputTokenCount: cacheWrite,
  }
}

const toolUseId = (id: string) => `tooluse_${id}`

function whole(answer: Told) {
  const { thinking, text, calls, stopWord } = answer
  const content = [
    ...(thinking === undefined
      ? []
      : [{ reasoningContent: { reasoningText: { text: thinking.text } } }]),
    ...(text === '' && calls.length > 0 ? [] : [{ text }]),
    ...calls.map(({ id, name, input }) => ({ toolUse: { toolUseId: toolUseId(id), name, input } })),
  ]
  return {
    output: { message: { content, role: 'assistant' } },
    stopReason: stopWord,
    usage: usageOf(answer),
  }
}

type Delta = readonly [delta: object, tokens: number]

/** Only tool calls are opened; text and reasoning begin with their first delta. */
function stream(answer: Told): readonly Chunk[] {
  const { thinking, text, calls, stopWord } = answer
  const thoughts = piecesOf(thinking?.text ?? '').map(
    (each): Delta => [{ reasoningContent: { text: each.text } }, each.tokens],
  )
  const words = piecesOf(text).map((each): Delta => [{ text: each.text }, each.tokens])
  const blocks = [thoughts, words].filter((deltas) => deltas.length > 0)
  const chunks = blocks.flatMap((deltas, index) => block(deltas, index))
  return [
    { json: { messageStart: { role: 'assistant' } } },
    ...chunks,
    ...calls.flatMap((call, index) => toolBlock(call, blocks.length + index)),
    { json: { messageStop: { stopReason: stopWord } } },
    { json: { metadata: { usage: usageOf(answer), metrics: {}, trace: {} } } },
  ]
}

const block = (deltas: readonly Delta[], contentBlockIndex: number): readonly Chunk[] => [
  ...deltas.map(([delta, tokens]) => ({
    json: { contentBlockDelta: { delta, contentBlockIndex } },
    tokens,
  })),
  { json: { contentBlockStop: { contentBlockIndex } } },
]

function toolBlock(call: ToldCall, contentBlockIndex: number): readonly Chunk[] {
  const start = { toolUse: { toolUseId: toolUseId(call.id), name: call.name } }
  const deltas = piecesOf(JSON.stringify(call.input)).map(
    ({ text, tokens }): Delta => [{ toolUse: { input: text } }, tokens],
  )
  return [
    { json: { contentBlockStart: { start, contentBlockIndex } } },
    ...block(deltas, contentBlockIndex),
  ]
}

export const nova: Family = {
  shape: novaShape,
  wording: schemaWording,
  frame: malformed,
  rules: novaRules,
  tooLong: (tokens, limit) =>
    `Input Tokens Exceeded: Number of input tokens exceeds maximum length of ${limit}: ${tokens}. Please update the input to try again.`,
  read,
  endings: {
    end: 'end_turn',
    length: 'max_tokens',
    sequence: 'stop_sequence',
    'tool-call': 'tool_use',
    filtered: 'content_filtered',
  },
  whole,
  stream,
}
