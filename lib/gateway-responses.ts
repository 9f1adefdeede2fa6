/** What API Gateway itself refuses, in the same words as the function: one body for every client. */
import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { type ErrorCode, type ErrorType, errorCodes } from '../lambda/core/errors.ts'
import { jwtOf } from '../lambda/sign-in/jwt-config.ts'
import { refusalHeaders } from './cors.ts'

type Refusal = {
  readonly code: ErrorCode
  /** In place of API Gateway's own message. */
  readonly says?: string | Asks
  readonly headers?: Readonly<Record<string, string>>
  /** `as-it-is`: a status that API Gateway chooses. */
  readonly status?: 'as-it-is'
}

/** What would have worked, which the operator chose. */
type Asks = (config: GatewayConfig) => string

const asksForKey: Asks = (config) => {
  if (config.auth === 'x-api-key') return 'This gateway needs a key: send it as x-api-key.'
  const either = 'send it as x-api-key, or as Authorization: Bearer with the key.'
  if (jwtOf(config) === undefined) return `This gateway needs a key: ${either}`
  return 'This gateway needs a key or a valid token: a key as x-api-key, or either as Authorization: Bearer.'
}
const noRoute = 'There is no such route here: check the path and the method.'
const broken = 'The gateway failed. The request id finds the cause.'

const noKey: Refusal = { code: 'invalid_api_key', says: asksForKey }
const lost: Refusal = { code: 'route_not_found', says: noRoute }
const ours: Refusal = { code: 'internal_error', says: broken }

/** A period may end in a month, so a client that tries again by itself is told not to. */
const noRetry = { 'x-should-retry': "'false'" }

/** By API Gateway's name of what happened. */
const refusals: Readonly<Record<string, Refusal>> = {
  INVALID_API_KEY: noKey,
  UNAUTHORIZED: noKey,
  ACCESS_DENIED: noKey,
  EXPIRED_TOKEN: noKey,
  MISSING_AUTHENTICATION_TOKEN: lost,
  INVALID_SIGNATURE: lost,
  RESOURCE_NOT_FOUND: lost,
  QUOTA_EXCEEDED: { code: 'quota_exceeded', says: 'Limit Exceeded', headers: noRetry },
  THROTTLED: { code: 'throttled', says: 'Too Many Requests', headers: { 'retry-after': "'1'" } },
  REQUEST_TOO_LARGE: { code: 'request_too_large', says: 'The body is larger than 4.5 MB.' },
  UNSUPPORTED_MEDIA_TYPE: { code: 'unsupported_media_type' },
  BAD_REQUEST_BODY: { code: 'invalid_body' },
  BAD_REQUEST_PARAMETERS: { code: 'invalid_body' },
  WAF_FILTERED: {
    code: 'access_denied',
    says:
      'The web firewall of this gateway refused the request: the address it came from, its path or ' +
      'its headers look like an attack. Who runs the gateway finds the rule in the log of the firewall.',
  },
  INTEGRATION_FAILURE: { code: 'upstream_error', says: broken },
  INTEGRATION_TIMEOUT: {
    code: 'upstream_timeout',
    says: 'The answer took too long. Ask with "stream": true, and it comes as it is made.',
  },
  AUTHORIZER_FAILURE: ours,
  AUTHORIZER_CONFIGURATION_ERROR: ours,
  API_CONFIGURATION_ERROR: ours,
  DEFAULT_4XX: { code: 'invalid_body', status: 'as-it-is' },
  DEFAULT_5XX: { ...ours, status: 'as-it-is' },
}

export function addGatewayResponses(api: RestApi, config: GatewayConfig): void {
  const forBrowsers = Object.entries(refusalHeaders(config.cors))
  const toAll = {
    'x-request-id': 'context.requestId',
    ...Object.fromEntries(forBrowsers.map(([name, value]) => [name, `'${value}'`])),
  }
  for (const [name, { code, headers, status, ...rest }] of Object.entries(refusals)) {
    const says = typeof rest.says === 'function' ? rest.says(config) : rest.says
    const facts = errorCodes[code]
    api.addGatewayResponse(name, {
      type: ResponseType.of(name),
      ...(status === undefined && { statusCode: String(facts.status) }),
      responseHeaders: { ...toAll, ...headers },
      templates: { 'application/json': body(facts.type, code, says) },
    })
  }
}

/** Not VTL: API Gateway only puts variables in, and `messageString` comes with its quotes. */
function body(type: ErrorType, code: ErrorCode, says: string | undefined): string {
  const message = says === undefined ? '$context.error.messageString' : JSON.stringify(says)
  const error = `{"type":"${type}","code":"${code}","message":${message},"param":null}`
  return `{"type":"error","error":${error},"message":${message},"request_id":"$context.requestId"}`
}
