/** How many metrics CloudWatch bills for: one for each name and value of a dimension, while it is written. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { errorCodes } from '../../lambda/core/errors.ts'
import {
  type Dimension,
  type MetricDefinition,
  metrics,
  mostTeams,
} from '../../lambda/core/metrics.ts'
import type { Assumptions } from './assumptions.ts'

/** Besides the codes of errors: `ok` and `abandoned`. */
const otherOutcomes = 2

/** What API Gateway counts of each method where a stage has metrics. AWS, "API Gateway dimensions and metrics". */
export const methodMetrics = 5

/** None where there are too many of them. */
export function teamsWithMetrics({ teams }: GatewayConfig): number {
  const count = Object.keys(teams).length
  return count <= mostTeams ? count : 0
}

/** At most: where all that can be counted of these routes, models and teams is counted in every hour. */
export function ownSeries(
  config: GatewayConfig,
  { routes, models }: Pick<Assumptions, 'routes' | 'models'>,
): number {
  const values: Readonly<Record<Dimension, number>> = {
    all: 1,
    route: routes,
    model: models,
    outcome: Object.keys(errorCodes).length + otherOutcomes,
    team: teamsWithMetrics(config),
  }
  return Object.values<MetricDefinition>(metrics)
    .flatMap(({ by = ['all'] }) => by)
    .reduce((sum, dimension) => sum + values[dimension], 0)
}
