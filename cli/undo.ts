/** Remembers how to take back what was done, for when the next step fails. */
import { asProblem } from './failures.ts'
import { Failure } from './problems.ts'

export type Undo = {
  readonly add: (step: () => Promise<unknown>) => void
  /** Takes everything back, the last first; gives the error that tells of it. */
  readonly failed: (thrown: unknown, what: string, otherwise: string) => Promise<Failure>
}

export function openUndo(): Undo {
  const steps: (() => Promise<unknown>)[] = []
  return {
    add: (step) => void steps.push(step),
    async failed(thrown, what, otherwise) {
      const message = `${what} ${asProblem(thrown).message}`
      const results = []
      for (const step of steps.toReversed()) results.push(...(await Promise.allSettled([step()])))
      const whole = results.every(({ status }) => status === 'fulfilled')
      return new Failure(whole ? message : `${message}\n${otherwise}`, { cause: thrown })
    },
  }
}
