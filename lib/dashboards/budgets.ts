/** Whose budgets have metrics: `BudgetUsedPercent` is of a team with a limit in USD, where teams have metrics at all. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { hasTeamMetrics } from './metric.ts'

/** Percent of a budget at which people are told. */
export const warnedAt = [80, 100] as const

export function teamsWithBudget(config: GatewayConfig): readonly string[] {
  if (!hasTeamMetrics(config)) return []
  const inUsd = Object.entries(config.teams).filter(([, { plan }]) =>
    config.plans[plan]?.limits?.some((limit) => 'usd' in limit),
  )
  return inUsd.map(([name]) => name)
}
