/** Every refusal API Gateway makes itself: status, words and error type as it has them by default. */

export type Refusal = {
  /** The type of gateway response that may change it. */
  readonly type: ResponseType
  readonly status: number
  /** `null` where API Gateway says nothing. */
  readonly message: string | null
  /** As in `x-amzn-errortype`. */
  readonly errorType: string
}

const response = (type: string, status: number, message: string | null, errorType: string) =>
  ({ type, status, message, errorType }) as const

const forbidden = 'User is not authorized to access this resource'

export const refusals = {
  badRequest: response('BAD_REQUEST_PARAMETERS', 400, 'Bad Request', 'BadRequestException'),
  unauthorized: response('UNAUTHORIZED', 401, 'Unauthorized', 'UnauthorizedException'),
  accessDenied: response('ACCESS_DENIED', 403, forbidden, 'AccessDeniedException'),
  explicitlyDenied: response(
    'ACCESS_DENIED',
    403,
    `${forbidden} with an explicit deny`,
    'AccessDeniedException',
  ),
  invalidKey: response('INVALID_API_KEY', 403, 'Forbidden', 'ForbiddenException'),
  noSuchMethod: response(
    'MISSING_AUTHENTICATION_TOKEN',
    403,
    'Missing Authentication Token',
    'MissingAuthenticationTokenException',
  ),
  tooLarge: response('REQUEST_TOO_LARGE', 413, 'Request Too Long', 'RequestTooLargeException'),
  unsupportedMediaType: response(
    'UNSUPPORTED_MEDIA_TYPE',
    415,
    'Unsupported Media Type',
    'BadRequestException',
  ),
  throttled: response('THROTTLED', 429, 'Too Many Requests', 'TooManyRequestsException'),
  quotaExceeded: response('QUOTA_EXCEEDED', 429, 'Limit Exceeded', 'LimitExceededException'),
  authorizerFailed: response('AUTHORIZER_FAILURE', 500, null, 'AuthorizerConfigurationException'),
  authorizerUnusable: response(
    'AUTHORIZER_CONFIGURATION_ERROR',
    500,
    null,
    'AuthorizerConfigurationException',
  ),
  /** A function that crashed, threw or answered in no form API Gateway knows. */
  integrationFailed: response(
    'INTEGRATION_FAILURE',
    502,
    'Internal server error',
    'InternalServerErrorException',
  ),
  timedOut: response(
    'INTEGRATION_TIMEOUT',
    504,
    'Endpoint request timed out',
    'InternalServerErrorException',
  ),
} as const

/** On a path that is not there, any `Authorization` is read as an AWS signature. */
export function notASignature(digest: string): Refusal {
  const message =
    'Invalid key=value pair (missing equal-sign) in Authorization header ' +
    `(hashed with SHA-256 and encoded with Base64): '${digest}'.`
  return response('INVALID_SIGNATURE', 403, message, 'IncompleteSignatureException')
}

/** All types a template may customise; those without a refusal above never occur here. */
export const responseTypes = [
  'ACCESS_DENIED',
  'API_CONFIGURATION_ERROR',
  'AUTHORIZER_CONFIGURATION_ERROR',
  'AUTHORIZER_FAILURE',
  'BAD_REQUEST_BODY',
  'BAD_REQUEST_PARAMETERS',
  'DEFAULT_4XX',
  'DEFAULT_5XX',
  'EXPIRED_TOKEN',
  'INTEGRATION_FAILURE',
  'INTEGRATION_TIMEOUT',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'MISSING_AUTHENTICATION_TOKEN',
  'QUOTA_EXCEEDED',
  'REQUEST_TOO_LARGE',
  'RESOURCE_NOT_FOUND',
  'THROTTLED',
  'UNAUTHORIZED',
  'UNSUPPORTED_MEDIA_TYPE',
  'WAF_FILTERED',
] as const

export type ResponseType = string
