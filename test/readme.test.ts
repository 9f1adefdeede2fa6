/** Runs every line the README shows in a terminal, and compares what it prints. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { announce } from '../local/gateway/files.ts'
import { type Local, startLocal } from '../local/gateway/local.ts'
import { synthesised } from './support/served.ts'

const file = resolve(import.meta.dirname, '../README.md')
const readme = readFileSync(file, 'utf8')
const tollgate = resolve(import.meta.dirname, '../cli/tollgate.mjs')
const hasCurl = spawnSync('curl', ['--version']).status === 0
const printedAddress = 'http://127.0.0.1:8787'
const printedId = 'k3v9x2ab'

type Shown = { readonly command: string; readonly output: string }

const consoles = [...readme.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(
  ([, text]) => text ?? '',
)

const shown: readonly Shown[] = consoles.flatMap((text) =>
  text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...output] = part.split('\n')
      return { command, output: output.join('\n') }
    }),
)

/** Ids differ from run to run. */
const steady = (text: string): string =>
  text
    .replaceAll(
      /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
      '00000000-0000-4000-8000-000000000000',
    )
    .replaceAll(issuedId, printedId)
    .replaceAll(local.url, printedAddress)
    .replaceAll(/\bin \d+ ms\b/g, 'in 20 ms')

/** The README was written some day; its times are not compared. */
const timeless = (text: string): string =>
  text.replaceAll(/\b20\d\d-\d\d\b(-\d\d( \d\d:\d\d)?)?/g, (time) => time.replaceAll(/\d/g, '0'))

let local: Local
let printed: readonly string[]
/** Of the key that the README issues. */
let issuedId = printedId
const folder = mkdtempSync(join(tmpdir(), 'tollgate-readme-'))

/** One shell runs them all, as a reader's would; a NUL ends what each printed. */
beforeAll(async () => {
  local = await startLocal({ assembly: await synthesised() })
  symlinkSync(join(import.meta.dirname, '../node_modules'), join(folder, 'node_modules'))
  if (!hasCurl) return
  announce(join(folder, '.tollgate/local.json'), local)
  const commands = shown.map(({ command }) => command.replaceAll(printedId, '$(issued)'))
  const steps = [functions, ...commands, 'issued']
  const script = steps.join("\nprintf '\\0'\n").replaceAll(printedAddress, local.url)
  const [_, ...texts] = await execBash(['-c', script])
  issuedId = texts.pop() ?? ''
  printed = texts.map(ended)
})

/** API Gateway's own answers do not end their line; a block of code must. */
const ended = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/** `npx` runs what it would find by package.json, without the half a second it looks for it. */
const functions = `
  npx() { shift; '${process.execPath}' '${tollgate}' "$@"; }
  issued() { printf %s "$KEY" | tail -c 48 | head -c 8; }`

async function execBash(args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('bash', args, { cwd: folder, timeout: 50_000 })
  return stdout.split('\0')
}

afterAll(async () => {
  await local?.close()
  rmSync(folder, { recursive: true })
})

const snippets = [...readme.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '')

describe('the README’s clients', () => {
  it.each(snippets.map((text) => [/from '([^']+)'/.exec(text)?.[1] ?? '', text]))(
    '%s gets an answer',
    async (name, text) => {
      const file = join(folder, `${name.replaceAll(/\W/g, '-')}.mjs`)
      writeFileSync(file, text)
      const env = { ...process.env, TOLLGATE_URL: local.url, TOLLGATE_KEY: local.keys.demo }
      const { stdout } = await promisify(execFile)(process.execPath, [file], { env })
      expect(stdout).toContain('What is a dystopia?')
    },
  )

  it('are four', () => {
    expect(snippets).toHaveLength(4)
  })
})

/** What the README is to show; as it stands where only times are others. */
function written(index: number): string {
  const [is = '', was = ''] = [steady(printed[index] ?? ''), shown[index]?.output]
  return timeless(is) === timeless(was) ? was : is
}

describe.skipIf(!hasCurl)('the README (skipped where there is no curl)', () => {
  it('shows commands', () => {
    expect(shown.length).toBeGreaterThan(4)
  })

  it.each(shown.map(({ command, output }, index) => ({ command, output, index })))(
    'prints what it shows: $command',
    ({ output, index }) => {
      if (process.env.UPDATE_DOCS === '1') return
      expect(timeless(steady(printed[index] ?? ''))).toBe(timeless(output))
    },
  )

  it.runIf(process.env.UPDATE_DOCS === '1')('is written anew', () => {
    let next = 0
    const text = readme.replaceAll(/^```console\n[\s\S]*?^```$/gm, (block) => {
      const commands = block.split('\n').filter((line) => line.startsWith('$ '))
      const lines = commands.map((command) => `${command}\n${written(next++)}`)
      return `\`\`\`console\n${lines.join('')}\`\`\``
    })
    writeFileSync(file, text)
  })
})
