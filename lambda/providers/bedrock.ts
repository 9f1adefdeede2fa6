/** Carries a call to Amazon Bedrock and its answer back: one attempt. */
import type { BedrockTarget, Provider, TargetedCall } from '../core/contracts.ts'
import { failure, isUnbilled, type Send } from './attempt.ts'
import { streamedChat, wholeChat } from './bedrock-chat.ts'
import { tokenCount } from './bedrock-count.ts'
import { embeddings } from './bedrock-embeddings.ts'

export const bedrock: Provider<BedrockTarget> = async (call, deadline) => {
  /** A body is built anew for each attempt: what is wrong with it was never sent. */
  const send = prepared(call)
  try {
    return await send(deadline)
  } catch (thrown) {
    const billed = isUnbilled(thrown, deadline) ? undefined : 'unknown'
    const error = failure(thrown, call, deadline)
    error.billed ??= billed
    throw error
  }
}

function prepared(call: TargetedCall<BedrockTarget>): Send {
  if (call.task === 'embed') return embeddings(call)
  if (call.task === 'count') return tokenCount(call)
  const { model, request, native } = call
  if (request.stream && (model.accepts.streaming || native !== undefined)) {
    return streamedChat(call)
  }
  if (request.stream) {
    call.notice(`stream: ${model.name} answers whole; its answer is sent as one piece`)
  }
  return wholeChat(call)
}
