/** Reads what Converse answers, whole or as a stream; Amazon Nova answers InvokeModel in its shapes. */
import type { ReportedUsage, StreamReader } from '../core/contracts.ts'
import type { AssistantBlock } from '../core/conversation.ts'
import type { Reply, Stop } from '../core/reply.ts'
import {
  answerFields,
  countOf,
  type Fields,
  fieldsOf,
  inputOf,
  malformed,
  need,
  type StopWords,
  stopOf,
  textOf,
} from './answer.ts'
import { withoutJsonAnswer } from './json-answer.ts'
import { streamReader, type Writer } from './stream.ts'
import { charactersOf, type ToldUsage, usageOf } from './usage.ts'

/** AWS, Converse's StopReason; the malformed ones are left for what they are. */
type StopReason =
  | 'end_turn'
  | 'stop_sequence'
  | 'max_tokens'
  | 'model_context_window_exceeded'
  | 'tool_use'
  | 'content_filtered'
  | 'guardrail_intervened'

const stopWords = {
  end_turn: 'end',
  stop_sequence: 'sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  content_filtered: 'filtered',
  guardrail_intervened: 'filtered',
} as const satisfies StopWords<StopReason>

export function converseReply(answer: unknown, reported: ReportedUsage): Reply {
  const fields = answerFields(answer)
  const message = need(fieldsOf(fieldsOf(fields.output)?.message), 'no message')
  if (!Array.isArray(message.content)) throw malformed('no content')
  const content = message.content.flatMap((block) => blockOf(need(fieldsOf(block), 'no block')))
  const reason = need(textOf(fields.stopReason), 'no stopReason')
  return {
    ...withoutJsonAnswer({ content, stop: stopOf(stopWords, reason) }),
    usage: usageOf(toldUsage(fields), reported, charactersOf(content)),
  }
}

/** Blocks of a kind we did not ask for, such as citations, are left out. */
function blockOf(block: Fields): readonly AssistantBlock[] {
  const { text, toolUse, reasoningContent } = block
  if (typeof text === 'string') return text === '' ? [] : [{ type: 'text', text }]
  const call = fieldsOf(toolUse)
  if (call !== undefined) {
    return [{ type: 'tool-call', ...callOf(call), input: inputOf(call.input) }]
  }
  const reasoning = fieldsOf(reasoningContent) ?? {}
  const data = textOf(reasoning.redactedContent)
  if (data !== undefined) return [{ type: 'redacted-thinking', data }]
  const thinking = fieldsOf(reasoning.reasoningText)
  if (thinking === undefined) return []
  const signature = textOf(thinking.signature) ?? ''
  const thought = need(textOf(thinking.text), 'no reasoning text')
  return [{ type: 'thinking', text: thought, ...(signature !== '' && { signature }) }]
}

const callOf = (call: Fields) => ({
  id: need(textOf(call.toolUseId), 'no toolUseId'),
  name: need(textOf(call.name), 'no tool name'),
})

/** AWS's pages name Nova's counts of the cache both with and without `Count`. */
function toldUsage({ usage }: Fields): ToldUsage {
  const counts = fieldsOf(usage) ?? {}
  return {
    input: countOf(counts.inputTokens),
    output: countOf(counts.outputTokens),
    cacheRead: countOf(counts.cacheReadInputTokenCount ?? counts.cacheReadInputTokens),
    ...cacheWrites(counts),
  }
}

/** Lifetimes are told apart in `cacheDetails` only; what is not told there is the default's. */
function cacheWrites(counts: Fields): ToldUsage {
  const all = countOf(counts.cacheWriteInputTokenCount ?? counts.cacheWriteInputTokens)
  const details = Array.isArray(counts.cacheDetails) ? counts.cacheDetails : []
  const written = (ttl: string) =>
    details.reduce((sum: number, item: unknown) => {
      const detail = fieldsOf(item)
      return detail?.ttl === ttl ? sum + (countOf(detail.inputTokens) ?? 0) : sum
    }, 0)
  if (details.length === 0) return { cacheWrite5m: all }
  const hour = written('1h')
  const minutes = all === undefined ? written('5m') : Math.max(0, all - hour)
  return { cacheWrite5m: minutes, cacheWrite1h: hour }
}

/**
 * Only tool calls are opened; text and thinking begin with their first delta. `metadata` comes
 * after `messageStop`, and without it the answer is whole all the same, its usage a guess.
 */
export function converseStream(): StreamReader {
  let stop: Stop | undefined
  let upstreamBlock: unknown

  function grew(chunk: Fields, write: Writer) {
    if (chunk.contentBlockIndex !== upstreamBlock) write.close()
    upstreamBlock = chunk.contentBlockIndex
    const { text, toolUse, reasoningContent } = need(fieldsOf(chunk.delta), 'no delta')
    if (typeof text === 'string') write.text(text)
    const call = fieldsOf(toolUse)
    if (call !== undefined) write.delta({ type: 'input-json', json: jsonOf(call.input) })
    const thought = fieldsOf(reasoningContent)
    if (thought !== undefined) thinks(thought, write)
  }

  function thinks(thought: Fields, write: Writer) {
    const { text, signature } = fieldsOf(thought.reasoningText) ?? thought
    const data = textOf(thought.redactedContent)
    if (data !== undefined) write.open({ type: 'redacted-thinking', data })
    if (typeof text === 'string') write.thinking(text)
    if (typeof signature === 'string') write.delta({ type: 'signature', signature })
  }

  return streamReader({
    read(chunk, write) {
      const start = fieldsOf(chunk.contentBlockStart)
      const delta = fieldsOf(chunk.contentBlockDelta)
      const stopped = fieldsOf(chunk.messageStop)
      const metadata = fieldsOf(chunk.metadata)
      if (chunk.messageStart !== undefined) write.start()
      if (start !== undefined) {
        write.close()
        upstreamBlock = start.contentBlockIndex
        const call = fieldsOf(fieldsOf(start.start)?.toolUse)
        if (call !== undefined) write.open({ type: 'tool-call', ...callOf(call) })
      }
      if (delta !== undefined) grew(delta, write)
      if (chunk.contentBlockStop !== undefined) write.close()
      if (stopped !== undefined) {
        stop = stopOf(stopWords, need(textOf(stopped.stopReason), 'no stopReason'))
      }
      if (metadata !== undefined) write.end(need(stop, 'no messageStop'), toldUsage(metadata))
    },
    ended(write) {
      if (stop !== undefined) write.end(stop, {})
    },
  })
}

/** The input comes as text of JSON, as in Converse; some answers have had it as an object. */
const jsonOf = (input: unknown): string =>
  typeof input === 'string' ? input : JSON.stringify(inputOf(input))
