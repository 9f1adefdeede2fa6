/** Which test files need a process of their own: those that change what others in it would meet. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Mocks and clocks, variables and globals that are set, and gateways, whose threads outlive their test. */
const marks = [
  /import \{[^}]*\bvi\b[^}]*\} from 'vitest'/,
  /process\.env[.\w]* (\?\?)?= /,
  /Object\.assign\((process\.env|globalThis)/,
  /\bstartLocal\b/,
]

const parts = /from '(\.[^']+\.ts)'/g

/** By itself, or by what it imports of the tests’ own. */
function isAlone(file: string, seen = new Set<string>()): boolean {
  if (seen.has(file)) return false
  seen.add(file)
  const text = readFileSync(file, 'utf8')
  const imported = [...text.matchAll(parts)].map(([, path = '']) => join(dirname(file), path))
  return (
    marks.some((mark) => mark.test(text)) ||
    imported.some((path) => path.startsWith(tests) && isAlone(path, seen))
  )
}

const root = join(import.meta.dirname, '../..')
const tests = join(root, 'test')
const files = globSync('test/**/*.test.ts', { cwd: root })

export const alone = files.filter((file) => isAlone(join(root, file)))
export const together = files.filter((file) => !alone.includes(file))
