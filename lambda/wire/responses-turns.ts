/** Gathers the items of a Responses request into the turns of a conversation. */
import type { Message } from '../core/conversation.ts'

/** An answer's items are one turn of the assistant, and the results of its tools one of the user. */
export function inTurns(said: readonly Message[]): readonly Message[] {
  const turns: { role: Message['role']; content: Block[] }[] = []
  for (const { role, content } of said) {
    const last = turns.at(-1)
    if (last?.role === role && goesOn(role, last.content, content)) last.content.push(...content)
    else turns.push({ role, content: [...content] })
  }
  return turns as readonly Message[]
}

type Block = Message['content'][number]

const goesOn = (role: Message['role'], ...parts: readonly (readonly Block[])[]): boolean =>
  role === 'assistant' ||
  (role === 'user' && parts.every((part) => part[0]?.type === 'tool-result'))
