/** A guard that breaks lets nothing pass, in report mode neither. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type * as Verdict from '../lambda/guard/verdict.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import { invoke } from './support/in-process.ts'

vi.mock('#gateway-config', () => ({
  default: {
    regions: ['us-east-1'],
    models: { nova: 'amazon.nova-lite-v1:0' },
    guard: { deny: ['never'], mode: 'report' },
    plans: { free: {} },
    teams: { all: { plan: 'free', models: '*' } },
  } satisfies GatewayConfig,
}))

vi.mock('../lambda/guard/verdict.ts', async (original) => ({
  ...(await original<typeof Verdict>()),
  objections() {
    throw new Error('The guard broke.')
  },
}))

let bedrock: Simulator
beforeAll(async () => {
  bedrock = await startSimulator({ region: 'us-east-1' })
  process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = bedrock.url
})
afterAll(() => bedrock.close())

it.each([false, true])('streamed: %s', async (stream) => {
  const body = JSON.stringify({ model: 'nova', question: 'Why?', max_tokens: 5, stream })
  const answer = await invoke({ body, team: 'all' })
  expect(answer.statusCode).toBe(500)
  expect(JSON.parse(answer.text).error.code).toBe('internal_error')
  expect(answer.text).not.toContain('broke')
  expect(bedrock.requests).toHaveLength(0)
})
