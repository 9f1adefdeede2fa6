/** The environments of one function: an idle one is used again, else a new one is started. */
import { availableParallelism } from 'node:os'
import { type FunctionDefinition, reservedVariables } from './definition.ts'
import { type Ending, type Environment, type Receiver, startEnvironment } from './environment.ts'

export type LogLine = { readonly functionName: string; readonly line: string }

export type FunctionHost = {
  readonly definition: FunctionDefinition
  /** Waits for an environment where all are at work. */
  readonly invoke: (requestId: string, event: string, receiver?: Receiver) => Promise<Ending>
  /** Resolves when no invocation is under way. */
  readonly settled: () => Promise<void>
  /** Starts an environment before it is asked for. */
  readonly warm: () => void
  readonly close: () => Promise<void>
}

export type PoolOptions = {
  readonly region: string
  /** Variables of every function, such as credentials; the template's own win over them. */
  readonly variables: Readonly<Record<string, string>>
  readonly log: (line: LogLine) => void
  /** Most environments at once. */
  readonly most: number
}

const startedAtOnce = Math.max(2, availableParallelism())

const ignored: Receiver = { chunk: () => undefined, end: () => {} }

export function openPool(definition: FunctionDefinition, options: PoolOptions): FunctionHost {
  const most = Math.max(1, Math.min(options.most, definition.concurrency ?? options.most))
  const idle: Environment[] = []
  const all = new Set<Environment>()
  const waiting: ((environment: Environment) => void)[] = []
  const running = new Set<Promise<Ending>>()
  let starting = 0
  let closed = false

  function start(): void {
    const environment = startEnvironment(definition, {
      variables: {
        ...options.variables,
        ...definition.environment,
        ...reservedVariables(definition, options.region),
      },
      log: (line) => options.log({ functionName: definition.name, line }),
    })
    all.add(environment)
    starting += 1
    environment.started.then(() => {
      starting -= 1
      offer(environment)
    })
  }

  /** Whoever has waited longest gets it; one that failed to start tells them so. */
  function offer(environment: Environment): void {
    const next = waiting.shift()
    if (next !== undefined) next(environment)
    else if (environment.alive()) idle.push(environment)
    else all.delete(environment)
    startMore()
  }

  /** One that is at work may be free before another has started, so not all start at once. */
  function startMore(): void {
    const wanted = Math.min(waiting.length, startedAtOnce)
    while (!closed && starting < wanted && all.size < most) start()
  }

  function lend(): Environment | Promise<Environment> {
    const kept = idle.pop()
    if (kept?.alive() === true) return kept
    if (kept !== undefined) {
      all.delete(kept)
      return lend()
    }
    return new Promise((resolve) => {
      waiting.push(resolve)
      startMore()
    })
  }

  function giveBack(environment: Environment): void {
    if (environment.alive()) offer(environment)
    else {
      all.delete(environment)
      startMore()
    }
  }

  async function run(requestId: string, event: string, receiver: Receiver): Promise<Ending> {
    if (closed) return { type: 'crashed', reason: 'the gateway is stopping' }
    const environment = await lend()
    const ending = await environment.invoke(requestId, event, receiver)
    if (closed) return ending
    giveBack(environment)
    if (ending.type !== 'done') {
      options.log({ functionName: definition.name, line: toldOf(ending, requestId) })
    }
    return ending
  }

  return {
    definition,
    warm() {
      if (all.size === 0 && !closed) start()
    },
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
    invoke(requestId, event, receiver = ignored) {
      const invocation = run(requestId, event, receiver)
      running.add(invocation)
      const over = () => running.delete(invocation)
      invocation.then(over, over)
      return invocation
    },
    async close() {
      closed = true
      await Promise.all([...all].map((environment) => environment.stop()))
      for (const resolve of waiting.splice(0)) resolve(stopped)
    },
  }
}

/** Lambda writes a line of its own when a function did not come to its end. */
function toldOf(ending: Exclude<Ending, { type: 'done' }>, requestId: string): string {
  const { type, ...details } = ending
  return JSON.stringify({ level: 'ERROR', message: `The function ${type}.`, requestId, ...details })
}

/** What those get who still wait when the pool is closed. */
const stopped: Environment = {
  started: Promise.resolve(),
  invoke: async () => ({ type: 'crashed', reason: 'the gateway is stopping' }),
  alive: () => false,
  stop: async () => {},
}
