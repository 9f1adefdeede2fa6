/** Keeps what the gateway refused, so that its caller can ask why: never what was asked. */
import { randomBytes } from 'node:crypto'
import type { TollgateError } from '../core/errors.ts'
import type { Ledger } from '../core/ledger.ts'
import type { Exchange } from './exchange.ts'

/** Refusals of what a request says, beside those of who may ask and how much. */
const decided: ReadonlySet<string> = new Set(['guard_blocked', 'template_error'])

const longestName = 200

/** The answer names it only where it could be kept. */
export async function keepDecision(
  { caller, routeKey, asked, record }: Exchange,
  error: TollgateError,
  { remember }: Pick<Ledger, 'remember'>,
): Promise<void> {
  const { status, code, message, grounds } = error
  if (caller === undefined || !(status === 403 || status === 429 || decided.has(code))) return
  const id = freshId()
  const kept = await remember({
    id,
    at: Date.now(),
    team: caller.team,
    keyId: caller.keyId,
    ...(asked !== undefined && { model: asked.slice(0, longestName) }),
    route: routeKey,
    status,
    code,
    message,
    ...(grounds !== undefined && { grounds }),
  })
  if (!kept) return
  error.decisionId = id
  record.set({ decision: id })
}

/**
 * Not the request's id: AWS, "Variables for data models and mapping templates": clients can override
 * `$context.requestId`, and whoever chose it could write over an older decision.
 */
const freshId = (): string => randomBytes(12).toString('base64url')
