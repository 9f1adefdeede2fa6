/** On what the figures were measured. */
import { availableParallelism, cpus, loadavg } from 'node:os'

export type Machine = {
  readonly date: string
  readonly cpu: string
  readonly cores: number
  readonly node: string
  /** How many processes wanted to run before the bench began: above 0.5, others took part. */
  readonly loadBefore: number
}

export const thisMachine = (): Machine => ({
  date: new Date().toISOString().slice(0, 10),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  node: process.version,
  loadBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
})

export const machineLine = ({ date, cpu, cores, node, loadBefore }: Machine): string =>
  `${date}, ${cpu}, ${cores} cores, Node ${node}; load before the run ${loadBefore}.`
