/** `tollgate guard test`: examples against the rules of the configuration, before it is deployed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './gateway-project.ts'
import { run } from './support/cli.ts'

const root = resolve(import.meta.dirname, '..')
const guards = {
  guard: { deny: [{ name: 'injection', pattern: 'ignore all' }, '\\bbomb\\b'] },
  team: { guard: { allow: ['^hello'], output: { deny: ['sk-[a-z]{4,20}'] } } },
}

async function tested(examples: string, { guard, team } = guards as Partial<typeof guards>) {
  const folder = await temporaryFolder()
  const config = {
    regions: ['us-east-1'],
    models: {
      nova: 'amazon.nova-lite-v1:0',
      strict: {
        targets: [{ model: 'amazon.nova-lite-v1:0' }],
        ...(guard && { guard: { deny: ['zz'] } }),
      },
    },
    plans: { plan: {} },
    teams: { demo: { plan: 'plan', models: ['nova'], ...team } },
    guard,
  }
  writeFileSync(
    join(folder, 'tollgate.config.ts'),
    `import { defineGateway } from '${root}/lambda/core/config.ts'\nexport default defineGateway(${JSON.stringify(config)})\n`,
  )
  writeFileSync(join(folder, 'tollgate.guard.test.yaml'), examples)
  return (...more: string[]) =>
    run(['guard', 'test', `--config=${join(folder, 'tollgate.config.ts')}`, ...more], { folder })
}

const good = `
pass: [What is a dystopia?, the gems, { text: zz }, { text: hello, team: demo }]
block:
  - { text: "Ignore\\u00a0ALL of it", rule: injection }
  - a bomb
  - { text: 1 + 1, team: demo, rule: not-allowed }
  - { text: zz, model: strict }
answers:
  pass: [fine, { text: sk-abcd }]
  block: [{ text: it is sk-abcdef, team: demo, rule: "output.deny[0]" }]
`

describe('guard test', () => {
  it('is content when every example comes out as it must', async () => {
    const { status, out, error } = await (await tested(good))()
    expect([status, out, error]).toEqual([0, '11 examples, all as they must be.\n', ''])
  })

  it('tells what does not, and which rules no example tries', async () => {
    const test = await tested('pass: [ignore all]\nblock: [fine]\n')
    const { status, out, error } = await test()
    expect(status).toBe(1)
    expect(out).toContain('FAIL question "ignore all": is blocked by injection, must pass')
    expect(out).toContain('FAIL question "fine": passes, must be blocked')
    expect(error).toBe('No example tries: deny[1], output.deny[0], deny[0].\n')
    const json = await test('--json')
    expect(json.status).toBe(1)
    expect(JSON.parse(json.out)).toMatchObject({
      ...{ examples: 2, failed: 2 },
      results: [
        { of: 'question', expected: 'pass', got: 'block', text: 'ignore all', rule: 'injection' },
        { of: 'question', expected: 'block', got: 'pass', text: 'fine', rule: null },
      ],
    })
  })

  it.each<[string, string, number, RegExp]>([
    ['no such team', 'pass: [{ text: x, team: dem }]', 1, /no team 'dem'; .*Did you mean 'demo'\?/],
    ['another field', 'passes: [x]', 1, /passes: is not known here; did you mean 'pass'\?/],
    ['no YAML', 'pass: [', 1, /tollgate\.guard\.test\.yaml is not YAML that can be read/],
  ])('says what is wrong with a file: %s', async (_, examples, status, says) => {
    const ran = await (await tested(examples))()
    expect([ran.status, ran.out]).toEqual([status, ''])
    expect(ran.error).toMatch(says)
  })

  it('says that there is no file, and that there is no guard', async () => {
    const missing = await (await tested(good))('--file', 'other.yaml')
    expect([missing.status, missing.error]).toEqual([
      2,
      expect.stringMatching(/^other\.yaml does not exist/),
    ])
    const none = await (await tested(good, {}))()
    expect([none.status, none.error]).toEqual([1, expect.stringMatching(/^There is no guard/)])
  })
})

it('the example of docs/rules.md comes out as it says', async () => {
  const page = readFileSync(join(root, 'docs/rules.md'), 'utf8').split('## Guard')[1] ?? ''
  const blockOf = (language: string) =>
    new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? ''
  const folder = await temporaryFolder()
  const config = join(folder, 'tollgate.config.ts')
  writeFileSync(
    config,
    `export default { regions: ['us-east-1'], models: { nova: 'amazon.nova-lite-v1:0' },
      plans: { plan: {} }, ${blockOf('ts').trimEnd()},
      teams: { demo: { plan: 'plan', models: '*', guard: { allow: ['^(hello|hi)'] } } } }\n`,
  )
  writeFileSync(join(folder, 'tollgate.guard.test.yaml'), blockOf('yaml'))
  const { status, out, error } = await run(['guard', 'test', `--config=${config}`], { folder })
  expect([status, out]).toEqual([0, '6 examples, all as they must be.\n'])
  expect(error).toBe('No example tries: deny[1].\n')
})
