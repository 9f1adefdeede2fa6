/** Cohere's API, version 2: chat, whole or as a stream, and embeddings. */
import type { OutsideTarget, Provider } from '../core/contracts.ts'
import { TollgateError } from '../core/errors.ts'
import { asksForStream, carried } from './http-flow.ts'
import { outsideEmbeddings } from './outside-embeddings.ts'
import { providerKey } from './provider-key.ts'

const ownAddress = 'https://api.cohere.com'

export const cohere: Provider<OutsideTarget> = async (call, deadline) => {
  const { server, modelId: model } = call.target
  if (server.type !== 'cohere') {
    const message = `A server of the type ${server.type} does not speak Cohere’s dialect.`
    throw new TollgateError('internal_error', message)
  }
  if (call.task === 'count') {
    const message = `model: ${call.model.name} is at Cohere, which counts no tokens ahead; a Claude model’s are counted.`
    throw new TollgateError('unsupported_parameter', message, { param: 'model' })
  }
  const key = await providerKey(server.key)
  const base = (server.url ?? ownAddress).replace(/\/+$/, '')
  const common = { headers: { authorization: `Bearer ${key}` }, key }
  if (call.task === 'embed') {
    const url = new URL(`${base}/v2/embed`)
    return outsideEmbeddings(call, deadline, (body) => ({
      ...common,
      url,
      body: { model, ...body },
    }))
  }
  const built = call.body.build(call.request, call.model, call.notice)
  const streamed = asksForStream(call)
  const url = new URL(`${base}/v2/chat`)
  /** Cohere, "Chat": `stream` is asked for either way. */
  const body = { model, stream: streamed, ...built }
  return carried({ ...common, url, body, call, deadline, streamed })
}
