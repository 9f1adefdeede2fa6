/** What a server outside of Bedrock and the way to it can fail with, in the words a caller gets. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Deadline, OutsideTarget, TargetedCall } from '../core/contracts.ts'
import { type ErrorCode, TollgateError } from '../core/errors.ts'

/** A server's refusal, as its status and body say it, or an event of its stream. */
export class OutsideFailure extends Error {
  /** Of a failure inside a stream there may be none. */
  readonly status: number | undefined
  /** Seconds. */
  readonly retryAfter: number | undefined

  /** `name` is the server's own, where it has the form of one. */
  constructor(name: string | undefined, message: string, status?: number, retryAfter?: number) {
    super(message)
    this.name = name ?? (status === undefined ? 'StreamError' : `HTTP${status}`)
    this.status = status
    this.retryAfter = retryAfter
  }
}

type Fields = Readonly<Record<string, unknown>>

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : undefined

/** As `x-tollgate-attempts` shows it; a number is a status, and no name. */
const nameForm = /^(?=.*[A-Za-z])\w{2,60}$/
const nameIn = (value: unknown): string | undefined =>
  typeof value === 'string' && nameForm.test(value) ? value : undefined

/** A text, or what FastAPI and Mistral say of each wrong field: `{detail: [{loc, msg}]}`. */
function wordsIn(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(wordsIn).filter(Boolean).join('; ')
  const { loc, msg, detail } = fieldsOf(value) ?? {}
  if (typeof msg !== 'string') return detail === undefined ? '' : wordsIn(detail)
  return Array.isArray(loc) ? `${loc.join('.')}: ${msg}` : msg
}

/**
 * OpenAI and Azure say `{error: {message, type, code}}`, Anthropic `{type: 'error', error: {type,
 * message}}`, Cohere `{message}`, Mistral and older vLLM `{object: 'error', message, type}`, Ollama's
 * own routes `{error: 'text'}`, FastAPI `{detail}`. A proxy's page of HTML says nothing.
 */
function said(body: unknown) {
  const all = fieldsOf(body) ?? {}
  const error = fieldsOf(all.error)
  const { type, code, message } = error ?? { ...all, type: all.type === 'error' ? '' : all.type }
  const words = [message, all.error, all.message, all.detail].map(wordsIn)
  return { name: nameIn(code) ?? nameIn(type), code, message: words.find(Boolean) ?? '' }
}

/** What an answer that is not 200 says. */
export function failureOf(status: number, headers: IncomingHttpHeaders, text: string) {
  const { name, message } = said(parsed(text))
  /** OpenAI's type of whatever is not 500; a wrong key's status says more. */
  const vague = name === 'invalid_request_error' && status !== 400
  return new OutsideFailure(vague ? undefined : name, message, status, waitIn(headers))
}

