/** What Bedrock and the way to it can fail with, in the words a caller of the gateway gets. */

import type { BedrockTarget, TargetedCall } from '../core/contracts.ts'
import { type ErrorCode, TollgateError } from '../core/errors.ts'
import { guardrailFor } from '../core/guardrail.ts'
import { BedrockException } from './bedrock-endpoint.ts'

type Asked = TargetedCall<BedrockTarget>

/** By the name first: Bedrock has sent a `serviceUnavailableException` with status 400. */
const codeByName: Readonly<Record<string, ErrorCode>> = {
  accessdeniedexception: 'access_denied',
  expiredtokenexception: 'access_denied',
  unrecognizedclientexception: 'access_denied',
  invalidsignatureexception: 'access_denied',
  credentialsprovidererror: 'access_denied',
  validationexception: 'invalid_body',
  resourcenotfoundexception: 'model_not_found',
  throttlingexception: 'upstream_throttled',
  modelnotreadyexception: 'upstream_throttled',
  servicequotaexceededexception: 'upstream_throttled',
  internalserverexception: 'upstream_unavailable',
  serviceunavailableexception: 'upstream_unavailable',
  modelerrorexception: 'upstream_error',
  modelstreamerrorexception: 'upstream_error',
  modeltimeoutexception: 'upstream_timeout',
  timeouterror: 'upstream_timeout',
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_body',
  /** Of Cloudflare's, on the way to Bedrock. */
  401: 'access_denied',
  403: 'access_denied',
  404: 'model_not_found',
  408: 'upstream_timeout',
  413: 'request_too_large',
  429: 'upstream_throttled',
}

/** A connection that was refused, reset or never found has a system code and no status. */
const connectionCodes = /^(E[A-Z]+|ERR_(SSL|TLS)_.*|UNABLE_TO_.*|CERT_.*|.*_CERT.*)$/

const wrongModelId = /model identifier is invalid|on-demand throughput|end of its life|Legacy/i
const tooLong =
  /too long|too many (input )?tokens|maximum context|context length|exceeds? the (max|limit)/i

/** "The guardrail identifier or version provided in the request does not exist.", and its likes. */
const wrongGuardrail = /guardrail (identifier|version)/i

/** A caller can bring none where the operator has one. */
const unknownGuardrail = ({ target }: Asked): string =>
  `Bedrock in ${target.region} does not know the guardrail that holds here: this gateway’s operator must mend its id or its version.`

/** Advice for a caller, where Bedrock's own words would not help or would tell too much. */
const messages = {
  access_denied: ({ model, target }: Asked) =>
    `Bedrock refused ${model.name} in ${target.region} to this gateway: its operator must enable the model or mend the gateway's rights.`,
  upstream_throttled: ({ model, target }: Asked) =>
    `Bedrock's own limit for ${model.name} in ${target.region} is reached.`,
  upstream_unavailable: ({ target }: Asked) => `Bedrock in ${target.region} is not available.`,
  upstream_timeout: ({ model, request }: Asked) =>
    `${model.name} did not answer in time.${request.stream ? '' : ' A long answer needs "stream": true.'}`,
  upstream_error: ({ model }: Asked) => `${model.name} answered something unusable.`,
  request_too_large: ({ model }: Asked) => `The request is too large for ${model.name}.`,
} as const

/** Seconds; Bedrock names no time with its throttles, and its windows roll every second. */
const pause = 5

export function fromBedrock(thrown: unknown, call: Asked): TollgateError {
  if (thrown instanceof TollgateError) return thrown
  const { name, message, status, retryAfter } = facts(thrown)
  const code = classify(name, message, status, thrown)
  const wait = code === 'upstream_throttled' || code === 'upstream_unavailable'
  const details = { cause: thrown, ...(wait && { retryAfter: retryAfter ?? pause }) }
  if (code === 'model_not_found') return gone(call, details)
  if (code === 'invalid_body' && guardrailFor(call) && wrongGuardrail.test(message)) {
    return new TollgateError('access_denied', unknownGuardrail(call), details)
  }
  if (code === 'invalid_body' || code === 'context_length_exceeded') {
    return new TollgateError(
      code,
      `${call.model.name} refused the request: ${scrubbed(message)}`,
      details,
    )
  }
  return new TollgateError(code, messages[code](call), details)
}

type KnownCode =
  | keyof typeof messages
  | 'model_not_found'
  | 'invalid_body'
  | 'context_length_exceeded'

function classify(
  name: string,
  message: string,
  status: number | undefined,
  thrown: unknown,
): KnownCode {
  const byName = codeByName[name.toLowerCase()] as KnownCode | undefined
  const code = byName ?? (status === undefined ? byConnection(thrown) : byStatus(status))
  if (code !== 'invalid_body') return code
  if (wrongModelId.test(message)) return 'model_not_found'
  return tooLong.test(message) ? 'context_length_exceeded' : code
}

const byStatus = (status: number): KnownCode =>
  (codeByStatus[status] as KnownCode | undefined) ??
  (status === 503 || status === 500 ? 'upstream_unavailable' : 'upstream_error')

/** An answer that broke off is of no use; what never began says that nobody is there. */
function byConnection(thrown: unknown): KnownCode {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const unanswered = thrown instanceof Error && 'unanswered' in thrown
  return unanswered && connectionCodes.test(code) ? 'upstream_unavailable' : 'upstream_error'
}

function gone({ model, target }: Asked, details: { cause: unknown }): TollgateError {
  const { lifecycle } = model
  const message =
    lifecycle.status === 'active'
      ? `Bedrock has no ${model.name} in ${target.region}.`
      : `Bedrock no longer serves ${model.name} (end of life ${lifecycle.endOfLife}); its successor is '${lifecycle.successor}'.`
  return new TollgateError('model_not_found', message, { ...details, param: 'model' })
}

function facts(thrown: unknown) {
  const { name, message } = thrown instanceof Error ? thrown : { name: '', message: '' }
  const said = thrown instanceof BedrockException ? thrown : undefined
  return { name, message, status: said?.status, retryAfter: said?.retryAfter }
}

/** Bedrock's validation messages help a caller; the account and its resources are not theirs to see. */
const scrubbed = (message: string): string =>
  message
    .replaceAll(/arn:\S+/g, 'arn:…')
    .replaceAll(/\b\d{12}\b/g, '…')
    .slice(0, 500)
