/** Why a request of this team was refused, and which request would have passed. */
import type { AccountDialect } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import { TollgateError } from '../core/errors.ts'
import type { Decision } from '../core/ledger.ts'
import { limitSaid } from '../wire/limits-said.ts'
import { wouldPass } from '../wire/would-pass.ts'

/** What the gateway never gave out is not looked for. */
const form = /^[\w-]{16}$/

export const decision: AccountDialect = {
  task: 'account',
  id: 'decision',
  routes: [{ method: 'GET', path: '/v1/decisions/{id}' }],

  async answer({ pathParameters: { id = '' } }, account) {
    const found = form.test(id) ? await account.decision(id) : undefined
    if (found === undefined || found.team !== account.caller.team) throw unknown()
    return json(written(found, Date.now()))
  },

  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

/** In the same words whether another team has it or nobody. */
const unknown = (): TollgateError =>
  new TollgateError('route_not_found', 'This team has no such decision; one is kept for a day.', {
    param: 'id',
  })

function written(
  { id, at, keyId, model, route, status, code, message, grounds }: Decision,
  now: number,
) {
  return {
    id,
    at: new Date(at).toISOString(),
    key: keyId,
    ...(model !== undefined && { model }),
    route,
    status,
    code,
    message,
    ...(grounds !== undefined && {
      limit: limitSaid(grounds),
      would_pass: wouldPass(grounds, at, now),
    }),
    ...(grounds === undefined && code === 'upstream_throttled' && { limit: { whose: 'provider' } }),
  }
}

const json = (body: unknown) => ({
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
})
