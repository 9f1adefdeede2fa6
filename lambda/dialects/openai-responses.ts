/** OpenAI's Responses API, without a memory: what a client needs again, it sends again. */
import type { ChatDialect } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import { endedResponse, itemsOf } from '../wire/responses-output.ts'
import { readResponsesRequest, responsesBody } from '../wire/responses-request.ts'
import { faced } from '../wire/schema.ts'
import { openResponseFrames } from './openai-responses-stream.ts'

export const openaiResponses: ChatDialect = {
  task: 'chat',
  id: 'openai-responses',
  routes: [{ method: 'POST', path: '/v1/responses' }],
  streamType: 'text/event-stream; charset=utf-8',
  ping: ': ping\n\n',
  parse: faced(responsesBody, ({ body }, notice) => readResponsesRequest(body, notice)),
  format: (reply, facts, { body }) =>
    json(endedResponse(itemsOf(reply.content, body), reply, facts, body)),
  openFrames: (facts, { body }) => openResponseFrames(facts, body),
  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

const json = (body: unknown) => ({
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
})
