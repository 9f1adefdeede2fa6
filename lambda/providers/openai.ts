/** OpenAI, Azure OpenAI, and any server that speaks OpenAI's chat completions and embeddings. */
import type { OutsideTarget, Provider, TargetedCall } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import { TollgateError } from '../core/errors.ts'
import type { ProviderConfig } from '../core/routes-config.ts'
import { asksForStream, carried, type Sent } from './http-flow.ts'
import { outsideEmbeddings } from './outside-embeddings.ts'
import { providerKey } from './provider-key.ts'

export const openai: Provider<OutsideTarget> = async (call, deadline) => {
  const { server } = call.target
  const key = server.key === undefined ? undefined : await providerKey(server.key)
  if (call.task === 'embed') {
    const at = addressOf(call, 'embeddings')
    return outsideEmbeddings(call, deadline, (body) => sent(at, server, key, named(call, body)))
  }
  const built = call.body.build(call.request, call.model, call.notice)
  const streamed = asksForStream(call)
  const at = addressOf(call, 'chat/completions')
  return carried({ ...sent(at, server, key, named(call, built)), call, deadline, streamed })
}

type Operation = 'chat/completions' | 'embeddings'

/**
 * Microsoft, "Azure OpenAI REST API reference": the deployment stands in the path, and the version
 * beside it. All others are asked below the address that is configured for them.
 */
function addressOf({ target }: TargetedCall<OutsideTarget>, operation: Operation): URL {
  const { server, modelId } = target
  switch (server.type) {
    case 'openai':
      return new URL(`${withoutSlash(server.url)}/${operation}`)
    case 'azure': {
      const deployment = `openai/deployments/${encodeURIComponent(modelId)}`
      const version = `api-version=${encodeURIComponent(server.apiVersion)}`
      return new URL(`${withoutSlash(server.url)}/${deployment}/${operation}?${version}`)
    }
    default: {
      const message = `A server of the type ${server.type} does not speak OpenAI’s dialect.`
      throw new TollgateError('internal_error', message)
    }
  }
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

const named = ({ target }: TargetedCall<OutsideTarget>, body: JsonObject): JsonObject =>
  target.server.type === 'azure' ? body : { model: target.modelId, ...body }

/** A server on one's own machine or network may need no key. */
function sent(url: URL, { type }: ProviderConfig, key: string | undefined, body: JsonObject): Sent {
  if (key === undefined) return { url, headers: {}, body }
  const headers: Record<string, string> =
    type === 'azure' ? { 'api-key': key } : { authorization: `Bearer ${key}` }
  return { url, headers, body, key }
}
