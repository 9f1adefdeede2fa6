/** The command line's help, and what it says to those who use it wrongly. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../cli/commands/index.ts'
import { run } from './support/cli.ts'

const root = join(import.meta.dirname, '..')
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length))

describe('help', () => {
  it.each([['--help'], ['help'], ['keys', '--help'], ['-h']])(
    'fits 80 columns: %s',
    async (...args) => {
      const { status, out, error } = await run(args)
      expect([status, error]).toEqual([0, ''])
      expect(widest(out)).toBeLessThanOrEqual(80)
      for (const { name } of commands) {
        if (args[0] !== 'keys' || name.startsWith('keys ')) expect(out).toContain(`  ${name} `)
      }
    },
  )

  it.each(commands.map((command) => [command.name, command] as const))(
    'of %s fits 80 columns and names every option',
    async (name, { operands, options }) => {
      const { status, out } = await run([...name.split(' '), '--help'])
      expect(status).toBe(0)
      expect(widest(out)).toBeLessThanOrEqual(80)
      expect(out).toMatch(new RegExp(`^Usage: tollgate ${name} `))
      for (const operand of operands) expect(out).toContain(operand.name)
      const names = [
        ...Object.keys(options),
        'local',
        'stack',
        'region',
        'profile',
        'config',
        'json',
      ]
      for (const option of names) expect(out).toMatch(new RegExp(`^  --${option}\\b`, 'm'))
      expect(await run(['help', ...name.split(' ')])).toMatchObject({ status: 0, out })
    },
  )

  it('asks nobody: what follows it may be missing or wrong', async () => {
    expect(await run(['keys', 'issue', '--help'])).toMatchObject({ status: 0, error: '' })
  })
})

const missing = '--config=/nowhere/tollgate.config.ts'

describe('wrong use', () => {
  it.each<[args: string[], says: string]>([
    [[], 'Which command?\n\nUsage: tollgate COMMAND'],
    [['keys'], 'Which of them?\n\nUsage: tollgate keys COMMAND'],
    [['keys', 'isue', 'data'], "There is no command 'keys isue'. Did you mean 'keys issue'?"],
    [['isue', 'data'], "There is no command 'isue'. Did you mean 'keys issue'?"],
    [['puase', 'data'], "There is no command 'puase'. Did you mean 'pause'?"],
    [['fly'], "There is no command 'fly'. `tollgate --help` lists them."],
    [['keys', 'issue'], 'TEAM is missing: tollgate keys issue TEAM'],
    [['keys', 'revoke', 'one', 'two'], "'two' is one word too many: tollgate keys revoke ID"],
    [['usage', '--perod', 'day'], '--perod is no option of usage; did you mean --period?'],
    [['usage', '-x'], '-x is no option of usage; `tollgate usage --help` lists them.'],
    [['usage', '--usd', '3'], '--usd is no option of usage'],
    [['usage', '--period', 'year'], "--period: got 'year', needs day or month."],
    [['usage', '--period'], '--period needs a value: --period day|month'],
    [['usage', '--period', 'day', '--period', 'day'], '--period was given twice'],
    [['usage', '--json=1'], '--json takes no value.'],
    [['usage', '--region', '--json'], '--region: got --json, needs a value'],
    [['usage', missing], 'The configuration /nowhere/tollgate.config.ts does not exist.'],
    [['usage', 'dta'], "The configuration has no team 'dta'; there are demo, data, platform. Did"],
    [['keys', 'issue', 'dta'], "has no team 'dta'"],
    [['keys', 'list', 'dta'], "has no team 'dta'"],
    [['keys', 'issue', 'data', '--name', 'a,b'], '--name: got "a,b", needs 1 to 60 letters'],
    [['keys', 'issue', 'data', '--expires', 'soon'], "--expires: got 'soon', needs 90m, 24h, 30d"],
    [['keys', 'issue', 'data', '--expires', '2020-01-31'], 'needs a time that is to come.'],
    [['keys', 'issue', 'data', '--expires', '2027-02-30'], "got '2027-02-30', needs"],
    [['keys', 'issue', 'data', '--expires', '9999d'], 'needs at most ten years.'],
    [['keys', 'rotate', 'k3v9x2ab', '--overlap', '1y'], "--overlap: got '1y', needs 90m"],
    [['keys', 'rotate', 'k3v9x2ab', '--overlap', '0'], 'nobody is here to be asked: add --yes.'],
    [['keys', 'revoke', 'k3v9x2ab'], 'nobody is here to be asked: add --yes.'],
    [['grant', 'data'], 'A grant needs --usd, --until and --reason'],
    [
      ['grant', 'data', '--list', '--usd', '3'],
      '--list grants nothing; --usd does not go with it.',
    ],
    [['grant', 'data', '--usd=-3', '--until=3d', '--reason=x'], "--usd: got '-3', needs an amount"],
    [['grant', 'data', '--usd=0', '--until=3d', '--reason=x'], "--usd: got '0', needs an amount"],
    [['grant', 'data', '--usd=3', '--until=never', '--reason=x'], "--until: got 'never', needs"],
    [['grant', 'data', '--usd=3', '--until=3d', '--reason= '], '--reason: needs a line'],
    [['pause', 'cluade'], "has no team or model 'cluade'"],
    [['pause', 'data', '--model'], "has no model 'data'; there are titan, llama, claude, nova."],
    [['resume', 'claude', '--team'], "has no team 'claude'; there are demo, data, platform."],
    [['usage', '--local', '--stack', 'Other'], '--local has one gateway; --stack is for those'],
  ])('%j', async (args, says) => {
    const { status, out, error } = await run(args)
    expect(error).toContain(says)
    expect([status, out]).toEqual([2, ''])
    expect(error).not.toMatch(/^ +at /m)
  })
})

describe('the command', () => {
  it('is what npx runs, by the project’s own Node', async () => {
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    const file = join(root, bin.tollgate)
    expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
    expect(statSync(file).mode & 0o111).toBe(0o111)
    const child = spawn(process.execPath, [file, 'usage', '--perod'], { stdio: 'pipe' })
    let error = ''
    child.stderr.on('data', (text: Buffer) => {
      error += text
    })
    expect(await once(child, 'close')).toEqual([2, null])
    expect(error).toBe('--perod is no option of usage; did you mean --period?\n')
  })
})
