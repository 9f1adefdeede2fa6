/** Carries signed thinking through clients that send reasoning items back as they came. */
import type { RedactedThinking, Thinking } from '../core/conversation.ts'

/** Tells our `encrypted_content` from another service's; signed by the model, not by us. */
const mark = 'tollgate1.'

/** The whole block, because a signature holds for exactly the text it was made for. */
export const sealed = (block: Thinking | RedactedThinking): string =>
  mark + Buffer.from(JSON.stringify(block)).toString('base64url')

export const isSealed = (content: string): boolean => content.startsWith(mark)

/** `undefined` where it does not hold what `sealed` wrote. */
export function unsealed(content: string): Thinking | RedactedThinking | undefined {
  try {
    const json = Buffer.from(content.slice(mark.length), 'base64url').toString()
    return blockOf(JSON.parse(json))
  } catch {
    return undefined
  }
}

function blockOf(value: unknown): Thinking | RedactedThinking | undefined {
  const { type, text, signature, data } = (value ?? {}) as Record<string, unknown>
  if (type === 'redacted-thinking' && typeof data === 'string') return { type, data }
  if (type !== 'thinking' || typeof text !== 'string') return undefined
  if (signature === undefined) return { type, text }
  return typeof signature === 'string' ? { type, text, signature } : undefined
}
