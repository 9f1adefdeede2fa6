/** `npm run verify`: every test with its whole matrix and new random cases; minutes, not seconds. */
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const { resolve } = createRequire(import.meta.url)
const vitest = join(dirname(resolve('vitest/package.json')), 'vitest.mjs')
const env = { ...process.env, TOLLGATE_VERIFY: 'everything' }
const started = Date.now()
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--testTimeout=1800000', ...process.argv.slice(2)],
  { stdio: 'inherit', env },
)
const minutes = ((Date.now() - started) / 60_000).toFixed(1)
console.log(
  `verify: ${status === 0 ? 'everything held' : 'something broke'} after ${minutes} minutes`,
)
process.exit(status ?? 1)
