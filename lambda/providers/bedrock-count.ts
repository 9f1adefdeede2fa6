/** Asks Bedrock how many tokens a conversation has, without having it answered. */

import type { BedrockTarget, TargetedChat } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { type Reply, replay } from '../core/reply.ts'
import { bytesOf } from '../net/post.ts'
import type { Send } from './attempt.ts'
import { ask } from './bedrock-endpoint.ts'
import { parsedAnswer } from './whole-answer.ts'

/**
 * AWS, CountTokens: the body as InvokeModel would take it, in base64, or Converse's as it is; the
 * model by its own id, since a profile counts nothing.
 */
export function tokenCount(call: TargetedChat<BedrockTarget>): Send {
  const { body, request, model, notice } = call
  const built = body.build(request, model, notice)
  const input =
    body.via === 'converse'
      ? { converse: built }
      : { invokeModel: { body: Buffer.from(JSON.stringify(built)).toString('base64') } }
  const sent = Buffer.from(JSON.stringify({ input }))
  return async (deadline) => {
    const asked = { body: sent, headers: {}, deadline, modelId: model.id }
    const answer = await ask(call, { ...asked, operation: 'count-tokens' })
    const said = parsedAnswer(await bytesOf(answer), answer.headers)
    deadline.done()
    return replay(countedReply(said))
  }
}

function countedReply(said: unknown): Reply {
  const { inputTokens } = (said ?? {}) as { inputTokens?: unknown }
  if (!Number.isSafeInteger(inputTokens)) {
    throw new TollgateError('upstream_error', 'Bedrock counted no tokens.')
  }
  const none = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }
  return { content: [], stop: { reason: 'end' }, usage: { input: Number(inputTokens), ...none } }
}
