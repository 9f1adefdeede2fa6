/** Sends a call where it may go, and tells the caller where that will end. */
import type { Chat } from '../core/contracts.ts'

/** `attempts` asks one target after another. */
export const route = (attempts: Chat): Chat =>
  async function route(call) {
    const { lifecycle, name } = call.model
    if (lifecycle.status === 'retired') {
      call.notice(
        `model: ${name} reached its end of life on ${lifecycle.endOfLife}; its successor is ${lifecycle.successor}`,
      )
    }
    return attempts(call)
  }
