/** The one error that crosses layers: a code from a closed set, and a message for the caller. */
import type { Usage } from './reply.ts'

type CodeFacts = { readonly status: number; readonly type: ErrorType; readonly retryable: boolean }

export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'api_error'
  | 'overloaded_error'
  | 'timeout_error'

/** HTTP status and type of each code; `retryable`: another target may be asked instead. */
export const errorCodes = {
  invalid_json: { status: 400, type: 'invalid_request_error', retryable: false },
  invalid_body: { status: 400, type: 'invalid_request_error', retryable: false },
  unsupported_parameter: { status: 400, type: 'invalid_request_error', retryable: false },
  guard_blocked: { status: 400, type: 'invalid_request_error', retryable: false },
  template_error: { status: 400, type: 'invalid_request_error', retryable: false },
  context_length_exceeded: { status: 400, type: 'invalid_request_error', retryable: false },
  invalid_api_key: { status: 401, type: 'authentication_error', retryable: false },
  model_not_allowed: { status: 403, type: 'permission_error', retryable: false },
  access_denied: { status: 403, type: 'permission_error', retryable: true },
  model_not_found: { status: 404, type: 'not_found_error', retryable: false },
  route_not_found: { status: 404, type: 'not_found_error', retryable: false },
  request_too_large: { status: 413, type: 'request_too_large', retryable: false },
  unsupported_media_type: { status: 415, type: 'invalid_request_error', retryable: false },
  quota_exceeded: { status: 429, type: 'rate_limit_error', retryable: false },
  tokens_per_minute: { status: 429, type: 'rate_limit_error', retryable: false },
  budget_exceeded: { status: 429, type: 'rate_limit_error', retryable: false },
  throttled: { status: 429, type: 'rate_limit_error', retryable: false },
  upstream_throttled: { status: 429, type: 'rate_limit_error', retryable: true },
  internal_error: { status: 500, type: 'api_error', retryable: false },
  upstream_error: { status: 502, type: 'api_error', retryable: true },
  upstream_unavailable: { status: 503, type: 'overloaded_error', retryable: true },
  upstream_timeout: { status: 504, type: 'timeout_error', retryable: true },
} as const satisfies Record<string, CodeFacts>

export type ErrorCode = keyof typeof errorCodes

/** The limit that refused a call. Amounts are requests, tokens, calls, or micro-dollars. */
export type Grounds = {
  /** Whose limit it is. */
  readonly whose: 'team' | 'organisation' | 'provider'
  /** `day` or `now`, for the number of calls at once. */
  readonly window: 'minute' | 'day' | 'week' | 'month' | 'now'
  readonly measure: 'requests' | 'tokens' | 'micro-usd' | 'parallel'
  /** Of one key or one model alone. */
  readonly key?: string
  readonly model?: string
  readonly limit: number
  /** Settled, without what is reserved for calls on their way. */
  readonly used: number
  readonly reserved: number
  readonly asked: number
  /** Milliseconds since 1970; absent for calls at once. */
  readonly resetsAt?: number
}

type Details = {
  /** The field that was wrong, as `messages[2].content`. */
  readonly param?: string
  /** Seconds after which the same request may pass. */
  readonly retryAfter?: number
  /** Why it was refused, as `GET /v1/decisions/{id}` will tell. */
  readonly grounds?: Grounds
  /** What happened, in the upstream's words: for the log, never for the caller. */
  readonly cause?: unknown
}

export class TollgateError extends Error {
  readonly code: ErrorCode
  readonly param: string | undefined
  readonly retryAfter: number | undefined
  readonly grounds: Grounds | undefined
  /**
   * What the provider bills all the same: `unknown` where it was asked and did not refuse. Absent:
   * nothing.
   */
  billed: Usage | 'unknown' | undefined
  /** Set once the decision is kept. */
  decisionId: string | undefined

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'TollgateError'
    this.code = code
    this.param = details.param
    this.retryAfter = details.retryAfter
    this.grounds = details.grounds
  }

  get status(): number {
    return errorCodes[this.code].status
  }

  get type(): ErrorType {
    return errorCodes[this.code].type
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }
}

/** Anything thrown, as the error a caller may see; what we did not foresee says nothing. */
export function asTollgateError(thrown: unknown): TollgateError {
  if (thrown instanceof TollgateError) return thrown
  return new TollgateError(
    'internal_error',
    'The gateway failed. The request id finds the cause.',
    {
      cause: thrown,
    },
  )
}
