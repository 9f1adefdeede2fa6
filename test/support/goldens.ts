/** Goldens of dialects: which scenarios have one, and what stands in it; UPDATE_GOLDENS=1 rewrites it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { filesOf, scenarioFolder, scenarios } from './bodies.ts'

export const update = process.env.UPDATE_GOLDENS !== undefined

export const having = (file: string): string[] =>
  scenarios.filter((scenario) => filesOf(scenario).includes(file))

/** What the golden says; `actual` where goldens are written anew. */
export function goldenOf(scenario: string, file: string, actual: string): string {
  const path = join(scenarioFolder, scenario, file)
  if (update) writeFileSync(path, actual)
  return readFileSync(path, 'utf8')
}
