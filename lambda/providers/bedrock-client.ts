/** The AWS SDK's client of Bedrock Runtime, one a region, set so that it decides nothing by itself. */
import {
  BedrockRuntimeClient,
  type InvokeModelCommandOutput,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { DeserializeMiddleware } from '@smithy/types'
import type { ReportedUsage, Target } from '../core/contracts.ts'

const connectMs = 1_000

const clients = new Map<string, BedrockRuntimeClient>()

export function clientOf({ region, endpoint }: Target): BedrockRuntimeClient {
  const known = clients.get(region)
  if (known !== undefined) return known
  const client = openClient(region, endpoint)
  clients.set(region, client)
  return client
}

function openClient(region: string, endpoint: string | undefined): BedrockRuntimeClient {
  const client = new BedrockRuntimeClient({
    region,
    ...(endpoint !== undefined && { endpoint }),
    /** One retry layer, ours: the SDK's would add seconds of its own below it. */
    maxAttempts: 1,
    /** Over HTTP/2 the SDK ends a stream that was cut as if it were whole. */
    requestHandler: new NodeHttpHandler({
      connectionTimeout: connectMs,
      /** The first byte and silence have timers of their own, for each attempt. */
      socketTimeout: 0,
      requestTimeout: 0,
    }),
  })
  const step = { step: 'deserialize', priority: 'high', name: 'keepHeaders' } as const
  client.middlewareStack.add(keepHeaders, step)
  return client
}

/** The SDK hides response headers; for a whole answer they are where the token counts stand. */
const keepHeaders: DeserializeMiddleware<ServiceInputTypes, ServiceOutputTypes> =
  (next) => async (args) => {
    const result = await next(args)
    const { headers } = result.response as { headers?: Record<string, string> }
    Object.assign(result.output?.$metadata ?? {}, { headers })
    return result
  }

/** Token counts of a whole answer, as its headers tell them. */
export function reportedUsage({ $metadata }: InvokeModelCommandOutput): ReportedUsage {
  const { headers = {} } = $metadata as { headers?: Record<string, string> }
  return {
    ...count('input', headers['x-amzn-bedrock-input-token-count']),
    ...count('output', headers['x-amzn-bedrock-output-token-count']),
    ...count('cacheRead', headers['x-amzn-bedrock-cache-read-input-token-count']),
    ...count('cacheWrite', headers['x-amzn-bedrock-cache-write-input-token-count']),
  }
}

function count(name: keyof ReportedUsage, header: string | undefined): ReportedUsage {
  const value = Number(header ?? Number.NaN)
  return Number.isSafeInteger(value) && value >= 0 ? { [name]: value } : {}
}
