/** The command line, called as a function, in a folder of its own. */
import { join } from 'node:path'
import { type ExitStatus, main } from '../../cli/main.ts'
import { announce } from '../../local/gateway/files.ts'
import type { Local } from '../../local/gateway/local.ts'
import { temporaryFolder } from '../gateway-project.ts'

export type Ran = {
  readonly status: ExitStatus
  readonly out: string
  readonly error: string
  /** What was asked of the person there. */
  readonly asked: readonly string[]
}

export type Person = {
  readonly folder?: string
  /** What is answered; absent: nobody is there. */
  readonly answer?: string
  readonly now?: () => number
  readonly environment?: Readonly<Record<string, string>>
}

export async function run(args: readonly string[], person: Person = {}): Promise<Ran> {
  const { folder = await temporaryFolder(), answer, now = Date.now, environment = {} } = person
  const said = { out: '', error: '' }
  const asked: string[] = []
  const status = await main(args, {
    out(text) {
      said.out += text
    },
    error(text) {
      said.error += text
    },
    folder,
    environment,
    user: 'ana',
    now,
    ...(answer !== undefined && {
      ask: async (question: string) => {
        asked.push(question)
        return answer
      },
    }),
  })
  return { status, ...said, asked }
}

/** Where `--local` finds this gateway. */
export async function folderOf(local: Local): Promise<string> {
  const folder = await temporaryFolder()
  announce(join(folder, '.tollgate', 'local.json'), local)
  return folder
}
