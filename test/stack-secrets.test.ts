/** No secret stands in what is uploaded, and what is uploaded is whole. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { makeSecret } from '../lambda/team-key.ts'
import config from '../tollgate.config.ts'
import { resourcesOf, synthesise } from './support/stack.ts'

const { directory, root, nested } = synthesise(config, { bundled: true })
const templates = globSync(join(directory, '*.json'))
const bundles = globSync(join(directory, 'asset.*/index.mjs'))
const textOf = (file: string) => readFileSync(file, 'utf8')

/** Names of resources, and the letters that secrets are drawn from. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const known = new Set([...Object.keys(root.Resources), alphabet])

/** Bits a letter: prose, names and hexadecimal stay below this, a random secret does not. */
const random = 4.45

function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  return [...counts.values()].reduce(
    (sum, n) => sum - (n / text.length) * Math.log2(n / text.length),
    0,
  )
}

/** Runs of letters and digits of all three kinds that are as mixed as a secret. */
function suspicious(text: string): string[] {
  const runs = text.match(/[A-Za-z0-9]{40,}/g) ?? []
  return runs.filter((run) =>
    Array.from({ length: run.length - 39 }, (_, at) => run.slice(at, at + 40)).some(
      (part) =>
        /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d/.test(part) && entropy(part) > random,
    ),
  )
}

describe('what is uploaded', () => {
  it('would be caught if it held a secret', () => {
    const secrets = Array.from({ length: 500 }, () => `demo${'0'.repeat(8)}${makeSecret()}`)
    /** About one in a hundred is too even by chance; one in twenty never is. */
    expect(secrets.filter((secret) => suspicious(secret).length === 0).length).toBeLessThan(25)
  })

  it('holds none', () => {
    expect(templates.length).toBeGreaterThan(4)
    expect(bundles).toHaveLength(4)
    for (const file of [...templates, ...bundles]) {
      expect(suspicious(textOf(file)).filter((run) => !known.has(run))).toEqual([])
    }
    for (const file of templates) expect(textOf(file)).not.toContain('SecretString')
  })

  it('makes a key’s value of the team, its public id and a secret made elsewhere', () => {
    for (const stack of nested) {
      for (const { Properties } of resourcesOf(stack, 'AWS::ApiGateway::ApiKey')) {
        const [separator, [known, secret]] = Properties.Value['Fn::Join']
        expect([separator, known]).toEqual([
          '',
          expect.stringMatching(/^(demo|data|platform)[0-9a-f]{8}$/),
        ])
        expect(secret['Fn::GetAtt'][1]).toBe('Secret')
      }
      expect(stack.Outputs ?? {}).toEqual({})
    }
  })

  it('is the functions with the configuration inside, below a megabyte, and loads', async () => {
    const gateway = bundles.find((file) => textOf(file).includes('meta.llama3-3-70b')) ?? ''
    expect(textOf(gateway)).toContain('unmetered')
    expect(statSync(gateway).size).toBeLessThan(1_000_000)
    const authorizer = bundles.find((file) => textOf(file).includes('execute-api:Invoke')) ?? ''
    expect(statSync(authorizer).size).toBeLessThan(5_000)
    const { handler } = await import(pathToFileURL(authorizer).href)
    expect(handler).toBeTypeOf('function')
  })
})
