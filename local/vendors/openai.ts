/**
 * OpenAI's API, and Azure's form of it, as strict as their documentation: what is refused and answered.
 * OpenAI, "API reference", "Error codes"; Microsoft, "Azure OpenAI REST API reference".
 */
import type { Model } from '../../lambda/core/model.ts'
import { tell } from '../simulator/answer.ts'
import type { Delivery } from '../simulator/delivery.ts'
import { openaiChat } from '../simulator/openai-chat.ts'
import type { ChatBody } from '../simulator/openai-chat-body.ts'
import { phrase, type Shape, violations } from '../simulator/shapes.ts'
import { tokensOf } from '../simulator/tokens.ts'
import { embeddingsAnswer, requestId, streamedAnswer, wholeAnswer } from './openai-answers.ts'
import {
  chatShape,
  codes,
  dotted,
  embedShape,
  type OpenAiChatModel,
  type OpenAiEmbedModel,
  type OpenAiModel,
  openAiWording,
} from './openai-body.ts'
import {
  eventStream,
  json,
  Refused,
  serverEvent,
  startVendor,
  type VendorRequest,
  type VendorServer,
} from './vendor-server.ts'

export type OpenAiOptions = {
  /** Absent: none is asked for, as llama.cpp and Ollama do by default. */
  readonly key?: string
  /** By name; on Azure, of the deployment. */
  readonly models: Readonly<Record<string, OpenAiModel>>
  /** Paths, key and version as Azure has them. */
  readonly azure?: { readonly apiVersions: readonly string[] }
}

type Asked = {
  readonly operation: 'chat/completions' | 'embeddings'
  readonly model: OpenAiModel
  readonly name: string
}

/** OpenAI's errors have a type, a code and a parameter; the first is the same for most. */
class OpenAiRefusal extends Refused {
  readonly param: string | null
  readonly type: string

  constructor(status: number, code: string, message: string, more: Partial<OpenAiRefusal> = {}) {
    super(status, code, message)
    this.param = more.param ?? null
    this.type = more.type ?? 'invalid_request_error'
  }
}

const invalid = (code: string, message: string, param: string | null = null) =>
  new OpenAiRefusal(400, code, message, { param })

export function startOpenAi({ key, models, azure }: OpenAiOptions): Promise<VendorServer> {
  function answer(request: VendorRequest): Delivery {
    if (key !== undefined) checkKey(request, key, azure !== undefined)
    const asked = azure ? atAzure(request, models, azure.apiVersions) : atOpenAi(request, models)
    const { model, name } = asked
    if (asked.operation === 'embeddings' && model.task === 'embed') {
      return embeddings(request.body, model, name, azure !== undefined)
    }
    if (asked.operation === 'chat/completions' && model.task === 'chat') {
      return chat(request.body, model, name, azure !== undefined)
    }
    throw azure
      ? new OpenAiRefusal(
          400,
          'OperationNotSupported',
          `The ${asked.operation} operation does not work with the specified model, ${name}. Please choose different model and try again.`,
        )
      : new OpenAiRefusal(
          404,
          '',
          `This is not a ${model.task === 'embed' ? 'chat' : 'embedding'} model and thus not supported in the v1/${asked.operation} endpoint.`,
          { param: 'model' },
        )
  }

  return startVendor({
    answer,
    refusal: (refused) => ({ error: azure ? azureError(refused) : openAiError(refused) }),
    failureEvent: (code, message) =>
      serverEvent(
        undefined,
        JSON.stringify({ error: { message, type: code, param: null, code: null } }),
      ),
    usual: {
      name: 'server_error',
      message: 'The server had an error while processing your request. Sorry about that!',
    },
  })
}

const azureError = ({ name, message }: Refused) => ({ code: name, message })

/** What a fault refuses has OpenAI's type by its status. */
function openAiError(refused: Refused) {
  const { name, message } = refused
  const own = refused instanceof OpenAiRefusal ? refused : undefined
  const type = own?.type ?? (refused.status === 429 ? 'requests' : name)
  return { message, type, param: own?.param ?? null, code: name === '' ? null : name }
}

function checkKey({ headers }: VendorRequest, key: string, azure: boolean): void {
  if (azure) {
    if (headers['api-key'] === key) return
    const message =
      'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.'
    throw new OpenAiRefusal(401, '401', message)
  }
  const sent = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1]
  if (sent === key) return
  if (sent === undefined) {
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
    throw new OpenAiRefusal(401, '', message)
  }
  const message = `Incorrect API key provided: ${sent}. You can find your API key at https://platform.openai.com/account/api-keys.`
  throw new OpenAiRefusal(401, 'invalid_api_key', message)
}

type Models = OpenAiOptions['models']

