/** Keeps a silent stream alive: something on the way cuts connections on which nothing is said. */

/** Milliseconds of silence; the strictest idle limit on the way is 30 seconds. */
const patience = 10_000

export async function* withPings<T>(
  frames: AsyncIterable<T>,
  ping: T,
  every = patience,
): AsyncGenerator<T> {
  const iterator = frames[Symbol.asyncIterator]()
  let silence = Promise.withResolvers<'silence'>()
  const timer = setInterval(() => {
    silence.resolve('silence')
    silence = Promise.withResolvers()
  }, every)
  try {
    let next = iterator.next()
    for (;;) {
      const step = await Promise.race([next, silence.promise])
      if (step === 'silence') {
        yield ping
        continue
      }
      if (step.done === true) return
      timer.refresh()
      yield step.value
      next = iterator.next()
    }
  } finally {
    clearInterval(timer)
    await iterator.return?.()
  }
}
