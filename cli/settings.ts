/** Which gateway is meant: the deployed stack, or the one that runs on this machine. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Use } from './command.ts'
import { Failure, WrongUse } from './problems.ts'

/** What the AWS SDK's clients are made with. */
export type AwsSettings = {
  readonly region?: string
  readonly profile?: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

export type Settings = {
  readonly configFile: string
  readonly local: LocalGateway | undefined
  /** The stack's name, where it was given. */
  readonly stack: string | undefined
  readonly aws: AwsSettings
}

/** What the local gateway says of itself in `.tollgate/local.json`. */
export type LocalGateway = {
  readonly url: string
  /** Where it answers as AWS does. */
  readonly aws: string
  readonly config?: string
  /** By team. */
  readonly keys?: Readonly<Record<string, string>>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const start = 'start it with `npm start`, and leave it running'

export function readSettings({ values, flags, io }: Omit<Use, 'deployment' | 'config'>): Settings {
  const local = flags.has('local') ? readLocal(io.folder, values) : undefined
  const { config, stack, region, profile } = values
  const named = config === undefined ? local?.config : resolve(io.folder, config)
  return {
    configFile: named ?? join(root, 'tollgate.config.ts'),
    local,
    stack,
    aws: {
      ...(region !== undefined && { region }),
      ...(profile !== undefined && { profile }),
      ...(local !== undefined && {
        endpoint: local.aws,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      }),
    },
  }
}

function readLocal(folder: string, values: Use['values']): LocalGateway {
  const other = ['stack', 'region', 'profile'].find((name) => values[name] !== undefined)
  if (other !== undefined) {
    throw new WrongUse(`--local has one gateway; --${other} is for those that are deployed.`)
  }
  const found = [folder, root].map(readAddress).find((address) => address !== undefined)
  if (found === undefined) throw new Failure(`There is no gateway on this machine: ${start}.`)
  const { url, aws, pid, config, keys } = found
  if (url === undefined || aws === undefined || !isRunning(pid)) {
    throw new Failure(`The gateway on this machine has stopped: ${start}.`)
  }
  return {
    ...{ url, aws },
    ...(config !== undefined && { config }),
    ...(keys !== undefined && { keys }),
  }
}

type Address = Partial<LocalGateway> & { readonly pid?: number }

function readAddress(folder: string): Address | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, '.tollgate', 'local.json'), 'utf8'))
  } catch {
    return undefined
  }
}

/** A signal 0 is none; it only tells whether there is somebody to take it. */
function isRunning(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
