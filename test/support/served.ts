/** A gateway of its own, served for a test file. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, inject } from 'vitest'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import {
  type Local,
  type LogLine,
  type RequestLine,
  startLocal,
} from '../../local/gateway/local.ts'

export type Served = {
  readonly local: () => Local
  readonly url: () => string
  /** Of the team `all`, where no other is named. */
  readonly key: (team?: string) => string
  readonly lines: LogLine[]
  readonly requests: RequestLine[]
}

const shipped = join(import.meta.dirname, '../../tollgate.config.ts')

/** `all` may use everything, `few` one model, `spent` may ask twice a day. */
const usual: GatewayConfig = {
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
}

/** `source`: the configuration's own text, for what JSON cannot say; imports need absolute paths. */
export function served(
  config: GatewayConfig = usual,
  source = `export default ${JSON.stringify(config)}\n`,
): Served {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-clients-'))
  const file = join(folder, 'gateway.config.ts')
  writeFileSync(file, source)
  let local: Local | undefined
  const lines: LogLine[] = []
  const requests: RequestLine[] = []
  beforeAll(async () => {
    local = await startLocal({
      config: file,
      assembly: await synthesised(file),
      onLog: (line) => lines.push(line),
      onRequest: (line) => requests.push(line),
    })
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
    key: (team = 'all') => started().keys[team] ?? '',
    lines,
    requests,
  }
}

/** As `npm start` would synthesise it, by the process that does so for all test files. */
export async function synthesised(config = shipped): Promise<string> {
  const response = await fetch(inject('synthesiser'), { method: 'POST', body: config })
  const text = await response.text()
  if (!response.ok) throw new Error(`The configuration cannot be synthesised: ${text}`)
  return text
}

/** While `nova` or `claude` is asked, it fails however often it is tried; then both answer again. */
export async function whileFailing<R>(
  { local, url, key }: Served,
  fault: string,
  ask: () => Promise<R>,
): Promise<R> {
  const simulators = Object.values(local().simulators)
  await local().settled()
  for (const simulator of simulators) simulator.fault(fault)
  try {
    return await ask()
  } finally {
    for (const simulator of simulators) simulator.clearFaults()
    /** Enough answers that no breaker opens for the failures of a test; each of the environment that saw them. */
    for (let answers = 0; answers < 3; answers++) {
      for (const model of ['nova', 'claude']) {
        await local().settled()
        await answered(`${url()}/bedrock`, key(), model)
      }
    }
    await local().settled()
  }
}

async function answered(url: string, apiKey: string, model: string): Promise<void> {
  const body = JSON.stringify({ model, question: 'Are you there?', max_tokens: 5 })
  const headers = { 'content-type': 'application/json', 'x-api-key': apiKey }
  const response = await fetch(url, { method: 'POST', headers, body })
  await response.text()
}
