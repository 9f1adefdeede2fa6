/** Which models of a configuration have no price in force, so that nothing can be counted in USD. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import { priceAt } from '../lambda/core/cost.ts'
import { anyModelById } from '../lambda/models/index.ts'
import { withoutProfile } from '../lambda/models/profiles.ts'

/** Their aliases. Requests for them are refused where a limit in USD applies. */
export const unpricedModels = ({ models }: GatewayConfig, now = Date.now()): readonly string[] =>
  Object.entries(models).flatMap(([alias, row]) => {
    const model = typeof row === 'string' ? anyModelById.get(withoutProfile(row).id) : row
    return model !== undefined && priceAt(model, now) === undefined ? [alias] : []
  })
