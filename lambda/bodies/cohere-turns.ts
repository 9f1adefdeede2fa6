/** Lays a conversation out as Cohere's Chat API v2 has it: one message a tool result. */
import type { Notice } from '../core/contracts.ts'
import type { AssistantBlock, JsonObject, Message, Text } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import { noCacheHints } from './cache-hints.ts'
import { alternating, isSaid, leading, type Turn } from './turns.ts'
import { isText, joined, type Part, type ToolWords, userMessages } from './user-messages.ts'

/** Cohere, "Errors": "system turn must be the first in the list". */
export function cohereMessages(
  messages: readonly Message[],
  model: Model,
  notice: Notice,
): readonly JsonObject[] {
  const [first, rest] = leading(messages)
  const hint = noCacheHints(model, notice)
  for (const block of messages.flatMap(({ content }) => content as readonly Part[])) {
    if ('cache' in block) hint(block.cache)
  }
  const system = first.flatMap(({ content }) => content as readonly Text[]).filter(isSaid)
  return [
    ...(system.length > 0 ? [{ role: 'system', content: joined(system) }] : []),
    ...alternating(rest, notice).flatMap((turn) =>
      turn.role === 'user'
        ? userMessages(turn.content, words, notice)
        : assistantMessages(turn.content, model, notice),
    ),
  ]
}

/**
 * Cohere, "Chat": "formatted as a JSON object string, or a list of tool content blocks"; a result
 * that says nothing is the empty object.
 */
const words: ToolWords = {
  who: 'Cohere',
  content: (said) => (said === '' ? '{}' : [{ type: 'text', text: said }]),
}

/** Cohere, "Usage patterns for tool use": what is said before a call is its plan. */
function assistantMessages(
  content: Turn['content'],
  model: Model,
  notice: Notice,
): readonly JsonObject[] {
  const text = joined(content.filter(isText))
  const thoughts = (content as readonly AssistantBlock[]).flatMap((block) =>
    thoughtFields(block, model, notice),
  )
  const calls = content.flatMap((block) => {
    if (block.type !== 'tool-call') return []
    const { id, name, input } = block
    return [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }]
  })
  const plain = calls.length === 0 && text !== '' ? [{ type: 'text', text }] : []
  const said = [...thoughts, ...plain]
  if (said.length === 0 && calls.length === 0) return []
  return [
    {
      role: 'assistant',
      ...(said.length > 0 && { content: thoughts.length === 0 ? text : said }),
      ...(calls.length > 0 && text !== '' && { tool_plan: text }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
  ]
}

/** Cohere signs no thought, so one that is signed or hidden is another family's. */
function thoughtFields(
  block: AssistantBlock,
  { accepts, name }: Model,
  notice: Notice,
): readonly JsonObject[] {
  if (block.type !== 'thinking' && block.type !== 'redacted-thinking') return []
  const own = block.type === 'thinking' && block.signature === undefined
  if (own && accepts.thinking !== 'no') return [{ type: 'thinking', thinking: block.text }]
  notice(`earlier thinking: left out; ${name} does not take it back`)
  return []
}
