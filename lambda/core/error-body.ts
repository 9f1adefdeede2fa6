/** One error body serves every client, because the three vendors' fields do not collide. */
import type { TollgateError } from './errors.ts'

export const errorBody = (error: TollgateError, requestId: string) => ({
  type: 'error',
  error: {
    type: error.type,
    code: error.code,
    message: error.message,
    param: error.param ?? null,
    ...(error.decisionId !== undefined && { decision_id: error.decisionId }),
  },
  message: error.message,
  request_id: requestId,
})
