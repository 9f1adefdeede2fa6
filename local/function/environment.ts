/** One function environment: a thread with its own globals that serves one request at a time. */
import { Worker } from 'node:worker_threads'
import type { FunctionDefinition } from './definition.ts'
import type {
  EnvironmentData,
  FromEnvironment,
  FromInvocation,
  FunctionError,
  ToEnvironment,
} from './messages.ts'

/** How an invocation ended. */
export type Ending =
  | { readonly type: 'done'; readonly payload?: string }
  | { readonly type: 'failed'; readonly error: FunctionError }
  /** The environment is gone, and so is whatever the function was doing. */
  | { readonly type: 'crashed'; readonly reason: string }
  | { readonly type: 'timed-out' }

/** Takes a streamed answer. */
export type Receiver = {
  /** Resolves when more may come. */
  readonly chunk: (bytes: Uint8Array) => Promise<void> | undefined
  readonly end: () => void
}

export type Environment = {
  /** Resolves when it can take an invocation, or never will. */
  readonly started: Promise<unknown>
  /** An invocation of an environment that is gone ends as crashed. */
  readonly invoke: (requestId: string, event: string, receiver: Receiver) => Promise<Ending>
  readonly alive: () => boolean
  readonly stop: () => Promise<void>
}

type Current = {
  readonly requestId: string
  readonly receiver: Receiver
  readonly settle: (ending: Ending) => void
}

export type EnvironmentOptions = {
  readonly variables: Readonly<Record<string, string>>
  readonly log: (line: string) => void
}

const initTimeoutMs = 30_000

export function startEnvironment(
  definition: FunctionDefinition,
  { variables, log }: EnvironmentOptions,
): Environment {
  const { file, handler, name, arn, memory, jsonLogs, timeoutMs } = definition
  const workerData = { file, handler, functionName: name, arn, memory, jsonLogs }
  const worker = new Worker(new URL('./runtime.ts', import.meta.url), {
    workerData: workerData satisfies EnvironmentData,
    env: { ...variables },
    execArgv: [],
    argv: [],
    resourceLimits: { maxOldGenerationSizeMb: memory },
    stdin: false,
  })
  const lines = lineSplitter(log)
  let alive = true
  let current: Current | undefined
  let crash = 'it stopped'
  let ready = (_: boolean): void => {}
  const started = new Promise<boolean>((resolve) => {
    ready = resolve
  })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))

  worker.on('message', function hear(message: FromEnvironment) {
    if (message.type === 'ready') ready(true)
    else if (message.type === 'log') lines.add(message.text)
    else if (message.requestId === current?.requestId) hearOf(current, message)
  })
  worker.on('error', (error: Error) => {
    crash = `${error.name}: ${error.message}`
  })
  worker.once('exit', (code) => {
    alive = false
    lines.end()
    ready(false)
    const reason = code === 0 || code === 1 ? crash : `${crash}, with exit status ${code}`
    current?.settle({ type: 'crashed', reason })
  })

  function hearOf({ requestId, receiver, settle }: Current, message: FromInvocation): void {
    switch (message.type) {
      case 'chunk': {
        const bytes = message.bytes.length
        const taken = () => tell({ type: 'taken', requestId, bytes })
        const waiting = receiver.chunk(message.bytes)
        if (waiting === undefined) taken()
        else waiting.then(taken, taken)
        return
      }
      case 'end':
        receiver.end()
        return
      case 'done':
      case 'failed':
        lines.end()
        settle(message)
    }
  }

  const tell = (message: ToEnvironment) => worker.postMessage(message)

  function gone(reason: string): void {
    alive = false
    crash = reason
    void worker.terminate()
  }

  return {
    started,
    alive: () => alive,
    async stop() {
      gone('it was stopped')
      await exited
    },
    async invoke(requestId, event, receiver) {
      const slow = setTimeout(() => gone('it was not ready in time'), initTimeoutMs)
      const isReady = await started
      clearTimeout(slow)
      if (!isReady || !alive) return { type: 'crashed', reason: crash }
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          settle({ type: 'timed-out' })
          gone('its time was over')
        }, timeoutMs)
        function settle(ending: Ending): void {
          clearTimeout(timer)
          current = undefined
          resolve(ending)
        }
        current = { requestId, receiver, settle }
        tell({ type: 'invoke', requestId, event, deadline: Date.now() + timeoutMs })
      })
    },
  }
}

/** Output comes in pieces; a log has lines. */
function lineSplitter(log: (line: string) => void) {
  let rest = ''
  return {
    add(text: string) {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) log(line)
    },
    end() {
      if (rest !== '') log(rest)
      rest = ''
    },
  }
}
