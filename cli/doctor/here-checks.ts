/** Checks that ask nobody: Node, what the configuration comes to, its models' ends, its guard's examples. */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { modelsOf } from '../../lambda/targets.ts'
import { regionNames } from '../../lib/gateway-config.ts'
import { countOf } from '../amounts.ts'
import { readExamples, resultsOf, ruleNames } from '../guard-examples.ts'
import { type Finding, note, ok, skipped, toldBy, wrong } from './finding.ts'

/** Node runs TypeScript as it stands, and Lambda has this version. */
const neededNode = 24

/** `version`: `24.21.0`. */
export const nodeFinding = (version: string): Finding =>
  Number(version.split('.')[0]) >= neededNode
    ? ok(version)
    : wrong(
        `${version}, and ${neededNode} is needed`,
        'npm ci brings the right one; use npx tollgate',
      )

export function configurationFinding(config: GatewayConfig, file: string): Finding {
  const { models, plans, teams } = config
  const counts = [
    countOf(Object.keys(models).length, 'alias').replace('aliass', 'aliases'),
    countOf(Object.keys(plans).length, 'plan'),
    countOf(Object.keys(teams).length, 'team'),
  ]
  const name = relative('', file).startsWith('..') ? file.split('/').at(-1) : relative('', file)
  return ok(`${name}: ${counts.join(', ')}, in ${regionNames(config).join(' and ')}`)
}

/** Of aliases; a team of `'*'` may use any model of the catalogue. */
export function lifecycleFindings(config: GatewayConfig): readonly Finding[] {
  const findings = Object.entries(config.models).flatMap(([alias, row]) =>
    modelsOf(row, config).flatMap(({ name, lifecycle }): readonly Finding[] => {
      if (lifecycle.status === 'active') return []
      const { endOfLife, successor, status } = lifecycle
      const mend = `its successor is ${successor}`
      return status === 'retired'
        ? [note(`${alias}: ${name} ended on ${endOfLife}, and AWS answers no more for it`, mend)]
        : [note(`${alias}: ${name} ends on ${endOfLife}`, mend)]
    }),
  )
  return findings.length > 0 ? findings : [ok('no alias leads to a model that is going')]
}

const examplesFile = 'tollgate.guard.test.yaml'

/** Examples that lie in the folder of whoever asks. */
export async function guardFindings(
  config: GatewayConfig,
  folder: string,
): Promise<readonly Finding[]> {
  const rules = ruleNames(config)
  if (rules.length === 0) return [skipped('none is configured')]
  const file = join(folder, examplesFile)
  if (!existsSync(file)) {
    return [
      note(
        `${countOf(rules.length, 'rule')}, and no ${examplesFile} tries any`,
        'docs/rules.md shows one',
      ),
    ]
  }
  const { parse } = await import('yaml')
  try {
    const results = resultsOf(readExamples(parse(readFileSync(file, 'utf8')), examplesFile), config)
    const failed = results.filter((result) => !result.ok).length
    const says = countOf(results.length, 'example')
    if (failed === 0) return [ok(`${says}, all as they must be`)]
    return [wrong(`${says}, ${failed} not as they must be`, 'npx tollgate guard test says which')]
  } catch (thrown) {
    return [wrong(toldBy(thrown), 'docs/rules.md shows how it is written')]
  }
}
