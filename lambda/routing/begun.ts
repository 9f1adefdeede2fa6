/** Waits until a reply has content: what fails before that has reached nobody, and may be tried again. */
import type { ReplyEvent } from '../core/reply.ts'

/** Rejects with the error of a reply that told nothing else; what was told till then comes again. */
export async function begun(events: AsyncIterable<ReplyEvent>): Promise<AsyncIterable<ReplyEvent>> {
  const iterator = events[Symbol.asyncIterator]()
  const told: ReplyEvent[] = []
  for (;;) {
    const step = await iterator.next()
    if (step.done === true) break
    const event = step.value
    if (event.type === 'reply-error') {
      await iterator.return?.()
      /** It had begun, so its prompt was read. */
      if (told.some(({ type }) => type === 'reply-start')) event.error.billed ??= 'unknown'
      throw event.error
    }
    told.push(event)
    if (event.type !== 'native' && event.type !== 'reply-start') break
  }
  return resumed(told.values(), iterator)
}

/** By hand: a generator would cost every event another turn. */
function resumed(
  told: Iterator<ReplyEvent>,
  rest: AsyncIterator<ReplyEvent>,
): AsyncIterableIterator<ReplyEvent> {
  let again = true
  const iterator: AsyncIterableIterator<ReplyEvent> = {
    [Symbol.asyncIterator]: () => iterator,
    next() {
      if (again) {
        const step = told.next()
        if (step.done !== true) return Promise.resolve(step)
        again = false
      }
      return rest.next()
    },
    async return() {
      await rest.return?.()
      return { done: true, value: undefined }
    },
  }
  return iterator
}
