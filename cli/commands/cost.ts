/** `cost`: what the gateway itself costs, idle and for a million requests, from its template. */
import { grouped } from '../amounts.ts'
import type { Command } from '../command.ts'
import { assumed, readAssumptions } from '../cost/assumptions.ts'
import { defaultStack } from '../deployment.ts'
import { readSettings } from '../settings.ts'
import { table } from '../table.ts'

export const cost: Command = {
  name: 'cost',
  operands: [],
  summary: 'Tells what the gateway itself costs, idle and in use',
  about: [
    'Without what models cost, which `usage` tells. Reckoned here, from the template that would ' +
      'be deployed and a dated table of prices: AWS is not asked. docs/watching.md has the ' +
      'assumptions.',
  ],
  options: assumed,
  examples: ['cost', 'cost --seconds 10 --rate 100', 'cost --json'],
  async run(use) {
    const { values, config } = use
    const settings = readSettings(use)
    const checked = { config: await config(), file: settings.configFile }
    const aliases = Object.keys(checked.config.models).length
    const assumptions = readAssumptions(values, aliases)
    const { synthesisedTemplates } = await import('../cost/templates.ts')
    const { costOf } = await import('../cost/report.ts')
    const templates = await synthesisedTemplates(checked, settings.stack ?? defaultStack)
    const { idle, million, metrics, notes, unknown, ...rest } = costOf(
      templates,
      checked.config,
      assumptions,
    )
    const section = (head: string, cells: readonly (readonly string[])[], usd: number) =>
      table(
        [{ head }, { head: 'COUNT', right: true }, { head: '' }, { head: 'USD', right: true }],
        [...cells, ['together', '', '', usd.toFixed(2)]],
      )
    return {
      json: { ...rest, idle, million, metrics, assumptions, unknown },
      text: [
        `In USD, at AWS’s prices of ${rest.date} in ${rest.region}; what models cost is not in it.`,
        '',
        section(
          'IDLE, A MONTH',
          idle.parts.map(({ part, count, usd }) => [part, grouped(count), '', usd.toFixed(2)]),
          idle.usd,
        ),
        '',
        section('A MILLION REQUESTS', million.parts.map(cellsOf), million.usd),
        '',
        section('METRICS, A MONTH IN USE', metrics.parts.map(cellsOf), metrics.usd),
        '',
        ...notes,
      ].join('\n'),
      warnings:
        unknown.length === 0 ? [] : [`What these cost is not known: ${unknown.join(', ')}.`],
    }
  },
}

type Cells = {
  readonly part: string
  readonly units: number
  readonly unit: string
  readonly usd: number
}

const cellsOf = ({ part, units, unit, usd }: Cells): readonly string[] => [
  part,
  units >= 100 || Number.isInteger(units) ? grouped(Math.round(units)) : units.toFixed(1),
  unit,
  usd.toFixed(2),
]
