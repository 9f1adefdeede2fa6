/** The newcomer's path: one row in a family's file, and the model is routed, priced and allowed. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const copy = mkdtempSync(join(tmpdir(), 'tollgate-model-'))
afterAll(() => rmSync(copy, { recursive: true }))

/** Of a copy that is gone soon, nothing is worth keeping. */
process.env.NODE_DISABLE_COMPILE_CACHE = '1'

/** The row that the guide shows. */
const guide = readFileSync(join(root, 'docs/models.md'), 'utf8')
const row = /^```ts\n([\s\S]*?)^```$/m.exec(guide)?.[1] ?? ''

type Answer = {
  answer: string
  cost_usd: number
  usage: Record<'input_tokens' | 'output_tokens', number>
}

it('adding one row adds the model everywhere', async () => {
  for (const part of [
    'bin',
    'lib',
    'lambda',
    'console',
    'cli',
    'local',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'cdk.json',
    'tollgate.config.ts',
  ]) {
    cpSync(join(root, part), join(copy, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  const family = join(copy, 'lambda/models/nova.ts')
  const rows = 'export const nova: readonly Model[] = [\n'
  writeFileSync(family, readFileSync(family, 'utf8').replace(rows, `${rows}${row}`))

  const load = (file: string) => import(/* @vite-ignore */ join(copy, 'local/gateway', file))
  const { synthesise }: typeof import('../local/gateway/synthesise.ts') =
    await load('synthesise.ts')
  const { startLocal }: typeof import('../local/gateway/local.ts') = await load('local.ts')
  const assembly = await synthesise(join(copy, 'cdk.out'))
  const local = await startLocal({ assembly })
  try {
    const headers = { 'content-type': 'application/json', 'x-api-key': local.keys.platform ?? '' }
    const question = { model: 'amazon.nova-next-v1:0', question: 'Are you new?', max_tokens: 100 }
    const body = JSON.stringify(question)
    const response = await fetch(`${local.url}/bedrock`, { method: 'POST', headers, body })
    expect(response.status).toBe(200)
    const answer = (await response.json()) as Answer
    expect(answer).toMatchObject({ model_id: 'amazon.nova-next-v1:0' })
    expect(answer.answer).toContain('Are you new?')
    const { input_tokens, output_tokens } = answer.usage
    expect(answer.cost_usd).toBeCloseTo((input_tokens * 0.1 + output_tokens * 0.4) / 1e6, 9)
  } finally {
    await local.close()
  }
  const template = readFileSync(join(copy, 'cdk.out/Tollgate.template.json'), 'utf8')
  expect(template).toMatch(/foundation-model\/amazon\.nova-next-v1:0/)
})
