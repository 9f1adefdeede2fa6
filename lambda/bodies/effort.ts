/** Writes a wish to think as one of the efforts a model knows. */
import type { Notice } from '../core/contracts.ts'
import type { Effort, ThinkingWish } from '../core/request.ts'

/** `words`: what a family calls each effort, or the nearest it has. */
export function effortOf<Word extends string>(
  wish: Exclude<ThinkingWish, { type: 'off' }>,
  words: Readonly<Record<Effort, Word>>,
  notice: Notice,
): Word {
  const wished = wish.type === 'adaptive' ? wish.effort : undefined
  const effort = words[wished ?? 'medium']
  if (effort !== wished) notice(`thinking: sent as effort ${effort}`)
  return effort
}
