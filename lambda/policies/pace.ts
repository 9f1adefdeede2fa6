/** How soon a stream begins to say something, and how fast it goes on. */
import type { ReplyStream } from '../core/contracts.ts'
import type { MetricName } from '../core/metrics.ts'
import type { ReplyEvent, Usage } from '../core/reply.ts'

type Values = Partial<Record<MetricName, number>>

/** `arrived`: by `performance.now()`, when the request came. */
export function openPace(arrived: number) {
  let first: number | undefined
  let last = 0
  return {
    see(event: ReplyEvent): void {
      if (!isContent(event)) return
      last = performance.now()
      first ??= last
    },
    /** Also of a stream that broke later. */
    begun: (): Values => (first === undefined ? {} : { FirstTokenMs: first - arrived }),
    /** Nobody made the tokens of an answer that was remembered, or that came in one piece, one by one. */
    measured({ call, remembered }: ReplyStream, { output }: Usage): Values {
      const oneByOne = call.task === 'chat' && call.model.accepts.streaming && !remembered
      if (first === undefined || !oneByOne || output < 2) return {}
      return { OutputTokenMs: (last - first) / (output - 1) }
    },
  }
}

/** A text, a thought, or a call of a tool; a signature is nothing that a model says. */
function isContent(event: ReplyEvent): boolean {
  if (event.type === 'block-delta') return event.delta.type !== 'signature'
  if (event.type !== 'block-start') return false
  return event.block.type === 'tool-call' || event.block.type === 'redacted-thinking'
}
