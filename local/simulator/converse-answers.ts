/** Converse's answer, whole and as the events of ConverseStream, in the order Bedrock sends them. */
import type { Told } from './answer.ts'
import { claudeAnswers } from './claude-messages-stream.ts'
import { isClaude } from './converse-models.ts'
import type { ConverseBody } from './converse-types.ts'
import { type Piece, piecesOf } from './tokens.ts'

/** One event of a stream: its type, and its payload. */
export type ConverseEvent = {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly tokens: number
}

export function converseWhole(told: Told, body: ConverseBody, latencyMs: number) {
  return {
    output: { message: { role: 'assistant', content: blocks(told) } },
    stopReason: told.stopWord,
    usage: usageOf(told),
    metrics: { latencyMs },
    ...additional(told, body),
    ...echoed(body),
  }
}

function usageOf({ usage, model }: Told) {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = usage
  const writes = [
    { ttl: '1h', inputTokens: cacheWrite1h },
    { ttl: '5m', inputTokens: cacheWrite5m },
  ].filter(({ inputTokens }) => inputTokens > 0)
  return {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + cacheRead + cacheWrite5m + cacheWrite1h + output,
    ...(model.accepts.cachePoints && {
      cacheReadInputTokens: cacheRead,
      cacheWriteInputTokens: cacheWrite5m + cacheWrite1h,
      ...(writes.length > 0 && { cacheDetails: writes }),
    }),
  }
}

const toolUseId = (id: string) => `tooluse_${id}`

/** Only Claude signs what it thought, and only Claude redacts. */
function thoughts({ thinking, redacted, model }: Told) {
  const signature = isClaude(model) ? { signature: thinking?.signature } : {}
  const hidden = isClaude(model) ? redacted : undefined
  return [
    ...(hidden === undefined ? [] : [{ redactedContent: hidden }]),
    ...(thinking === undefined ? [] : [{ reasoningText: { text: thinking.text, ...signature } }]),
  ]
}

function blocks(told: Told) {
  const { text, calls } = told
  return [
    ...thoughts(told).map((reasoningContent) => ({ reasoningContent })),
    ...(text === '' ? [] : [{ text }]),
    ...calls.map(({ id, name, input }) => ({
      toolUse: { toolUseId: toolUseId(id), name, input },
    })),
  ]
}

/** JSON pointers into the answer Claude itself gave: `/stop_sequence`. */
function additional(told: Told, { additionalModelResponseFieldPaths: paths = [] }: ConverseBody) {
  if (!isClaude(told.model)) return {}
  const answer: Readonly<Record<string, unknown>> = claudeAnswers.whole(told)
  const fields = paths
    .map((path) => path.replace(/^\//, ''))
    .filter((key) => Object.hasOwn(answer, key))
    .map((key) => [key, answer[key]])
  return fields.length === 0 ? {} : { additionalModelResponseFields: Object.fromEntries(fields) }
}

const echoed = ({ serviceTier, performanceConfig }: ConverseBody) => ({
  ...(serviceTier !== undefined && { serviceTier }),
  ...(performanceConfig !== undefined && { performanceConfig }),
})

type Delta = readonly [delta: object, tokens: number]
type Opened = { readonly start?: object; readonly deltas: readonly Delta[] }

const deltasOf = (text: string, wrap: (piece: string) => object): readonly Delta[] =>
  piecesOf(text).map((piece: Piece) => [wrap(piece.text), piece.tokens])

function opened(told: Told): readonly Opened[] {
  const reasoning = thoughts(told).map(function thought(each): Opened {
    if ('redactedContent' in each) return { deltas: [[{ reasoningContent: each }, 0]] }
    const { text, signature } = each.reasoningText as { text: string; signature?: string }
    const words = deltasOf(text, (piece) => ({ reasoningContent: { text: piece } }))
    const signed: readonly Delta[] =
      signature === undefined ? [] : [[{ reasoningContent: { signature } }, 0]]
    return { deltas: [...words, ...signed] }
  })
  const said: readonly Opened[] =
    told.text === '' ? [] : [{ deltas: deltasOf(told.text, (text) => ({ text })) }]
  const calls = told.calls.map(({ id, name, input }) => ({
    start: { toolUse: { toolUseId: toolUseId(id), name } },
    deltas: deltasOf(JSON.stringify(input), (piece) => ({ toolUse: { input: piece } })),
  }))
  return [...reasoning, ...said, ...calls]
}

/** Recorded of Claude and Nova: only tool calls are opened by an event, and `metadata` comes last. */
export function converseEvents(
  told: Told,
  body: ConverseBody,
  latencyMs: number,
): readonly ConverseEvent[] {
  const event = (type: string, payload: ConverseEvent['payload'], tokens = 0) => ({
    type,
    payload,
    tokens,
  })
  const content = opened(told).flatMap(({ start, deltas }, contentBlockIndex) => [
    ...(start === undefined ? [] : [event('contentBlockStart', { contentBlockIndex, start })]),
    ...deltas.map(([delta, tokens]) =>
      event('contentBlockDelta', { contentBlockIndex, delta }, tokens),
    ),
    event('contentBlockStop', { contentBlockIndex }),
  ])
  const metadata = { usage: usageOf(told), metrics: { latencyMs }, ...echoed(body) }
  return [
    event('messageStart', { role: 'assistant' }),
    ...content,
    event('messageStop', { stopReason: told.stopWord, ...additional(told, body) }),
    event('metadata', metadata),
  ]
}
