/** The whole function: its bundle, called as Lambda calls it, until the last byte is written. */
import { installRuntime, ResponseStream, type StreamingHandler } from '../lambda-runtime.ts'
import { lambdaContext, restEvent } from '../question.ts'
import { type Contender, require } from './contender.ts'

export async function openGateway(bundle: string): Promise<Contender> {
  installRuntime()
  const { handler } = (await import(bundle)) as { handler: StreamingHandler }

  return ({ bytes, stream, team, model, remembered }) => {
    const event = restEvent(bytes, stream, team, model)
    return async () => {
      const response = new ResponseStream()
      /** A handler may write into the event it gets, so each gets its own. */
      const headers = { ...event.headers, ...cacheHeaders(remembered) }
      await handler({ ...event, headers }, response, lambdaContext)
      const { prelude, last, firstByte, writableFinished } = response
      require(writableFinished, 'an answer without an end')
      require(prelude?.statusCode === 200, `${JSON.stringify(prelude)} ${last}`)
      require(last.includes(stream ? 'event: done' : '"end_turn"'), `an end of ${last}`)
      return firstByte ?? Number.NaN
    }
  }
}

let misses = 0

/** Kept for an hour, by one key or by a new one each time. */
const cacheHeaders = (remembered: 'hit' | 'miss' | undefined) =>
  remembered && {
    'x-tollgate-cache-ttl': '3600',
    'x-tollgate-cache-key': remembered === 'hit' ? 'one' : `another ${misses++}`,
  }
