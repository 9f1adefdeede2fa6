/** Runs the `tollgate` command in a terminal, or for a script. */
import { userInfo } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { main } from './main.ts'

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}

function interrupted(): AbortSignal {
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  return stop.signal
}

/** `tollgate tail | head` has read enough. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

process.exitCode = await main(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  folder: process.cwd(),
  environment: process.env,
  user: userName(),
  now: Date.now,
  /** Node asks NO_COLOR too. */
  colours: process.stdout.isTTY === true && process.stdout.hasColors(),
  interrupted,
  ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
})
