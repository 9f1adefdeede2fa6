/** Says a reply in Anthropic's words: message, content blocks, why it stopped, what it used. */
import type { AnswerFacts } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import type { TollgateError } from '../core/errors.ts'
import type { OpenedBlock, Reply, ReplyBlock, Stop, Usage } from '../core/reply.ts'

/** Anthropic has one word for an answer that was held back, whoever held it back. */
const stopReasons = {
  end: 'end_turn',
  sequence: 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  filtered: 'refusal',
  refused: 'refusal',
} as const satisfies Record<Exclude<Stop['reason'], 'other'>, string>

/** Any other reason stays the model's own word: `pause_turn` as well as what Anthropic never says. */
export const stopOf = (stop: Stop) => ({
  stop_reason: stop.reason === 'other' ? stop.detail : stopReasons[stop.reason],
  stop_sequence: stop.reason === 'sequence' ? (stop.sequence ?? null) : null,
})

/** Disjoint counts, as Anthropic's are; extra fields are open in its SDKs. */
const countsOf = (usage: Usage) => ({
  input_tokens: usage.input,
  cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
  cache_read_input_tokens: usage.cacheRead,
  cache_creation: {
    ephemeral_5m_input_tokens: usage.cacheWrite5m,
    ephemeral_1h_input_tokens: usage.cacheWrite1h,
  },
  output_tokens: usage.output,
})

export const usageOf = (usage: Usage, facts: AnswerFacts) => ({
  ...countsOf(usage),
  cost_usd: facts.costUsd(usage),
})

const uncounted: Usage = { input: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }

/** Before its first block: nothing is counted yet, all counts come with the end. */
export const openMessage = (facts: AnswerFacts) => ({
  id: `msg_${facts.requestId.replaceAll('-', '')}`,
  type: 'message',
  role: 'assistant',
  model: facts.asked,
  content: [] as unknown[],
  stop_reason: null as string | null,
  stop_sequence: null as string | null,
  stop_details: null,
  usage: countsOf(uncounted),
})

export const messageOf = ({ content, stop, usage }: Reply, facts: AnswerFacts) => ({
  ...openMessage(facts),
  content: content.flatMap(blockOf),
  ...stopOf(stop),
  usage: usageOf(usage, facts),
})

function blockOf(block: ReplyBlock): readonly object[] {
  switch (block.type) {
    case 'text':
      return [{ type: 'text', text: block.text }]
    case 'thinking':
      return [{ type: 'thinking', thinking: block.text, signature: block.signature ?? '' }]
    case 'redacted-thinking':
      return [{ type: 'redacted_thinking', data: block.data }]
    case 'tool-call':
      return [{ type: 'tool_use', id: block.id, name: block.name, input: block.input }]
    case 'embedding':
      return []
  }
}

/** A block as it stands before its first delta. */
export function openedBlock(block: OpenedBlock): object | undefined {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '' }
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' }
    case 'redacted-thinking':
      return { type: 'redacted_thinking', data: block.data }
    case 'tool-call':
      return { type: 'tool_use', id: block.id, name: block.name, input: {} }
    case 'embedding':
      return undefined
  }
}

/**
 * Anthropic's tool runner goes on without a thread when told so in its own words
 * (@anthropic-ai/sdk 1.11, `ThreadState`), else it fails.
 */
const detailsOf = ({ param }: TollgateError) =>
  param === 'thread' && { details: { error_code: 'thread_unsupported_request', unsupported: [] } }

export function failureOf(error: TollgateError, requestId: string) {
  const body = errorBody(error, requestId)
  return { ...body, error: { ...body.error, ...detailsOf(error) } }
}

export const json = (body: unknown) => ({
  contentType: 'application/json',
  body: JSON.stringify(body),
})
