/** Where a model is reached: the gateway's home region, by its own id or by a profile's. */
import type { GatewayConfig } from './core/config.ts'
import { targetId, withoutProfile } from './models/profiles.ts'
import type { FindTarget } from './policies/route.ts'

export function findTarget({ regions: [home] }: GatewayConfig): FindTarget {
  const { region, endpoint } = typeof home === 'string' ? { region: home } : { region: '', ...home }
  return ({ model, sendAs }) => {
    const modelId = sendAs ?? targetId(model, region)
    if (modelId === undefined) return undefined
    const { scope } = withoutProfile(modelId)
    const geographic = scope !== undefined && scope !== 'global'
    return {
      provider: 'bedrock',
      region,
      modelId,
      geographic,
      ...(endpoint !== undefined && { endpoint }),
    }
  }
}
