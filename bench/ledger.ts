/** `npm run bench:ledger`: many environments on one budget, in virtual time; says what that costs and refuses. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { failures, ledgerTables, summary } from './ledger/report.ts'
import { type Outcome, type Scenario, simulate } from './ledger/simulation.ts'
import { markdown } from './tables.ts'

const help = `npm run bench:ledger -- [options]

  --most N   environments at most (default 1,000)
  --help     this

Simulates 1, 10, 100 and 1,000 function environments that share one team's budget, in a minute or so.
A whole run writes bench/ledger.json, bench/ledger.md and a table of docs/budgets.md. Fails if a limit is passed in hard mode.
`

const sizes = [
  { environments: 1, callsEach: 200 },
  { environments: 10, callsEach: 100 },
  { environments: 100, callsEach: 60 },
  { environments: 1_000, callsEach: 60 },
]

const scenarios: readonly Scenario[] = [
  ...sizes.map((size) => ({ ...size, sliced: true, mode: 'hard' as const })),
  ...sizes.map((size) => ({ ...size, sliced: false, mode: 'hard' as const })),
  ...sizes.map((size) => ({ ...size, sliced: true, mode: 'tight' as const })),
]

const here = (file: string) => join(import.meta.dirname, file)
const say = (text: string) => void process.stderr.write(`${text} …\n`)

const introduction = `# The ledger under load

Written by \`npm run bench:ledger\`: the ledger's own code, many environments, one team's budget, in
virtual time, from far below its limit until every tenth call was turned away. Each environment serves
one call after the other, as many as there are environments at once. The table is in memory; it takes
about 4 ms, bills as DynamoDB does, and serves an item 1,000 write units a second, of which a second's
may be saved up. Environments start as Lambda starts them, at most 100 a second. Calls differ by
chance, always the same: prompts of 3 KB at the median, \`max_tokens\` of 1,024 or 4,096, answers of 300
tokens at the median, so that \`hard\` holds about five times what a call comes to.

A refusal is unneeded where all that was held and settled, wherever it stood, left room for the call.
"all items" is what one partition of DynamoDB carries until it splits a hot account by its items.

`

async function main() {
  const { values } = parseArgs({
    options: { help: { type: 'boolean', default: false }, most: { type: 'string' } },
  })
  if (values.help) return void process.stdout.write(help)
  const most = Number(values.most ?? 1_000)
  const outcomes: Outcome[] = []
  for (const scenario of scenarios.filter(({ environments }) => environments <= most)) {
    const { environments, sliced, mode } = scenario
    say(`${environments} environments, ${mode}${sliced ? '' : ', without slices'}`)
    outcomes.push(await simulate(scenario))
  }
  const text = ledgerTables(outcomes).map(markdown).join('\n')
  process.stdout.write(text)
  const wrong = outcomes.flatMap(failures)
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  if (values.most !== undefined) return
  writeFileSync(here('ledger.json'), `${JSON.stringify(outcomes, null, 2)}\n`)
  writeFileSync(here('ledger.md'), `${introduction}${text}`)
  writeGuide(markdown(summary(outcomes)))
}

function writeGuide(text: string) {
  const file = here('../docs/budgets.md')
  const [before = '', rest = ''] = readFileSync(file, 'utf8').split('<!-- load -->')
  const [, after = ''] = rest.split('<!-- /load -->')
  writeFileSync(file, `${before}<!-- load -->\n\n${text}\n<!-- /load -->${after}`)
}

try {
  await main()
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : thrown}\n`)
  process.exitCode = 1
}
