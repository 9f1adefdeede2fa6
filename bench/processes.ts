/** Starts what is measured and what answers it, each as a process of its own, and talks to them. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import type { Bundles } from './bundles.ts'
import type { Order, Taken } from './contenders/process.ts'
import type { Streaming } from './endpoint.ts'
import { type Metered, tableName } from './metered.ts'

export type Endpoint = {
  readonly address: string
  readonly configure: (streaming: Streaming) => Promise<void>
}

export type Contestant = (order: Order) => Promise<Taken>

export const contestants = ['straight', 'hand-signed', 'sdk', 'gateway'] as const

export type Processes = {
  readonly endpoint: Endpoint
  readonly contestants: Readonly<Record<(typeof contestants)[number], Contestant>>
  /** The gateway where all teams together have limits, too. */
  readonly organisation: Contestant
  /** The gateway where answers are remembered. */
  readonly remembering: Contestant
  /** What the ledger's table was asked since it was asked this. */
  readonly metered: () => Promise<Metered>
  /** Where log lines of the functions go: a file, as much work to write to as Lambda's pipe. */
  readonly log: number
  readonly environment: NodeJS.ProcessEnv
  readonly end: () => void
}

export async function startProcesses(folder: string, bundles: Bundles): Promise<Processes> {
  const log = openSync(join(folder, 'log'), 'w')
  const children: ChildProcess[] = []

  async function start(file: string, args: readonly string[], environment: NodeJS.ProcessEnv) {
    const child = fork(join(import.meta.dirname, file), args, {
      env: environment,
      execArgv: [],
      stdio: ['ignore', log, 'inherit', 'ipc'],
    })
    children.push(child)
    return { child, greeting: await heardFrom(child) }
  }

  const { child, greeting } = await start('endpoint.ts', [], process.env)
  const table = await start('table-process.ts', [], process.env)
  const environment = functionEnvironment(String(greeting), String(table.greeting))
  async function contestant(name: string, bundle: readonly string[]): Promise<Contestant> {
    const { child } = await start('contenders/process.ts', [name, ...bundle], environment)
    return (order) => asked(child, order) as Promise<Taken>
  }
  const started = contestants.map(async (name) => {
    const bundle = name === 'sdk' || name === 'gateway' ? [bundles[name].file] : []
    return [name, await contestant(name, bundle)]
  })
  return {
    endpoint: {
      address: String(greeting),
      configure: async (streaming) => void (await asked(child, streaming)),
    },
    contestants: Object.fromEntries(await Promise.all(started)),
    organisation: await contestant('gateway', [bundles.organisation.file]),
    remembering: await contestant('gateway', [bundles.remembering.file]),
    metered: () => asked(table.child, {}) as Promise<Metered>,
    log,
    environment,
    end: () => {
      for (const child of children) child.disconnect()
    },
  }
}

function asked(child: ChildProcess, message: object): Promise<unknown> {
  child.send(message)
  return heardFrom(child)
}

/** The next message of a child; its end, if that comes first, is an error. */
export async function heardFrom(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  const { signal } = over
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.slice(1).join(' ')} ended with ${code}.`)
  })
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), ended])
    return message
  } finally {
    over.abort()
    ended.catch(() => {})
  }
}

const functionEnvironment = (endpoint: string, table: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint,
  AWS_ENDPOINT_URL_DYNAMODB: table,
  TOLLGATE_TABLE: tableName,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'x'.repeat(700),
  AWS_LAMBDA_FUNCTION_NAME: 'tollgate',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
})
