/** The `tollgate` command as a function: from what was typed to an exit status. */
import { readArguments, type Typed } from './arguments.ts'
import type { Report, Use } from './command.ts'
import { commands } from './commands/index.ts'
import { asProblem } from './failures.ts'
import { helpOf, helpOfAll, helpOfGroup } from './help.ts'
import type { Io } from './io.ts'
import { WrongUse } from './problems.ts'
import { readSettings } from './settings.ts'

/** Done, failed, or used wrongly. */
export type ExitStatus = 0 | 1 | 2

export async function main(args: readonly string[], io: Io): Promise<ExitStatus> {
  try {
    const typed = readArguments(args, commands)
    if (typed.type === 'help') {
      io.out(helpFor(typed))
      return 0
    }
    const report = await typed.command.run(useOf(typed, io))
    return report === undefined ? 0 : answer(report, typed.flags.has('json'), io)
  } catch (thrown) {
    const problem = asProblem(thrown, args.includes('--local'))
    io.error(`${problem.message.trimEnd()}\n`)
    return problem instanceof WrongUse ? 2 : 1
  }
}

function helpFor({ group, command }: Typed & { readonly type: 'help' }): string {
  if (command !== undefined) return helpOf(command)
  if (group === undefined) return helpOfAll(commands)
  return helpOfGroup(
    group,
    commands.filter(({ name }) => name.startsWith(`${group} `)),
  )
}

/** What takes long to load is loaded when a command needs it. */
function useOf({ values, flags }: Typed & { readonly type: 'command' }, io: Io): Use {
  const typed = { values, flags, io }
  let settings: ReturnType<typeof readSettings> | undefined
  const known = () => {
    settings ??= readSettings(typed)
    return settings
  }
  const config = once(async () => {
    const { readConfig } = await import('./configuration.ts')
    return readConfig(known().configFile)
  })
  const deployment = once(async () => {
    const { openDeployment } = await import('./deployment.ts')
    return openDeployment(await config(), known(), io.now)
  })
  return { ...typed, config, deployment }
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make()
    return made
  }
}

function answer(report: Report, asJson: boolean, io: Io): ExitStatus {
  const { json, text, aside, warnings = [], failed = false } = report
  io.out(asJson ? `${JSON.stringify(json)}\n` : `${text}\n`)
  if (!asJson && aside !== undefined) io.error(`${aside}\n`)
  for (const warning of warnings) io.error(`${warning}\n`)
  return failed ? 1 : 0
}
