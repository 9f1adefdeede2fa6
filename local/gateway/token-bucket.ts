/** The token bucket of API Gateway's throttles. */
import { numberOf } from '../template/values.ts'

/** `rate` requests a second on average, `burst` at once. */
export type Throttle = { readonly rate: number; readonly burst: number }

/** Takes one token; `false` where none is left. */
export type TokenBucket = () => boolean

export function readThrottle(rate: unknown, burst: unknown): Throttle | undefined {
  const perSecond = numberOf(rate)
  const atOnce = numberOf(burst)
  if (perSecond === undefined && atOnce === undefined) return undefined
  return { rate: perSecond ?? Number.POSITIVE_INFINITY, burst: atOnce ?? 1 }
}

/** Full at first; `now` gives milliseconds. */
export function openBucket({ rate, burst }: Throttle, now: () => number): TokenBucket {
  let tokens = burst
  let filled = now()
  return function take() {
    const time = now()
    const passed = Math.max(0, time - filled)
    if (passed > 0) tokens = Math.min(burst, tokens + (passed * rate) / 1000)
    filled = time
    /** Parts of a token add up to a little less than the whole: 0.1 ten times is not 1. */
    if (tokens < 1 - 1e-9) return false
    tokens -= 1
    return true
  }
}
