/** Which models of a configuration have no price in force, so that nothing can be counted in USD. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import { priceAt } from '../lambda/core/cost.ts'
import { modelsOf } from '../lambda/targets.ts'

/** Their aliases. Requests for them are refused where a limit in USD applies. */
export const unpricedModels = (config: GatewayConfig, now = Date.now()): readonly string[] =>
  Object.entries(config.models).flatMap(([alias, row]) =>
    modelsOf(row, config).some((model) => priceAt(model, now) === undefined) ? [alias] : [],
  )
