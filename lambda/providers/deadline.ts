/** One timer for one attempt: first for its first byte, then, started anew, for each next one. */

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

export function openDeadline(firstByteMs: number, idleMs: number, caller: AbortSignal): Deadline {
  const controller = new AbortController()
  let passed = false
  const expire = () => {
    passed = true
    controller.abort()
  }
  let timer = setTimeout(expire, firstByteMs)
  let idle = false
  const leave = () => controller.abort()
  if (caller.aborted) leave()
  else caller.addEventListener('abort', leave, { once: true })
  const done = () => {
    clearTimeout(timer)
    caller.removeEventListener('abort', leave)
  }
  return {
    signal: controller.signal,
    heard() {
      if (idle) return void timer.refresh()
      clearTimeout(timer)
      timer = setTimeout(expire, idleMs)
      idle = true
    },
    passed: () => passed,
    done,
    abandon() {
      done()
      controller.abort()
    },
  }
}
