/** An assistant message as OpenAI's clients send it back: thoughts, text, and the calls of tools. */
import type { AssistantMessage, RedactedThinking, Thinking } from '../core/conversation.ts'
import {
  anyText,
  choose,
  leftOut,
  list,
  missing,
  object,
  type Reader,
  refused,
} from './openai-fields.ts'
import { marked, speaker } from './openai-marks.ts'
import { assistantContent, cached, cacheFields } from './openai-parts.ts'
import { toolCalls, unread } from './openai-tools.ts'
import { faced, needing } from './schema.ts'

const thought = object({ type: anyText, thinking: anyText, signature: anyText, ...cacheFields })
const hiddenThought = object({ type: anyText, data: anyText })

/** Thoughts whole, with what lets Claude take them back, in LiteLLM's words ("Reasoning content"). */
const thinkingBlock = choose('type', {
  thinking: faced(needing(thought), (value, place): Thinking => {
    const { thinking: text = '', signature = '' } = thought(value, place)
    return { type: 'thinking', text, ...(signature !== '' && { signature }) }
  }),
  redacted_thinking: faced(needing(hiddenThought, 'data'), (value, place): RedactedThinking => {
    const { data } = hiddenThought(value, place)
    if (data === undefined) throw missing(place, 'data', 'a string')
    return { type: 'redacted-thinking', data }
  }),
})

const assistantShape = object({
  role: anyText,
  content: assistantContent,
  refusal: anyText,
  name: speaker,
  tool_calls: toolCalls,
  thinking_blocks: list(thinkingBlock),
  reasoning_content: anyText,
  reasoning: anyText,
  /** What `chat.completions.parse` adds to the message it gives back, made of `content`. */
  parsed: unread,
  annotations: leftOut(
    list((item) => item),
    'models here do not know citations',
    isEmpty,
  ),
  audio: refused('names a recording that OpenAI keeps; send its transcript as content'),
  function_call: refused('is retired; send tool_calls'),
  ...cacheFields,
})

function isEmpty(items: readonly unknown[]): boolean {
  return items.length === 0
}

export const assistant: Reader<AssistantMessage> = faced(
  needing(assistantShape),
  (value, place) => {
    const said = assistantShape(value, place)
    const reasoning = said.reasoning_content ?? said.reasoning ?? ''
    const thoughts = said.thinking_blocks?.length ? said.thinking_blocks : plainThought(reasoning)
    const refusal = said.refusal?.trim() ? [{ type: 'text' as const, text: said.refusal }] : []
    const blocks = [...thoughts, ...(said.content ?? []), ...refusal, ...(said.tool_calls ?? [])]
    return { role: 'assistant', content: marked(blocks, cached(said).cache, place) }
  },
)

const plainThought = (text: string): readonly Thinking[] =>
  text === '' ? [] : [{ type: 'thinking', text }]
