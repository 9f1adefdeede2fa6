/** A whole reply as OpenAI's `chat.completion` object. */

import type { RedactedThinking, Thinking, ToolCall } from '../core/conversation.ts'
import type { AnswerFacts } from '../core/dialect.ts'
import type { Reply, ReplyBlock, Stop, Usage } from '../core/reply.ts'

type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

const finishReason = {
  end: 'stop',
  sequence: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  filtered: 'content_filter',
  refused: 'content_filter',
  other: 'stop',
} as const satisfies Record<Stop['reason'], FinishReason>

/** Which sequence was hit has no word at OpenAI; this one is vLLM's, beside the finish reason. */
export const finish = (stop: Stop) => ({
  finish_reason: finishReason[stop.reason],
  ...(stop.reason === 'sequence' && stop.sequence !== undefined && { stop_reason: stop.sequence }),
})

export const completionId = ({ requestId }: AnswerFacts): string => `chatcmpl-${requestId}`

export const completion = ({ content, stop, usage }: Reply, facts: AnswerFacts) => ({
  id: completionId(facts),
  object: 'chat.completion',
  created: facts.created,
  model: facts.asked,
  choices: [{ index: 0, message: message(content), logprobs: null, ...finish(stop) }],
  usage: usageSaid(usage, facts),
})

function message(content: readonly ReplyBlock[]) {
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('')
  const reasoning = content.map((block) => (block.type === 'thinking' ? block.text : '')).join('')
  const calls = content.filter((block) => block.type === 'tool-call')
  const thoughts = content.filter(isKept)
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    ...(reasoning !== '' && { reasoning_content: reasoning }),
    ...(thoughts.length > 0 && { thinking_blocks: thoughts.map(thinkingBlock) }),
    ...(calls.length > 0 && { tool_calls: calls.map(toolCall) }),
  }
}

/** Thoughts that a model takes back only as it signed them; plain ones are `reasoning_content`. */
const isKept = (block: ReplyBlock): block is Thinking | RedactedThinking =>
  block.type === 'redacted-thinking' ||
  (block.type === 'thinking' && (block.signature ?? '') !== '')

/** LiteLLM's words, "Reasoning content"; the same are read in an assistant message. */
export const thinkingBlock = (block: Thinking | RedactedThinking) =>
  block.type === 'thinking'
    ? { type: 'thinking', thinking: block.text, signature: block.signature }
    : { type: 'redacted_thinking', data: block.data }

const toolCall = ({ id, name, input }: ToolCall) => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
})

/** OpenAI's prompt tokens include the cached ones; how long a write is kept is Anthropic's word. */
export function usageSaid(usage: Usage, facts: AnswerFacts) {
  const { cacheRead, cacheWrite5m, cacheWrite1h, output } = usage
  const written = cacheWrite5m + cacheWrite1h
  const prompt = usage.input + cacheRead + written
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    prompt_tokens_details: {
      cached_tokens: cacheRead,
      cache_write_tokens: written,
      ...(written > 0 && {
        cache_creation_token_details: {
          ephemeral_5m_input_tokens: cacheWrite5m,
          ephemeral_1h_input_tokens: cacheWrite1h,
        },
      }),
    },
    cost_usd: facts.costUsd(usage),
  }
}
