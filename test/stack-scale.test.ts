/** Five hundred teams still deploy, and one more moves nobody's key. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import config from '../tollgate.config.ts'
import { resourcesOf, synthesise, type Template } from './support/stack.ts'

const teamsUpTo = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `team${index}`,
      { plan: index % 2 === 0 ? 'trial' : 'standard', models: ['nova'] },
    ]),
  )
const before = synthesise({ ...config, teams: teamsUpTo(500) })
const after = synthesise({ ...config, teams: teamsUpTo(501) })

const bucketsOf = (templates: readonly Template[]) =>
  new Map(
    templates.flatMap((template) => {
      const { Resources } = template
      const name = Object.keys(Resources).sort()[0] ?? ''
      return Object.keys(Resources).map((id) => [id, name] as const)
    }),
  )

describe('five hundred teams', () => {
  it('have a key each', () => {
    const keys = before.nested.flatMap((each) => resourcesOf(each, 'AWS::ApiGateway::ApiKey'))
    expect(new Set(keys.map(({ Properties }) => Properties.Name)).size).toBe(500)
  })

  it('stay within what CloudFormation takes', () => {
    const { root, nested, directory } = before
    for (const { Resources } of [root, ...nested]) {
      expect(Object.keys(Resources).length).toBeLessThan(500)
    }
    expect(statSync(join(directory, 'Tollgate.template.json')).size).toBeLessThan(1_000_000)
    for (const each of nested) expect(JSON.stringify(each).length).toBeLessThan(500_000)
  })

  it('keep their stacks when one more comes', () => {
    const now = bucketsOf(after.nested)
    const sameNeighbour = [...bucketsOf(before.nested)].filter(
      ([id, name]) => now.get(id) === now.get(name),
    )
    expect(sameNeighbour).toHaveLength(1500)
    expect(now.size).toBe(1503)
  })
})
