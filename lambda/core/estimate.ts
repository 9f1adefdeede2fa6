/** Counts a prompt that no provider counted: unknown is not free. */
import type { Usage } from './reply.ts'

/** Four bytes a token is usual for English; three errs on the dearer side. */
export const bytesPerToken = 3

/** `sentBytes`: the body that was sent. No prompt has no tokens, so none told is none counted. */
export function withPrompt(usage: Usage, sentBytes: number): Usage {
  const { input, cacheRead, cacheWrite5m, cacheWrite1h } = usage
  if (input + cacheRead + cacheWrite5m + cacheWrite1h > 0) return usage
  const guessed = usage.guessed === undefined ? 'prompt' : 'all'
  return { ...usage, input: Math.ceil(sentBytes / bytesPerToken), guessed }
}
