/** What the pages show is what the code has: tables are written from it, with UPDATE_DOCS=1. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type MetricDefinition, metrics } from '../lambda/core/metrics.ts'
import type { Model, Price } from '../lambda/core/model.ts'
import { models } from '../lambda/models/index.ts'
import { describedFaults } from '../local/simulator/faults.ts'
import { marks } from '../local/simulator/marks.ts'
import { failuresTable } from './support/ledger-faults.ts'

const root = resolve(import.meta.dirname, '..')
const read = (page: string): string => readFileSync(join(root, page), 'utf8')
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`

const usd = ({ input, output }: Pick<Price, 'input' | 'output'>): string => `${input} / ${output}`

function priceOf({ price }: Model): string {
  const [now] = price.toSorted((one, other) => (one.from < other.from ? 1 : -1))
  if (now === undefined) return ''
  const { above } = now
  return above === undefined ? usd(now) : `${usd(now)}; above ${above.tokens}: ${usd(above)}`
}

function lifeOf({ lifecycle }: Model): string {
  if (lifecycle.status === 'active') return ''
  const { status, endOfLife, successor } = lifecycle
  return `${status}, ends ${endOfLife}: \`${successor}\``
}

const catalogue = [
  row('id', 'body', 'context', 'output', 'USD per million tokens, in / out', 'profiles', ''),
  row('---', '---', '---', '---', '---', '---', '---'),
  ...models.map((model) =>
    row(
      `\`${model.id}\``,
      model.body.id,
      String(model.limits.context),
      String(model.limits.output),
      priceOf(model),
      model.profiles.join(' '),
      lifeOf(model),
    ),
  ),
].join('\n')

const faults = describedFaults()
  .map(({ fault, does }) => row(`\`${fault}\``, does))
  .join('\n')

const markRows = Object.entries(marks)
  .map(([name, does]) => row(`\`[[simulate:${name}]]\``, does))
  .join('\n')

const byOf = ({ by = ['all'] }: MetricDefinition): string =>
  by
    .filter((dimension) => dimension !== 'all')
    .map((dimension) => `\`${dimension}\``)
    .join(', ')

const metricRows = [
  row('metric', 'unit', 'says', 'by'),
  row('---', '---', '---', '---'),
  ...Object.entries<MetricDefinition>(metrics).map(([name, metric]) =>
    row(`\`${name}\``, metric.unit, metric.says, byOf(metric)),
  ),
].join('\n')

const config = `\`\`\`ts\n${read('tollgate.config.ts')}\`\`\``

/** The marker of a part, the page it stands on, and what stands there. */
const parts: readonly (readonly [name: string, page: string, text: string])[] = [
  ['config', 'README.md', config],
  ['catalogue', 'docs/models.md', catalogue],
  ['faults', 'docs/running-locally.md', faults],
  ['marks', 'docs/running-locally.md', markRows],
  ['failures', 'docs/budgets.md', failuresTable],
  ['metrics', 'docs/watching.md', metricRows],
]

describe('the pages', () => {
  it.each(parts)('show the %s as it is, in %s', (name, page, text) => {
    const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`]
    const was = read(page)
    const from = was.indexOf(start) + start.length
    const to = was.indexOf(end.slice(1), from)
    expect(from).toBeGreaterThan(start.length)
    expect(to).toBeGreaterThanOrEqual(from)
    if (process.env.UPDATE_DOCS === '1') {
      writeFileSync(join(root, page), `${was.slice(0, from)}${text}\n${was.slice(to)}`)
    } else {
      expect(was.slice(from, to)).toBe(`${text}\n`)
    }
  })

  it.each([
    'README.md',
    'docs/models.md',
    'docs/deploying.md',
    'docs/calling.md',
    'docs/clients.md',
    'docs/configuring.md',
    'docs/budgets.md',
    'docs/keys.md',
    'docs/sign-in.md',
    'docs/rules.md',
    'docs/policies.md',
    'docs/watching.md',
    'docs/reliability.md',
    'docs/networks.md',
    'docs/providers.md',
    'docs/running-locally.md',
  ])('link to pages that exist: %s', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)#:]+)\)/g)].map(([, link]) => link ?? '')
    for (const link of links) expect(read(join(page, '..', link)).length).toBeGreaterThan(0)
  })
})
