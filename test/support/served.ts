/** The project's own gateway, served for a test file. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type Local, type LogLine, startLocal } from '../../local/gateway/local.ts'

const root = resolve(import.meta.dirname, '../..')

export type Served = {
  readonly local: () => Local
  readonly url: () => string
  readonly key: () => string
  readonly lines: LogLine[]
}

/** `all` may use everything, `few` one model, `spent` may ask twice a day. */
export function served(): Served {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-clients-'))
  const config = join(folder, 'gateway.config.ts')
  writeFileSync(
    config,
    `import { defineGateway } from '${root}/lambda/core/config.ts'
export default defineGateway({
  regions: ['us-east-1'],
  models: {
    titan: 'amazon.titan-text-express-v1',
    llama: 'meta.llama3-3-70b-instruct-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    nova: 'amazon.nova-lite-v1:0',
  },
  plans: { free: {}, two: { quota: { limit: 2, period: 'DAY' } } },
  teams: {
    all: { plan: 'free', models: '*' },
    few: { plan: 'free', models: ['nova'] },
    spent: { plan: 'two', models: ['nova'] },
  },
})
`,
  )
  let local: Local | undefined
  const lines: LogLine[] = []
  beforeAll(async () => {
    local = await startLocal({ config, onLog: (line) => lines.push(line) })
  })
  afterAll(async () => {
    await local?.close()
    if (existsSync(folder)) rmSync(folder, { recursive: true })
  })
  const started = (): Local => {
    if (local === undefined) throw new Error('The gateway is not there yet.')
    return local
  }
  return {
    local: started,
    url: () => started().url,
    key: () => started().keys.all ?? '',
    lines,
  }
}
