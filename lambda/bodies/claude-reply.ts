/** Reads what Anthropic's Messages API answers, whole or as a stream. */
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

/** Anthropic, "Handling stop reasons"; `pause_turn` is left for what it is. */
type StopReason =
  | 'end_turn'
  | 'stop_sequence'
  | 'max_tokens'
  | 'model_context_window_exceeded'
  | 'tool_use'
  | 'refusal'

const stopWords = {
  end_turn: 'end',
  stop_sequence: 'sequence',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'refused',
} as const satisfies StopWords<StopReason>

export function claudeReply(answer: unknown, reported: ReportedUsage): Reply {
  const fields = answerFields(answer)
  if (!Array.isArray(fields.content)) throw malformed('no content')
  const content = fields.content.flatMap((block) => blockOf(need(fieldsOf(block), 'no block')))
  const reason = need(textOf(fields.stop_reason), 'no stop_reason')
  return {
    ...withoutJsonAnswer({ content, stop: stopOf(stopWords, reason, fields.stop_sequence) }),
    usage: usageOf(toldUsage(fieldsOf(fields.usage) ?? {}), reported, charactersOf(content)),
  }
}

/** Blocks of a kind we did not ask for, such as those of server tools, are left out. */
function blockOf(block: Fields): readonly AssistantBlock[] {
  switch (block.type) {
    case 'text': {
      const text = need(textOf(block.text), 'no text')
      return text === '' ? [] : [{ type: 'text', text }]
    }
    case 'thinking': {
      const signature = textOf(block.signature) ?? ''
      const text = need(textOf(block.thinking), 'no thinking')
      return [{ type: 'thinking', text, ...(signature !== '' && { signature }) }]
    }
    case 'redacted_thinking':
      return [{ type: 'redacted-thinking', data: need(textOf(block.data), 'no data') }]
    case 'tool_use':
      return [{ type: 'tool-call', ...callOf(block), input: inputOf(block.input) }]
    default:
      return []
  }
}

const callOf = (block: Fields) => ({
  id: need(textOf(block.id), 'no tool call id'),
  name: need(textOf(block.name), 'no tool name'),
})

/** Writes by lifetime where they are told apart; all at the default of 5 minutes where not. */
function toldUsage(usage: Fields): ToldUsage {
  const writes = fieldsOf(usage.cache_creation) ?? {}
  const hour = countOf(writes.ephemeral_1h_input_tokens)
  const minutes = countOf(writes.ephemeral_5m_input_tokens)
  return {
    input: countOf(usage.input_tokens),
    output: countOf(usage.output_tokens),
    cacheRead: countOf(usage.cache_read_input_tokens),
    cacheWrite5m: minutes ?? (hour === undefined ? countOf(usage.cache_creation_input_tokens) : 0),
    cacheWrite1h: hour,
  }
}

/** Counts in a stream are running totals: the last one told is the true one. */
function latest(before: ToldUsage, now: ToldUsage): ToldUsage {
  const told = Object.entries(now).filter(([, count]) => count !== undefined)
  return { ...before, ...Object.fromEntries(told) }
}

export function claudeStream(): StreamReader {
  let usage: ToldUsage = {}
  let stop: Stop | undefined
  let skipping = false

  function began(block: Fields, write: Writer) {
    write.close()
    skipping = false
    switch (block.type) {
      case 'text':
        write.text(textOf(block.text) ?? '')
        break
      case 'thinking':
        write.open({ type: 'thinking' })
        break
      case 'redacted_thinking':
        write.open({ type: 'redacted-thinking', data: need(textOf(block.data), 'no data') })
        break
      case 'tool_use':
        write.open({ type: 'tool-call', ...callOf(block) })
        break
      default:
        skipping = true
    }
  }

  function grew(delta: Fields, write: Writer) {
    switch (delta.type) {
      case 'text_delta':
        write.text(need(textOf(delta.text), 'no text'))
        break
      case 'thinking_delta':
        write.delta({ type: 'thinking', text: need(textOf(delta.thinking), 'no thinking') })
        break
      case 'signature_delta': {
        const signature = need(textOf(delta.signature), 'no signature')
        write.delta({ type: 'signature', signature })
        break
      }
      case 'input_json_delta': {
        const json = need(textOf(delta.partial_json), 'no partial_json')
        write.delta({ type: 'input-json', json })
        break
      }
    }
  }

  return streamReader({
    read(chunk, write) {
      switch (chunk.type) {
        case 'message_start': {
          const message = fieldsOf(chunk.message) ?? {}
          usage = toldUsage(fieldsOf(message.usage) ?? {})
          write.start(usage)
          break
        }
        case 'content_block_start':
          began(need(fieldsOf(chunk.content_block), 'no content_block'), write)
          break
        case 'content_block_delta':
          if (!skipping) grew(need(fieldsOf(chunk.delta), 'no delta'), write)
          break
        case 'content_block_stop':
          write.close()
          skipping = false
          break
        case 'message_delta': {
          const delta = fieldsOf(chunk.delta) ?? {}
          const reason = textOf(delta.stop_reason)
          if (reason !== undefined) stop = stopOf(stopWords, reason, delta.stop_sequence)
          usage = latest(usage, toldUsage(fieldsOf(chunk.usage) ?? {}))
          break
        }
        case 'message_stop':
          write.end(need(stop, 'no stop_reason'), usage)
          break
      }
    },
  })
}
