/** Lays a conversation out as OpenAI's chat completions have it: one message a tool result. */
import type { Notice } from '../core/contracts.ts'
import type { JsonObject, Message, Text } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import { noCacheHints } from './cache-hints.ts'
import { unthought } from './earlier-thinking.ts'
import { alternating, isSaid, leading, type Turn } from './turns.ts'
import { isText, joined, type Part, type ToolWords, userMessages } from './user-messages.ts'

export function openaiMessages(
  messages: readonly Message[],
  model: Model,
  notice: Notice,
): readonly JsonObject[] {
  const [first, rest] = leading(unthought(messages, notice))
  const hint = noCacheHints(model, notice)
  for (const block of messages.flatMap(({ content }) => content as readonly Part[])) {
    if ('cache' in block) hint(block.cache)
  }
  const system = first.flatMap(({ content }) => content as readonly Text[]).filter(isSaid)
  const turns = alternating(rest, notice)
  return [
    ...(system.length > 0 ? [{ role: 'system', content: joined(system) }] : []),
    ...turns.flatMap((turn) =>
      turn.role === 'user'
        ? userMessages(turn.content, words, notice)
        : [assistantMessage(turn.content)],
    ),
  ]
}

const words: ToolWords = { who: 'A chat completion', content: (said) => said }

function assistantMessage(content: Turn['content']): JsonObject {
  const text = joined(content.filter(isText))
  const calls = content.flatMap((block) => {
    if (block.type !== 'tool-call') return []
    const { id, name, input } = block
    return [{ id, type: 'function', function: { name, arguments: JSON.stringify(input) } }]
  })
  return {
    role: 'assistant',
    ...((text !== '' || calls.length === 0) && { content: text }),
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}
