/** The files a running local gateway keeps for others: where it is, and what its functions logged. */
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Local, LogLine } from './local.ts'

/** Keys are in it, so it is nobody else's to read. `config`: where it is not the usual file. */
export function announce(file: string, local: Local, config?: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const { url, keys, bedrock, aws, outputs } = local
  const { pid } = process
  const text = JSON.stringify({ url, pid, keys, bedrock, aws, outputs, config }, null, 2)
  rmSync(file, { force: true })
  writeFileSync(file, `${text}\n`, { mode: 0o600 })
}

/** Only if it is still about this process: another gateway may have been started since. */
export function withdraw(file: string): void {
  try {
    const { pid }: { readonly pid?: unknown } = JSON.parse(readFileSync(file, 'utf8'))
    if (pid === process.pid) rmSync(file)
  } catch {}
}

export type FunctionLog = {
  readonly add: (line: LogLine) => void
  readonly close: () => Promise<void>
}

export function openFunctionLog(file: string): FunctionLog {
  mkdirSync(dirname(file), { recursive: true })
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 })
  stream.on('error', () => {})
  return {
    add: ({ line }) => void stream.write(`${line}\n`),
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  }
}
