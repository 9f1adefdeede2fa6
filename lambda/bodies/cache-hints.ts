/** Cache points as far as a family has them; the rest is a preference that cannot be carried. */
import type { Notice } from '../core/contracts.ts'
import type { CachePoint } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'

type Limits = {
  readonly points: number
  /** Whether a point of an hour may be set at all, or only before those of five minutes. */
  readonly hour: 'never' | 'before-minutes'
}

/** Gives what to send for each point; ask in the prompt's own order: tools, system, messages. */
export function cacheHints({ points, hour }: Limits, notice: Notice) {
  let given = 0
  let minutes = hour === 'never'
  return (cache: CachePoint | undefined): CachePoint | undefined => {
    if (cache === undefined) return undefined
    if (given === points) {
      notice(`cache points: left out after the first ${points}; the model takes no more`)
      return undefined
    }
    given += 1
    if (cache.ttl === '1h' && minutes) {
      notice('cache point of 1h: sent as 5m; the model does not take it there')
    }
    minutes = minutes || cache.ttl === '5m'
    return minutes ? { ttl: '5m' } : cache
  }
}

export type CacheHint = ReturnType<typeof cacheHints>

/** For a model without a prompt cache: no point is sent, and that is told. */
export const noCacheHints =
  (model: Model, notice: Notice): CacheHint =>
  (cache) => {
    if (cache !== undefined) notice(`cache points: left out; ${model.name} has no prompt cache`)
    return undefined
  }
