/** Where a request to Bedrock is sent, and the host and path it is signed for. */
import { encodedSegment } from '../aws/signature.ts'
import type { BedrockTarget } from '../core/contracts.ts'
import { cloudflareBase, cloudflareSegment } from './cloudflare.ts'

export type Address = {
  readonly url: URL
  /** As it is signed; Cloudflare passes on what was signed for Bedrock. */
  readonly host: string
  readonly path: string
}

/** A target is one object for as long as its configuration is in force. */
const known = new WeakMap<BedrockTarget, Map<string, Address>>()

export function addressOf(target: BedrockTarget, operation: string, modelId: string): Address {
  const ofTarget = known.get(target) ?? new Map<string, Address>()
  known.set(target, ofTarget)
  const asked = `${operation} ${modelId}`
  const address = ofTarget.get(asked) ?? madeOf(target, operation, modelId)
  ofTarget.set(asked, address)
  return address
}

function madeOf(target: BedrockTarget, operation: string, modelId: string): Address {
  const { region, cloudflare } = target
  if (cloudflare !== undefined) {
    const path = `/model/${cloudflareSegment(modelId)}/${operation}`
    const base = cloudflareBase(cloudflare, region)
    return { url: new URL(`${base.pathname}${path}`, base), host: hostIn(region), path }
  }
  const base = baseOf(target)
  const path = `${base.pathname.replace(/\/$/, '')}/model/${encodedSegment(modelId)}/${operation}`
  return { url: new URL(path, base), host: base.host, path }
}

function hostIn(region: string): string {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  return `bedrock-runtime.${region}.${suffix}`
}

/**
 * The configuration's address of the region, else the environment's, which may name one a region
 * (`AWS_ENDPOINT_URL_BEDROCK_RUNTIME_US_WEST_2`), else AWS's own.
 */
function baseOf({ region, endpoint }: BedrockTarget): URL {
  const named = 'AWS_ENDPOINT_URL_BEDROCK_RUNTIME'
  const { [named]: everywhere, [`${named}_${region.toUpperCase().replaceAll('-', '_')}`]: there } =
    process.env
  return new URL(endpoint ?? there ?? everywhere ?? `https://${hostIn(region)}`)
}
