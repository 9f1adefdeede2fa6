/**
 * Cohere's API v2, as strict as its documentation: chat and embeddings, what is refused and answered.
 * Cohere, "Chat", "Chat with Streaming", "Embed", "Errors".
 */
import { createHash } from 'node:crypto'
import type { Model } from '../../lambda/core/model.ts'
import { tell } from '../simulator/answer.ts'
import type { Delivery } from '../simulator/delivery.ts'
import { phrase, type Shape, violations } from '../simulator/shapes.ts'
import { tokensOf } from '../simulator/tokens.ts'
import { vectorOf } from '../simulator/vectors.ts'
import { cohereEndings, cohereStream, cohereWhole } from './cohere-answers.ts'
import {
  type CohereChatBody,
  type CohereEmbedBody,
  chatShape,
  cohereWording,
  embedShape,
} from './cohere-body.ts'
import { type CohereChatModel, type CohereEmbedModel, cohereModels } from './cohere-models.ts'
import { readChat } from './cohere-read.ts'
import { cohereRules } from './cohere-rules.ts'
import {
  eventStream,
  json,
  Refused,
  serverEvent,
  startVendor,
  type VendorRequest,
  type VendorServer,
} from './vendor-server.ts'

export type CohereOptions = {
  readonly key: string
  /** By Cohere's own names; those of `cohere-models.ts`. */
  readonly models: readonly string[]
}

/** Cohere's errors have a message, and no type. */
const refused = (status: number, message: string) => new Refused(status, 'error', message)
const invalid = (message: string) => refused(400, message)

export function startCohere({ key, models }: CohereOptions): Promise<VendorServer> {
  for (const name of models) {
    if (!Object.hasOwn(cohereModels, name)) throw new Error(`Cohere documents no model '${name}'.`)
  }

  function answer(request: VendorRequest): Delivery {
    const { path, method } = request
    checkCaller(request, key)
    if (path !== '/v2/chat' && path !== '/v2/embed') throw refused(404, 'not found')
    if (method !== 'POST') throw refused(405, 'method not allowed')
    const model = modelOf(request.body, models)
    const chats = path === '/v2/chat'
    if (chats && model.task === 'chat') return chat(request.body, model)
    if (!chats && model.task === 'embed') return embed(request.body, model)
    const { model: name } = request.body as { model: string }
    throw invalid(
      `invalid request: model '${name}' is not supported by the ${chats ? 'chat' : 'embed'} API`,
    )
  }

  return startVendor({
    answer,
    refusal: ({ message }) => ({
      id: createHash('sha256').update(message).digest('hex').slice(0, 32),
      message,
    }),
    failureEvent: (_, error) =>
      serverEvent(
        'message-end',
        JSON.stringify({ type: 'message-end', delta: { finish_reason: 'ERROR', error } }),
      ),
    usual: { name: 'error', message: 'internal server error, this has been reported' },
  })
}

function checkCaller({ headers, body }: VendorRequest, key: string): void {
  const [scheme = '', token] = (headers.authorization ?? '').split(' ')
  if (token === undefined) throw refused(401, 'no api key supplied')
  if (scheme.toLowerCase() !== 'bearer' || token !== key) throw refused(401, 'invalid api token')
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw refused(415, 'invalid content type: must be application/json')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid('invalid json syntax: expected an object')
  }
}

function modelOf(body: unknown, served: readonly string[]) {
  const { model } = body as { model?: unknown }
  if (model === undefined) throw invalid('a model parameter is required for this endpoint.')
  const facts =
    typeof model === 'string' && served.includes(model) ? cohereModels[model] : undefined
  if (facts !== undefined) return facts
  throw refused(
    404,
    `model '${String(model)}' not found, make sure the correct model ID was used and that you have access to the model.`,
  )
}

function check(body: unknown, shape: Shape): void {
  const [found] = violations(body, shape)
  if (found !== undefined) throw invalid(phrase(found, cohereWording))
}

function chat(given: unknown, model: CohereChatModel): Delivery {
  check(given, chatShape(model))
  const body = given as CohereChatBody
  for (const rule of cohereRules) {
    const message = rule(body, model)
    if (message !== undefined) throw invalid(message)
  }
  const asked = readChat(body, model)
  const length = asked.parts.reduce((sum, { tokens }) => sum + tokens, 0)
  if (length > model.context) {
    throw invalid(
      `too many tokens: total number of tokens in the prompt cannot exceed ${model.context} - received ${length}. Try using a shorter prompt.`,
    )
  }
  const told = tell(asked, { id: body.model } as Model, cohereEndings, new Set())
  return body.stream === true ? eventStream(cohereStream(told)) : json(200, cohereWhole(told))
}

function embed(given: unknown, { dimensions, context }: CohereEmbedModel): Delivery {
  check(given, embedShape)
  const { texts, output_dimension: asked, truncate = 'END' } = given as CohereEmbedBody
  if (asked !== undefined && dimensions.length === 1) {
    throw invalid('invalid request: output_dimension is not supported for this model.')
  }
  if (asked !== undefined && !dimensions.includes(asked)) {
    throw invalid(`invalid request: output_dimension must be one of ${dimensions.join(', ')}.`)
  }
  const counts = texts.map(tokensOf)
  if (truncate === 'NONE' && counts.some((count) => count > context)) {
    throw invalid(`too many tokens: a text cannot exceed ${context} tokens.`)
  }
  const tokens = counts.reduce((sum, count) => sum + Math.min(count, context), 0)
  const length = asked ?? dimensions[0] ?? 0
  return json(200, {
    id: createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32),
    texts,
    embeddings: { float: texts.map((text) => vectorOf(text, length)) },
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: tokens } },
    response_type: 'embeddings_by_type',
  })
}
