/** `npm run bench`: measures the gateway beside what it could be compared with, and says so in tables. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Effort } from './bench.ts'
import { machineLine } from './machine.ts'
import { type BenchName, benches, type Results, run } from './run.ts'
import { aimsTable, markdown } from './tables.ts'

const names = Object.keys(benches) as BenchName[]

const help = `npm run bench -- [options]

  --quick       fewer rounds and calls: a first look, in a quarter of a minute
  --only NAME   one of ${names.join(', ')}
  --json FILE   also writes the figures there
  --help        this

A whole run takes about a minute, writes bench/results.json, and puts its tables
into bench/README.md. It wants the machine for itself.
`

const whole: Effort = { rounds: 7, coldRounds: 25, share: 1 }
const quick: Effort = { rounds: 3, coldRounds: 5, share: 0.2 }

const say = (text: string) => void process.stderr.write(`${text} …\n`)
const here = (file: string) => join(import.meta.dirname, file)

async function main() {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      json: { type: 'string' },
    },
  })
  if (values.help) return void process.stdout.write(help)
  const chosen = names.filter((name) => values.only === undefined || values.only === name)
  if (chosen.length === 0) {
    throw new Error(`--only: got '${values.only}', needs one of ${names.join(', ')}`)
  }
  const results = await run(chosen, values.quick ? quick : whole, say)
  const text = report(results)
  process.stdout.write(text)
  if (values.json !== undefined) writeResults(values.json, results)
  if (values.quick || values.only !== undefined) return
  writeResults(here('results.json'), results)
  writeReadme(text)
}

const report = ({ machine, tables, aims }: Results): string =>
  [machineLine(machine), aims.length > 0 ? aimsTable(aims) : '', ...tables.map(markdown)]
    .filter((part) => part !== '')
    .join('\n')
    .replace('\n', '\n\n')

const writeResults = (file: string, results: Results) =>
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)

function writeReadme(text: string) {
  const file = here('README.md')
  const [before = '', rest = ''] = readFileSync(file, 'utf8').split('<!-- results -->')
  const after = rest.split('<!-- /results -->')[1] ?? ''
  writeFileSync(
    file,
    `${before}<!-- results -->\n\n${text}\n<!-- /results -->${after === '' ? '\n' : after}`,
  )
}

try {
  await main()
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : thrown}\n`)
  process.exitCode = 1
}
