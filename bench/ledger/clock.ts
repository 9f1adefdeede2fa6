/** Virtual time: what is waited for happens in order, and takes none of ours. */
import { setImmediate as turn } from 'node:timers/promises'

export type Clock = {
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly pause: (ms: number) => Promise<void>
  /** From moment to moment, until nothing is waited for, or it is over. */
  readonly run: (over: () => boolean) => Promise<void>
}

type Moment = { readonly at: number; readonly come: () => void }

export function openClock(start: number): Clock {
  const waiting: Moment[] = []
  let now = start

  /** A binary heap: the earliest is first. */
  function push(moment: Moment) {
    let place = waiting.length
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = waiting[above]
      if (parent === undefined || parent.at <= moment.at) break
      waiting[place] = parent
      place = above
    }
    waiting[place] = moment
  }

  function pop(): Moment | undefined {
    const [first] = waiting
    const last = waiting.pop()
    if (last === undefined || waiting.length === 0) return first
    let place = 0
    for (;;) {
      const [left, right] = [waiting[2 * place + 1], waiting[2 * place + 2]]
      const least = right !== undefined && left !== undefined && right.at < left.at ? right : left
      if (least === undefined || least.at >= last.at) break
      waiting[place] = least
      place = 2 * place + (least === right ? 2 : 1)
    }
    waiting[place] = last
    return first
  }

  return {
    now: () => now,
    pause: (ms) => new Promise((come) => push({ at: now + ms, come })),
    async run(over) {
      await turn()
      for (let next = pop(); next !== undefined && !over(); next = pop()) {
        now = next.at
        next.come()
        /** All that follows from it at once, before time goes on. */
        await turn()
      }
    },
  }
}