function atOpenAi({ method, path, body }: VendorRequest, models: Models): Asked {
  const operation = /^\/v1\/(chat\/completions|embeddings)$/.exec(path)?.[1]
  if (operation === undefined || method !== 'POST') {
    throw new OpenAiRefusal(404, '', `Invalid URL (${method} ${path})`)
  }
  const { model: name } = checkedObject(body)
  if (typeof name !== 'string') {
    throw new OpenAiRefusal(400, '', 'you must provide a model parameter')
  }
  const model = Object.hasOwn(models, name) ? models[name] : undefined
  if (model !== undefined) return { operation: operation as Asked['operation'], model, name }
  const message = `The model \`${name}\` does not exist or you do not have access to it.`
  throw new OpenAiRefusal(404, 'model_not_found', message)
}

function atAzure(
  { method, path, body }: VendorRequest,
  models: Models,
  apiVersions: readonly string[],
): Asked {
  const { pathname, searchParams } = new URL(path, 'http://azure')
  const form = /^\/openai\/deployments\/([^/]+)\/(chat\/completions|embeddings)$/
  const [, name = '', operation] = form.exec(pathname) ?? []
  const version = searchParams.get('api-version') ?? ''
  if (operation === undefined || method !== 'POST' || !apiVersions.includes(version)) {
    throw new OpenAiRefusal(404, '404', 'Resource not found')
  }
  const deployment = decodeURIComponent(name)
  const model = Object.hasOwn(models, deployment) ? models[deployment] : undefined
  checkedObject(body)
  if (model !== undefined) {
    return { operation: operation as Asked['operation'], model, name: deployment }
  }
  const message =
    'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.'
  throw new OpenAiRefusal(404, 'DeploymentNotFound', message)
}

function checkedObject(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body }
  throw new OpenAiRefusal(400, '', 'We could not parse the JSON body of your request.')
}

function check(body: unknown, shape: Shape): void {
  const [found] = violations(body, shape)
  if (found === undefined) return
  const at = 'key' in found ? [...found.at, found.key] : found.at
  throw invalid(codes[found.wrong], phrase(found, openAiWording), dotted(at))
}

/** Fields that are `null` are as good as left out. */
const withoutNulls = (body: object): ChatBody =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as ChatBody

function chat(given: unknown, model: OpenAiChatModel, name: string, azure: boolean): Delivery {
  check(given, chatShape(model, azure))
  const body = withoutNulls({ ...(given as ChatBody), model: name })
  checkBounds(body, model)
  const row = { id: name, accepts: { forcedTools: true }, limits: model } as unknown as Model
  for (const rule of openaiChat.rules) {
    const message = rule(body as never, row, { streams: body.stream === true })
    if (message !== undefined) throw invalid('', message)
  }
  const asked = openaiChat.read(body as never, row)
  const prompt = asked.parts.reduce((sum, { tokens }) => sum + tokens, 0)
  if (prompt > model.context) {
    throw invalid('context_length_exceeded', openaiChat.tooLong(prompt, model.context), 'messages')
  }
  const told = tell(asked, row, openaiChat.endings, new Set())
  const id = { 'x-request-id': requestId(body) }
  if (body.stream !== true) return json(200, wholeAnswer(told), id)
  const events = streamedAnswer(told, body.stream_options?.include_usage === true, azure)
  return eventStream(events)
}

/** Newer models have a bound of another name; no model takes one of more than it writes. */
function checkBounds(body: ChatBody, { reasons, output }: OpenAiChatModel): void {
  const { max_tokens: older, max_completion_tokens: newer } = body
  if (reasons && older !== undefined) {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    throw invalid('unsupported_parameter', message, 'max_tokens')
  }
  if (reasons && body.stop !== undefined) {
    const message = "Unsupported parameter: 'stop' is not supported with this model."
    throw invalid('unsupported_parameter', message, 'stop')
  }
  const bound = newer ?? older ?? 1
  if (bound <= output) return
  const name = newer === undefined ? 'max_tokens' : 'max_completion_tokens'
  const message = `${name} is too large: ${bound}. This model supports at most ${output} completion tokens, whereas you provided ${bound}.`
  throw invalid('invalid_value', message, name)
}

type EmbedBody = {
  readonly input: string | readonly string[]
  readonly dimensions?: number
  readonly encoding_format?: 'float' | 'base64'
}

function embeddings(given: unknown, model: OpenAiEmbedModel, name: string, azure: boolean) {
  check(given, embedShape(azure))
  const { input, dimensions, encoding_format: format = 'float' } = given as EmbedBody
  const [longest = 0] = model.dimensions
  if (dimensions !== undefined && model.dimensions.length === 1) {
    throw invalid('', 'This model does not support specifying dimensions.')
  }
  if (dimensions !== undefined && dimensions > longest) {
    const message = `Invalid value for 'dimensions' = ${dimensions}. Must be less than or equal to ${longest}.`
    throw invalid('', message)
  }
  const inputs = typeof input === 'string' ? [input] : input
  const long = inputs.map(tokensOf).find((tokens) => tokens > model.context)
  if (long !== undefined) {
    const message = `This model's maximum context length is ${model.context} tokens, however you requested ${long} tokens (${long} in your prompt; 0 for the completion). Please reduce your prompt; or completion length.`
    throw invalid('', message)
  }
  return json(200, embeddingsAnswer(name, inputs, dimensions ?? longest, format), {
    'x-request-id': requestId(given),
  })
}
