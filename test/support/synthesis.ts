/** For a whole run of the tests: starts the one who synthesises, and ends it. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    readonly synthesiser: string
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const child = fork(join(import.meta.dirname, 'synthesiser.ts'), {
    env: { ...process.env, CDK_VALIDATION: 'false' },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [url] = await once(child, 'message')
  provide('synthesiser', String(url))
  return async () => {
    const ended = once(child, 'exit')
    child.disconnect()
    await ended
  }
}
