/** Picks where a call goes: one target, in the gateway's home region. */
import type { Call, Chat, Provider, Target } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'

export type FindTarget = (call: Call) => Target | undefined

export function route(findTarget: FindTarget, provider: Provider): Chat {
  return async function route(call) {
    const target = findTarget(call)
    if (target === undefined) {
      const message = `${call.model.name} cannot be called from this gateway's region.`
      throw new TollgateError('model_not_found', message, { param: 'model' })
    }
    const { lifecycle } = call.model
    if (lifecycle.status === 'retired') {
      call.notice(
        `model: ${call.model.name} reached its end of life on ${lifecycle.endOfLife}; its successor is ${lifecycle.successor}`,
      )
    }
    call.record.set({ target: target.modelId, region: target.region })
    return provider({ ...call, target })
  }
}
