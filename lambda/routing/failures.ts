/** What a failed attempt means: for the next attempt, for its target, and for the trail. */
import { type ErrorCode, errorCodes, type TollgateError } from '../core/errors.ts'
import type { Trouble } from './health.ts'

/** The gateway itself was refused: a right, a key or a model is missing there, which people must mend. */
const ofTheOperator: ReadonlySet<ErrorCode> = new Set(['access_denied', 'model_not_found'])

export const isOperators = ({ code }: TollgateError): boolean => ofTheOperator.has(code)

/** Whether another target may be asked. What the caller did wrong is wrong everywhere. */
export const mayGoOn = (error: TollgateError): boolean =>
  errorCodes[error.code].retryable || isOperators(error)

/** A body that could not be built of the request: no attempt was made. */
export const wasNeverSent = (error: TollgateError): boolean =>
  !mayGoOn(error) && error.cause === undefined

/** `undefined` where it says nothing about the target: one prompt may break any model. */
export function troubleOf({ code, cause }: TollgateError): Trouble | undefined {
  switch (code) {
    case 'upstream_throttled':
      return 'throttled'
    case 'upstream_unavailable':
    case 'upstream_timeout':
      return 'failing'
    case 'upstream_error':
      return (statusOf(cause) ?? 0) >= 500 || isBroken(cause) ? 'failing' : undefined
    default:
      return undefined
  }
}

/** A connection that broke within an answer, by the system's name of it. */
const isBroken = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && /^E[A-Z]+$/.test(String(cause.code))

const statusOf = (cause: unknown): number | undefined =>
  cause instanceof Error && 'status' in cause ? Number(cause.status) : undefined

/** Seconds the provider asked to be left alone for. */
export function askedPause({ cause }: TollgateError): number | undefined {
  if (!(cause instanceof Error) || !('retryAfter' in cause)) return undefined
  return typeof cause.retryAfter === 'number' ? cause.retryAfter : undefined
}

/** As the provider or the system called it: `ThrottlingException`, `ECONNREFUSED`. */
export function outcomeOf({ cause, code }: TollgateError): string {
  if (!(cause instanceof Error)) return code
  const name = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
  return /^\w{2,60}$/.test(name) && name !== 'Error' ? name : code
}

/** The one that tells a caller most of what to do now. */
const telling: readonly ErrorCode[] = [
  'upstream_throttled',
  'upstream_unavailable',
  'upstream_timeout',
  'upstream_error',
]

export function mostTelling(errors: readonly TollgateError[]): TollgateError | undefined {
  const rank = ({ code }: TollgateError) => {
    const at = telling.indexOf(code)
    return at < 0 ? telling.length : at
  }
  return errors.toSorted((one, other) => rank(one) - rank(other))[0]
}
