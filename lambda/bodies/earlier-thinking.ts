/** Leaves out what a model thought before, where it would not take it back. */
import type { Notice } from '../core/contracts.ts'
import type { AssistantBlock, Message } from '../core/conversation.ts'

const isThought = ({ type }: AssistantBlock) => type === 'thinking' || type === 'redacted-thinking'

const isProven = (block: AssistantBlock) =>
  block.type !== 'thinking' || block.signature !== undefined

/** For families whose requests have no place for thinking. */
export const unthought = (messages: readonly Message[], notice: Notice): readonly Message[] =>
  kept(
    messages,
    (block) => !isThought(block),
    () => notice('earlier thinking: left out; the model does not take it back'),
  )

/** For families that take thinking back only with the signature that proves it. */
export const signed = (messages: readonly Message[], notice: Notice): readonly Message[] =>
  kept(messages, isProven, () =>
    notice('earlier thinking: left out; the model takes it back with its signature only'),
  )

function kept(
  messages: readonly Message[],
  keep: (block: AssistantBlock) => boolean,
  lost: () => void,
): readonly Message[] {
  return messages.map((message) => {
    if (message.role !== 'assistant') return message
    const content = message.content.filter(keep)
    if (content.length < message.content.length) lost()
    return { ...message, content }
  })
}
