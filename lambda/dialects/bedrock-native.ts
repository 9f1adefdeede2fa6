/** Bedrock Runtime's own operations, for an unmodified AWS SDK whose endpoint points here. */
import type { Body } from '../core/contracts.ts'
import type { Json } from '../core/conversation.ts'
import type { HttpRequest, NativeDialect } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import { type ErrorCode, TollgateError } from '../core/errors.ts'
import type { AnyModel } from '../core/model.ts'
import { repeatsKeys } from '../core/repeated-keys.ts'
import type { ChatRequest, EmbedRequest, NativeRequest } from '../core/request.ts'
import { eventStreamFrame } from '../wire/event-stream.ts'

/** Bedrock's name of what each code means, by which an SDK raises its own class. */
const exceptionNames = {
  invalid_json: 'ValidationException',
  invalid_body: 'ValidationException',
  unsupported_parameter: 'ValidationException',
  unsupported_media_type: 'ValidationException',
  guard_blocked: 'ValidationException',
  template_error: 'ValidationException',
  context_length_exceeded: 'ValidationException',
  request_too_large: 'ValidationException',
  invalid_api_key: 'UnrecognizedClientException',
  model_not_allowed: 'AccessDeniedException',
  access_denied: 'AccessDeniedException',
  model_not_found: 'ResourceNotFoundException',
  route_not_found: 'ResourceNotFoundException',
  quota_exceeded: 'ThrottlingException',
  tokens_per_minute: 'ThrottlingException',
  budget_exceeded: 'ThrottlingException',
  throttled: 'ThrottlingException',
  upstream_throttled: 'ThrottlingException',
  internal_error: 'InternalServerException',
  upstream_error: 'ModelErrorException',
  upstream_unavailable: 'ServiceUnavailableException',
  upstream_timeout: 'ModelTimeoutException',
} as const satisfies Record<ErrorCode, string>

/** Bedrock's request headers that go on with the body; what else a caller sends stays here. */
const passedOn = [
  'accept',
  'x-amzn-bedrock-accept',
  'x-amzn-bedrock-trace',
  'x-amzn-bedrock-guardrailidentifier',
  'x-amzn-bedrock-guardrailversion',
  'x-amzn-bedrock-performanceconfig-latency',
  'x-amzn-bedrock-service-tier',
  'x-amzn-bedrock-request-metadata',
]

const headersOf = ({ headers }: HttpRequest): Record<string, string> =>
  Object.fromEntries(
    passedOn.flatMap((name): [string, string][] => {
      const value = headers[name]
      if (value === undefined) return []
      if (/^[\x20-\x7e]*$/.test(value)) return [[name, value]]
      const message = `${name}: has characters that a header cannot have.`
      throw new TollgateError('invalid_body', message, { param: name })
    }),
  )

const modelOf = ({ pathParameters }: HttpRequest): string => pathParameters.modelId ?? ''

function native(
  id: string,
  operation: NativeRequest['operation'],
  streams: boolean,
): NativeDialect {
  const path = `/model/{modelId}/${id}`
  return {
    task: 'native',
    id: `bedrock-${id}`,
    routes: [{ method: 'POST', path }],
    operation,
    streams,
    modelOf,
    native: (request) => ({ operation, body: request.text, headers: headersOf(request) }),
    parse: (request, model, converse) =>
      read(request, model, operation === 'converse' ? converse : undefined, streams),
    streamType: 'application/vnd.amazon.eventstream',
    errorFrame,
    formatError: (error, requestId) => ({
      contentType: 'application/json',
      body: JSON.stringify(errorBody(error, requestId)),
      headers: { 'x-amzn-errortype': exceptionNames[error.code] },
    }),
  }
}

function read(
  request: HttpRequest,
  model: AnyModel,
  converse: Body | undefined,
  stream: boolean,
): ChatRequest | EmbedRequest {
  const name = modelOf(request)
  if (repeatsKeys(request.text, request.body as Json)) {
    throw new TollgateError('invalid_json', 'The body says a key twice.')
  }
  if (model.task === 'embed') {
    if (converse !== undefined || stream) throw unreadable(model, 'is asked by invoke alone')
    const said = model.body.parse?.(request.body)
    if (said === undefined) throw unreadable(model, 'has no body that this gateway reads')
    return { ...said, model: name, stream: false }
  }
  const said = (converse ?? model.body).parse?.(request.body)
  if (said === undefined) throw unreadable(model, 'is asked by converse here')
  return { ...said, model: name, stream }
}

const unreadable = ({ name }: AnyModel, says: string): TollgateError =>
  new TollgateError('unsupported_parameter', `${name} ${says}.`, { param: 'modelId' })

/** AWS, `ResponseStream` and `ConverseStreamOutput`: a stream has its own name for a model's failure. */
const inStreams: Readonly<Partial<Record<ErrorCode, string>>> = {
  upstream_error: 'ModelStreamErrorException',
}

/** In a stream exceptions are named in lower case at first: `throttlingException`. */
function errorFrame(error: TollgateError): Uint8Array {
  const name = inStreams[error.code] ?? exceptionNames[error.code]
  const headers = {
    ':exception-type': name.charAt(0).toLowerCase() + name.slice(1),
    ':content-type': 'application/json',
    ':message-type': 'exception',
  }
  return eventStreamFrame(headers, Buffer.from(JSON.stringify({ message: error.message })))
}

export const bedrockInvoke = native('invoke', 'invoke', false)
export const bedrockInvokeStream = native('invoke-with-response-stream', 'invoke', true)
export const bedrockConverse = native('converse', 'converse', false)
export const bedrockConverseStream = native('converse-stream', 'converse', true)