/** What a piece of a stream says went wrong, if it does; vLLM puts the status there, as `code`. */
export function failureIn(chunk: unknown): OutsideFailure | undefined {
  const error = fieldsOf(chunk)?.error
  if (error === undefined || error === null) return undefined
  const { name, code, message } = said(chunk)
  const status = Number(code)
  return new OutsideFailure(name, message, status >= 400 && status <= 599 ? status : undefined)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** RFC 9110: seconds or a date; OpenAI and Azure also say milliseconds. */
function waitIn(headers: IncomingHttpHeaders): number | undefined {
  const { 'retry-after': after = '', 'retry-after-ms': ms } = headers
  const seconds = [Number(ms ?? Number.NaN) / 1000, after === '' ? Number.NaN : Number(after)]
  const date = (Date.parse(after) - Date.now()) / 1000
  return [...seconds, date].find((wait) => wait > 0)
}

/** By the name first, for what servers tell with a status that means something else. */
const codeByName: Readonly<Record<string, KnownCode>> = {
  context_length_exceeded: 'context_length_exceeded',
  exceed_context_size_error: 'context_length_exceeded',
  model_not_found: 'model_not_found',
  model_decommissioned: 'model_not_found',
  invalid_model: 'model_not_found',
  deploymentnotfound: 'model_not_found',
  invalid_api_key: 'access_denied',
  authentication_error: 'access_denied',
  permission_error: 'access_denied',
  /** OpenAI, "Error codes": told with 429, and no waiting helps: the account has no money left. */
  insufficient_quota: 'access_denied',
  billing_error: 'access_denied',
  rate_limit_exceeded: 'upstream_throttled',
  rate_limit_error: 'upstream_throttled',
  overloaded_error: 'upstream_unavailable',
  server_error: 'upstream_unavailable',
  api_error: 'upstream_unavailable',
  timeout_error: 'upstream_timeout',
  request_too_large: 'request_too_large',
}

/** 402 is DeepSeek's for an empty account, 498 Groq's for no capacity, 524 Cloudflare's for a time-out. */
const codeByStatus: Readonly<Record<number, KnownCode>> = {
  400: 'invalid_body',
  401: 'access_denied',
  402: 'access_denied',
  403: 'access_denied',
  404: 'model_not_found',
  408: 'upstream_timeout',
  413: 'request_too_large',
  422: 'invalid_body',
  429: 'upstream_throttled',
  498: 'upstream_throttled',
  504: 'upstream_timeout',
  524: 'upstream_timeout',
}

/** Cohere, "Errors": the request, or the answer, has a token that is on a list of theirs. */
const cohereByStatus: Readonly<Record<number, KnownCode>> = { 498: 'invalid_body' }

const tooLong =
  /too long|too many (input )?tokens|maximum context|context (length|size|window)|exceeds? the (max|limit)/i
/** Some servers refuse a wrong key with 400. */
const aboutKey = /\bapi[- _]?key\b/i

/** A connection that was refused, reset or never found has a system code and no status. */
const connectionCodes = /^(E[A-Z]+|HPE_.*|CERT_.*|.*_CERT.*|ERR_(TLS|SSL)_.*)$/

type OutsideCall = TargetedCall<OutsideTarget>

const place = ({ target }: OutsideCall): string => `The provider ${target.provider}`

/** Advice for a caller, where the server's own words would not help or would tell too much. */
const messages = {
  access_denied: (call: OutsideCall) =>
    `${place(call)} refused ${call.model.name} to this gateway: its operator must mend the key, or what it may do.`,
  model_not_found: (call: OutsideCall) =>
    `${place(call)} has no ${call.model.name}; the gateway’s operator must mend its configuration.`,
  upstream_throttled: (call: OutsideCall) =>
    `${place(call)} has reached its own limit for ${call.model.name}.`,
  upstream_unavailable: (call: OutsideCall) => `${place(call)} is not available.`,
  upstream_timeout: ({ model, request }: OutsideCall) =>
    `${model.name} did not answer in time.${request.stream ? '' : ' A long answer needs "stream": true.'}`,
  upstream_error: ({ model }: OutsideCall) => `${model.name} answered something unusable.`,
  request_too_large: ({ model }: OutsideCall) => `The request is too large for ${model.name}.`,
} as const satisfies Partial<Record<ErrorCode, (call: OutsideCall) => string>>

type KnownCode = keyof typeof messages | 'invalid_body' | 'context_length_exceeded'

/** Seconds, where the server names no time. */
const pause = 5

/** `secret`: what must stand in no message, whatever the server repeats of it. */
export function fromOutside(
  thrown: unknown,
  call: OutsideCall,
  deadline: Pick<Deadline, 'passed'>,
  secret?: string,
): TollgateError {
  if (thrown instanceof TollgateError) return thrown
  if (deadline.passed() && !(thrown instanceof OutsideFailure)) {
    const cause = Object.assign(new Error('The deadline passed.'), { name: 'TimeoutError' })
    return new TollgateError('upstream_timeout', messages.upstream_timeout(call), { cause })
  }
  const { status, retryAfter, message } = factsOf(thrown)
  const code = thrown instanceof OutsideFailure ? refused(thrown, call) : byConnection(thrown)
  const wait = code === 'upstream_throttled' || code === 'upstream_unavailable'
  const details = { cause: thrown, ...(wait && { retryAfter: retryAfter ?? pause }) }
  if (code === 'invalid_body' || code === 'context_length_exceeded') {
    const words = scrubbed(message, call, secret) || `HTTP ${status ?? 400}`
    return new TollgateError(code, `${call.model.name} refused the request: ${words}`, details)
  }
  const param = code === 'model_not_found' && { param: 'model' }
  return new TollgateError(code, messages[code](call), { ...details, ...param })
}

const factsOf = (thrown: unknown) =>
  thrown instanceof OutsideFailure
    ? thrown
    : { status: undefined, retryAfter: undefined, message: '' }

function refused({ name, message, status }: OutsideFailure, { target }: OutsideCall): KnownCode {
  const own = target.type === 'cohere' ? cohereByStatus[status ?? 0] : undefined
  const code = codeByName[name.toLowerCase()] ?? own ?? byStatus(status)
  if (code !== 'invalid_body') return code
  if (aboutKey.test(message)) return 'access_denied'
  return tooLong.test(message) ? 'context_length_exceeded' : code
}

function byStatus(status = 0): KnownCode {
  return codeByStatus[status] ?? (status >= 500 ? 'upstream_unavailable' : 'upstream_error')
}

function byConnection(thrown: unknown): KnownCode {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  return connectionCodes.test(code) ? 'upstream_unavailable' : 'upstream_error'
}

/** A server's words on a wrong request help a caller; keys, accounts and addresses are not theirs. */
function scrubbed(message: string, { target }: OutsideCall, secret?: string): string {
  const { url } = target.server
  const host = url === undefined ? undefined : URL.parse(url)?.hostname
  return [secret, host]
    .filter((hidden) => hidden !== undefined && hidden !== '')
    .reduce<string>((text, hidden) => text.replaceAll(String(hidden), '…'), message)
    .replaceAll(/\bhttps?:\/\/\S+/g, '…')
    .replaceAll(/\b(sk|gsk|org|proj)[-_][\w*-]{6,}/g, '…')
    .slice(0, 500)
}
