/** Anthropic's own API: messages, whole or as a stream, and counts of tokens. */
import type { Deadline, OutsideTarget, Provider, TargetedChat } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import { type Reply, type ReplyEvent, replay } from '../core/reply.ts'
import { asksForStream, attempted, carried, jsonAnswer, type Sent } from './http-flow.ts'
import { providerKey } from './provider-key.ts'

/** Anthropic, "Versions". */
const version = '2023-06-01'

const ownAddress = 'https://api.anthropic.com'

export const anthropic: Provider<OutsideTarget> = async (call, deadline) => {
  const { target } = call
  const { server } = target
  if (server.type !== 'anthropic') {
    const message = `A server of the type ${server.type} does not speak Anthropic’s dialect.`
    throw new TollgateError('internal_error', message)
  }
  if (call.task === 'embed') {
    const message = `model: ${call.model.name} is at Anthropic, which makes no embeddings.`
    throw new TollgateError('unsupported_parameter', message, { param: 'model' })
  }
  const key = await providerKey(server.key)
  const base = (server.url ?? ownAddress).replace(/\/+$/, '')
  const { anthropic_beta: betas, ...body } = call.body.build(call.request, call.model, call.notice)
  const common = {
    headers: {
      'x-api-key': key,
      'anthropic-version': version,
      /** Anthropic, "Beta headers": several are told apart by commas. */
      ...(Array.isArray(betas) && { 'anthropic-beta': betas.join(',') }),
    },
    key,
  }
  const named = { model: target.modelId, ...body }
  if (call.task === 'count') {
    const url = new URL(`${base}/v1/messages/count_tokens`)
    return tokenCount({ ...common, url, body: counted(named) }, call, deadline)
  }
  const streamed = asksForStream(call)
  const url = new URL(`${base}/v1/messages`)
  const asked = { ...named, ...(streamed && { stream: true }) }
  return carried({ ...common, url, body: asked, call, deadline, streamed })
}

/** Anthropic, "Count Message tokens": what it takes of a body, and it refuses all else. */
const countedFields = [
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
]

const counted = (body: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => countedFields.includes(name)))

/** Nothing is billed for it, whatever becomes of it. */
async function tokenCount(
  sent: Sent,
  call: TargetedChat<OutsideTarget>,
  deadline: Deadline,
): Promise<AsyncIterable<ReplyEvent>> {
  const exchange = { ...sent, call, deadline }
  try {
    return await attempted(exchange, async (progress) => {
      const { said } = await jsonAnswer(exchange, progress)
      const reply = countedReply(said)
      deadline.done()
      return replay(reply)
    })
  } catch (thrown) {
    if (thrown instanceof TollgateError) thrown.billed = undefined
    throw thrown
  }
}

function countedReply(said: unknown): Reply {
  const { input_tokens: input } = (said ?? {}) as { input_tokens?: unknown }
  if (typeof input !== 'number' || !Number.isSafeInteger(input) || input < 0) {
    throw new TollgateError('upstream_error', 'Anthropic counted no tokens.')
  }
  const none = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 }
  return { content: [], stop: { reason: 'end' }, usage: { input, ...none } }
}
