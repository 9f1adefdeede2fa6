/** Whatever breaks between the gateway and Bedrock leaves nothing in the cache. */
import { describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { everything } from './support/effort.ts'
import { type Fault, type Mode, rows } from './support/fault-rows.ts'
import { invoke, tableItems } from './support/in-process.ts'
import './support/patient-cache.ts'
import { twoRegions } from './support/regions.ts'
import { forgetHealth } from './support/routes-anew.ts'
import { ways } from './support/ways.ts'

const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  regions: ['us-east-1'],
  models: {
    nova: 'amazon.nova-lite-v1:0',
    claude: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  },
  cache: {},
  timeouts: { idleMs: 300 },
  plans: { free: {} },
  teams: { demo: { plan: 'free', models: '*' } },
}
vi.mock('#gateway-config', () => ({ default: config }))
vi.spyOn(Math, 'random').mockReturnValue(0.01)

const regions = twoRegions()

const faults = rows
  .filter(({ course, hasMs }) => course !== 'passed over' && hasMs === undefined)
  /** These are waited for. */
  .filter(({ waitMs }) => everything || waitMs === undefined)
  .flatMap((row) =>
    Object.entries(row.faults).flatMap(([mode, all]) =>
      all
        .filter(({ address }) => address === undefined)
        .map((fault) => ({ row, mode: mode as Mode, fault })),
    ),
  )

/** Each fault once, the ways by turns; all of them together in `npm run verify`. */
const cases = faults.flatMap(({ row, mode, fault }, index) => {
  const able = ways.filter(({ streams }) => streams.includes(mode === 'stream'))
  const chosen = everything ? able : able.filter((_, at) => at === index % able.length)
  return chosen.flatMap((way) => {
    const models = everything ? ['nova', 'claude'] : [index % 2 ? 'nova' : 'claude']
    const what = fault.bedrock ?? String(fault.network)
    return models.map((model) => ({
      ...{ row, mode, fault, way, model },
      name: `${row.id}, ${what}: ${way.name}, ${model}, ${mode}`,
    }))
  })
})

async function befall({ bedrock, network }: Fault): Promise<void> {
  const { outage, proxy } = regions.east
  if (bedrock !== undefined) outage(bedrock)
  else if (network === 'down') await proxy.down()
  else if (network !== undefined) proxy.always(network)
}

/** Refusals are kept in the same table. */
const remembered = async () =>
  (await tableItems()).filter(({ pk }) => String(pk).startsWith('cache#')).length

let asked = 0

describe('after a fault the next request of its kind is a miss', () => {
  it.each(cases)('$name', { retry: 2 }, async ({ row, mode, fault, way, model }) => {
    const text = row.short ? `Why ${asked++}?` : `Why ${asked++}? [[simulate:words:30]]`
    const maxTokens = row.short ? 3 : 200
    const request = way.ask({ model, text, maxTokens, stream: mode === 'stream' })
    const wait = row.waitMs === undefined ? {} : { 'x-tollgate-timeout-ms': String(row.waitMs) }
    const headers = { 'x-tollgate-cache-ttl': '600' }

    forgetHealth()
    await befall(fault)
    const before = await remembered()
    const broken = await invoke({ ...request, headers: { ...headers, ...wait } })
    expect(broken.headers['x-tollgate-cache']).toBe('miss')
    expect(broken.lines[0]?.outcome).not.toBe('ok')
    expect(await remembered()).toBe(before)

    await regions.east.forget()
    forgetHealth()
    const next = await invoke({ ...request, headers })
    expect([next.statusCode, next.headers['x-tollgate-cache']]).toEqual([200, 'miss'])
    const last = await invoke({ ...request, headers })
    expect(last.headers['x-tollgate-cache']).toBe('hit')
  })
})
