/** The OpenAI Chat Completions dialect: what most clients and frameworks speak. */
import type { Notice } from '../core/contracts.ts'
import type { ChatDialect, HttpRequest } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import { TollgateError } from '../core/errors.ts'
import type { ChatRequest } from '../core/request.ts'
import { asksForUsage, chatBody, readOpenAiRequest } from '../wire/openai-request.ts'
import { faced } from '../wire/schema.ts'
import { openChunks } from './openai-chat-chunks.ts'
import { completion } from './openai-chat-completion.ts'
import { askedInMessages } from './template-asks.ts'

export const openaiChat: ChatDialect = {
  task: 'chat',
  id: 'openai-chat',
  routes: [
    { method: 'POST', path: '/v1/chat/completions' },
    { method: 'POST', path: '/bedrock/{model}' },
  ],
  streamType: 'text/event-stream; charset=utf-8',
  ping: ': ping\n\n',
  templateAsk: askedInMessages,
  parse: faced(chatBody, parse),
  format: (reply, facts) => json(completion(reply, facts)),
  openFrames: (facts, { body }) => openChunks(facts, asksForUsage(body)),
  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

function parse({ body, pathParameters }: HttpRequest, notice: Notice): ChatRequest {
  const { includeUsage: _, model, ...said } = readOpenAiRequest(body, notice)
  return { ...said, model: modelNamed(model, pathParameters.model) }
}

/** The path names the model where it can; a body that names another one contradicts it. */
function modelNamed(inBody: string | undefined, inPath: string | undefined): string {
  const model = inPath ?? inBody
  if (model === undefined) throw refused('is missing, needs the name of a model.')
  if (inBody !== undefined && inBody !== model) {
    throw refused(`is '${inBody}', and the path says '${model}'; leave one out.`)
  }
  return model
}

const refused = (why: string): TollgateError =>
  new TollgateError('invalid_body', `model: ${why}`, { param: 'model' })

const json = (body: unknown) => ({
  contentType: 'application/json',
  body: JSON.stringify(body),
})
