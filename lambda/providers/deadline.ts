/** The patience of one attempt: for its first byte, for each next one, and for all of it. */

export type Patience = {
  readonly firstByteMs: number
  /** Longest silence, once something was heard. */
  readonly idleMs: number
  /** What is left of the function's own time, less what ending properly takes. */
  readonly totalMs: number
}

export type Deadline = {
  readonly signal: AbortSignal
  /** Something arrived: from now on, at most `idleMs` of silence. */
  readonly heard: () => void
  readonly passed: () => boolean
  /** The attempt is over; the connection is left as it is, for the next one. */
  readonly done: () => void
  /** Nobody reads on: the connection is cut. */
  readonly abandon: () => void
}

export function openDeadline(
  { firstByteMs, idleMs, totalMs }: Patience,
  caller: AbortSignal,
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
