/** The patience of one attempt: for its first byte, for each next one, and for all of it. */
import type { Deadline } from '../core/contracts.ts'

export type Patience = {
  readonly firstByteMs: number
  /** Longest silence, once something was heard. */
  readonly idleMs: number
  /** What is left of the function's own time, less what ending properly takes. */
  readonly totalMs: number
}

export function openDeadline(
  { firstByteMs, idleMs, totalMs }: Patience,
  caller: AbortSignal,
  fresh = false,
): Deadline {
  const controller = new AbortController()
  let passed = false
  const expire = () => {
    passed = true
    controller.abort()
  }
  const total = setTimeout(expire, Math.max(0, totalMs))
  let silence = setTimeout(expire, firstByteMs)
  let begun = false
  const leave = () => controller.abort()
  if (caller.aborted) leave()
  else caller.addEventListener('abort', leave, { once: true })
  const done = () => {
    clearTimeout(total)
    clearTimeout(silence)
    caller.removeEventListener('abort', leave)
  }
  return {
    signal: controller.signal,
    fresh,
    heard() {
      if (begun) return void silence.refresh()
      clearTimeout(silence)
      silence = setTimeout(expire, idleMs)
      begun = true
    },
    passed: () => passed,
    done,
    abandon() {
      done()
      controller.abort()
    },
  }
}
