/** Anthropic's Messages API as Anthropic itself takes it: what Claude is asked on Bedrock, and a tier. */
import type { Body, Notice } from '../core/contracts.ts'
import type { JsonObject } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import type { FittedRequest, ServiceTier } from '../core/request.ts'
import { claudeReply, claudeStream } from './claude-reply.ts'
import { claudeRequest } from './claude-request.ts'
import { once } from './once.ts'

/** Anthropic, "Service tiers": `auto` takes priority where the organisation has bought it. */
const tiers = {
  default: 'standard_only',
  priority: 'auto',
  flex: undefined,
} as const satisfies Record<ServiceTier, 'auto' | 'standard_only' | undefined>

function tierFields({ serviceTier }: FittedRequest, notice: Notice): JsonObject {
  if (serviceTier === undefined) return {}
  const tier = tiers[serviceTier]
  if (tier !== undefined) return { service_tier: tier }
  notice(`service_tier ${serviceTier}: left out; Anthropic has no such tier`)
  return {}
}

/**
 * The version is a header here, not a field. Betas are one as well: `anthropic_beta` is left in
 * place, from where whoever sends the body lifts it.
 */
function build(request: FittedRequest, model: Model, notice: Notice): JsonObject {
  const told = once(notice)
  const { anthropic_version: _, ...body } = claudeRequest(request, model, told)
  return { ...body, ...tierFields(request, told) }
}

export const anthropicMessages: Body = {
  id: 'anthropic-messages',
  signature: 'anthropic',
  build,
  read: claudeReply,
  openStream: claudeStream,
}
