/** What every bench is given: the processes, and how much to do. */
import type { Bundles } from './bundles.ts'
import type { Processes } from './processes.ts'
import type { Findings } from './tables.ts'

export type Effort = {
  readonly rounds: number
  readonly coldRounds: number
  /** The share of a whole run's calls that each round makes. */
  readonly share: number
}

export type Surroundings = {
  readonly bundles: Bundles
  readonly processes: Processes
  readonly effort: Effort
}

export type Bench = (surroundings: Surroundings) => Promise<Findings>

export const callsOf = ({ share }: Effort, whole: number): number =>
  Math.max(2, Math.round(whole * share))
