/** The least a function can be: it answers, and knows nothing. */
import type { ResponseStream, StreamingHandler } from '../lambda-runtime.ts'

declare const awslambda: {
  streamifyResponse: (handler: StreamingHandler) => StreamingHandler
  HttpResponseStream: { from: (stream: ResponseStream, prelude: object) => ResponseStream }
}

export const handler = awslambda.streamifyResponse(async (_event, response) => {
  const stream = awslambda.HttpResponseStream.from(response, { statusCode: 200 })
  stream.write('{}')
  stream.end()
})
