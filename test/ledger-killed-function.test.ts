/** A function environment that is killed at work: the ledger has all that Bedrock billed, and in time nothing is open. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { tokensOf } from '../lambda/core/cost.ts'
import { openLedger } from '../lambda/ledger/ledger.ts'
import { openStore } from '../lambda/ledger/store.ts'
import { totalOf } from '../lambda/ledger/total.ts'
import { pack } from '../lib/bundling.ts'
import { type Environment, startEnvironment } from '../local/function/environment.ts'
import { type Simulator, startSimulator } from '../local/simulator/index.ts'
import {
  type Asked,
  type Fault,
  type FaultyTable,
  startFaultyTable,
} from './support/store-faults.ts'

const config: GatewayConfig = {
  regions: ['us-east-1'],
  models: { llama: 'meta.llama3-3-70b-instruct-v1:0' },
  plans: { some: { limits: [{ tokens: 1_000_000, per: 'month' }], maxParallel: 4 } },
  teams: { red: { plan: 'some', models: '*' } },
}
const root = resolve(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'tollgate-killed-'))
const file = join(folder, 'index.mjs')
const credentials = { AWS_ACCESS_KEY_ID: 'AKIATOLLGATEKILLED00', AWS_SECRET_ACCESS_KEY: 'none' }

beforeAll(() => {
  Object.assign(process.env, credentials)
  const own = join(folder, 'config.ts')
  writeFileSync(own, `export default ${JSON.stringify(config)}`)
  pack(join(root, 'lambda/handler.ts'), file, { '#gateway-config': own })
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A function of its own, with a table and a Bedrock of its own. */
async function start() {
  const table = await startFaultyTable()
  const simulator = await startSimulator({ region: 'us-east-1' })
  const definition = {
    ...{ name: 'gateway', arn: 'arn:aws:lambda:us-east-1:123456789012:function:gateway' },
    ...{ file, handler: 'handler', memory: 256, timeoutMs: 60_000, jsonLogs: true },
    ...{ environment: {}, concurrency: undefined },
  }
  const environment = startEnvironment(definition, {
    variables: {
      ...credentials,
      AWS_REGION: 'us-east-1',
      TOLLGATE_TABLE: table.table,
      AWS_ENDPOINT_URL_DYNAMODB: table.url,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: simulator.url,
    },
    log: () => {},
  })
  await environment.started
  return {
    table,
    simulator,
    environment,
    async [Symbol.asyncDispose]() {
      await environment.stop()
      await simulator.close()
      await table.close()
    },
  }
}

function ask(environment: Environment, chunk: (bytes: Uint8Array) => void) {
  const body = { model: 'llama', question: 'Say a lot.', max_tokens: 200, stream: true }
  const event = {
    httpMethod: 'POST',
    resource: '/bedrock',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    isBase64Encoded: true,
    pathParameters: null,
    queryStringParameters: null,
    requestContext: {
      ...{ requestId: 'r1', identity: {} },
      authorizer: { team: 'red', keyId: 'abcd1234' },
    },
  }
  return environment.invoke('r1', JSON.stringify(event), {
    chunk(bytes) {
      chunk(bytes)
      return undefined
    },
    end() {},
  })
}

const isHold = ({ operation, input }: Asked) =>
  operation === 'UpdateItem' && /attribute_not_exists\(#n\d+\) AND/.test(JSON.stringify(input))
const isSettlement = ({ operation, input }: Asked) =>
  operation === 'UpdateItem' && String(input.ConditionExpression).startsWith('attribute_exists(')

type Parts = { readonly table: FaultyTable; readonly simulator: Simulator }

/** Resolves when the moment has come; `go` lets through what was stopped, when the function is dead. */
type Moment = (
  parts: Parts,
  chunks: () => number,
) => { readonly come: Promise<unknown>; readonly go?: () => void }

const stopped =
  (type: 'hold-request' | 'hold-answer', when: (asked: Asked) => boolean): Moment =>
  ({ table }) => {
    const { promise: until, resolve: go } = Promise.withResolvers<void>()
    return { come: table.order({ type, until } satisfies Fault, { when, nth: 1 }).met, go }
  }

/** `open`: entries that are there when all has arrived; `billed`: Bedrock has begun. */
const moments: readonly (readonly [what: string, open: number, billed: boolean, moment: Moment])[] =
  [
    ['its hold is on its way', 1, false, stopped('hold-request', isHold)],
    ['its hold is made, and not acknowledged', 1, false, stopped('hold-answer', isHold)],
    [
      'its hold is lost',
      0,
      false,
      ({ table }) => ({ come: table.order({ type: 'hang' }, { when: isHold }).met }),
    ],
    [
      'Bedrock has not answered',
      1,
      true,
      ({ simulator }) => {
        simulator.fault('slow-first-byte:20000')
        return { come: vi.waitUntil(() => simulator.requests.length > 0, { timeout: 10_000 }) }
      },
    ],
    [
      'Bedrock is answering',
      1,
      true,
      ({ simulator }, chunks) => {
        simulator.fault('slow-stream:30')
        return { come: vi.waitUntil(() => chunks() > 3, { timeout: 10_000 }) }
      },
    ],
    ['its settlement is on its way', 0, true, stopped('hold-request', isSettlement)],
    ['its settlement is made, and not acknowledged', 0, true, stopped('hold-answer', isSettlement)],
    [
      'its settlement is lost',
      1,
      true,
      ({ table }) => ({ come: table.order({ type: 'hang' }, { when: isSettlement }).met }),
    ],
  ]

describe('a function that is killed while', () => {
  it.each(moments)('%s', async (_, open, begun, moment) => {
    await using parts = await start()
    const { table, simulator, environment } = parts
    let chunks = 0
    const { come, go } = moment(parts, () => chunks)
    const ending = ask(environment, () => {
      chunks += 1
    })
    await come
    await environment.stop()
    expect(await ending).toMatchObject({ type: 'crashed' })
    go?.()

    const store = openStore({ table: table.table, region: 'us-east-1', endpoint: table.direct })
    const billed = () => simulator.billed.reduce((sum, bill) => sum + tokensOf(bill), 0)
    const tokens = async () => {
      const { item } = await totalOf(store, 'team#red')
      const [, counted = 0] =
        Object.entries(item).find(([name]) => /^tm[0-9a-z]+$/.test(name)) ?? []
      return Number(counted)
    }
    await vi.waitUntil(async () => (await totalOf(store, 'team#red')).entries.length === open)
    expect(billed() > 0).toBe(begun)
    expect(await tokens()).toBeGreaterThanOrEqual(billed())

    const later = openLedger(config, store, { now: () => Date.now() + 2 * 60_000 })
    await later.sweep('red')
    const { item, entries } = await totalOf(store, 'team#red')
    expect(entries).toEqual([])
    expect(item.p ?? 0).toBe(0)
    expect(await tokens()).toBeGreaterThanOrEqual(billed())
  })
})
