/** How long a new process takes until its first answer, and how large what it loads is. */
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Bench, Surroundings } from './bench.ts'
import type { ColdStart } from './cold/runner.ts'
import { compared, type Figures, inRounds, type Table, tableOf } from './tables.ts'

const functions = ['empty', 'sdk + middy', 'gateway'] as const
type Name = (typeof functions)[number]

/** What importing and answering take, the process's own start left out. */
const ownPart = 'import + first call ms'

export const coldStart: Bench = async (surroundings) => {
  const { bundles, effort } = surroundings
  for (const name of functions) await started(name, surroundings)
  const rounds = await inRounds(effort.coldRounds, functions, (name) =>
    started(name as Name, surroundings),
  )
  const toFirstAnswer = compared(rounds, ['gateway', '/', 'sdk + middy'], 'first answer ms')
  return {
    tables: [
      tableOf('A cold start', rounds, [
        ['gateway', '/', 'sdk + middy'],
        ['gateway', '−', 'sdk + middy'],
        ['gateway', '−', 'empty'],
      ]),
      bundleSizes(surroundings),
    ],
    aims: [
      {
        what: 'gateway / sdk + middy, process start to first answer',
        figure: toFirstAnswer,
        most: 1.15,
      },
      {
        what: 'the same without the start of Node itself',
        figure: compared(rounds, ['gateway', '/', 'sdk + middy'], ownPart),
        most: 1.15,
      },
      { what: 'bundle, MB', figure: bundles.gateway.bytes / 1e6, most: 1 },
    ],
  }
}

async function started(name: Name, { bundles, processes }: Surroundings): Promise<Figures> {
  const { environment, log } = processes
  const at = performance.timeOrigin + performance.now()
  const child = spawn(process.execPath, [bundles.runner.file, bundles[name].file], {
    env: environment,
    stdio: ['ignore', log, 'inherit', 'pipe'],
  })
  const told = await text(child.stdio[3] as Readable)
  if (told === '') throw new Error(`The function '${name}' did not answer.`)
  const { importing, firstCall, answered, cpu } = JSON.parse(told) as ColdStart
  return {
    'first answer ms': answered - at,
    'import ms': importing,
    'first call ms': firstCall,
    [ownPart]: importing + firstCall,
    'CPU ms': cpu,
  }
}

function bundleSizes({ bundles }: Surroundings): Table {
  const rows = functions.map((name) => ({
    name,
    figures: { KB: bundles[name].bytes / 1000, 'gzip KB': bundles[name].gzipBytes / 1000 },
  }))
  return { title: 'The bundles', rows }
}
