/** What the ledger's table says of a team, beside what the simulated Bedrock billed. */
import { expect } from 'vitest'
import { dearest } from '../../lambda/budget/dearest.ts'
import { worstCase } from '../../lambda/budget/estimate.ts'
import { openCatalogue } from '../../lambda/catalogue.ts'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { Call } from '../../lambda/core/contracts.ts'
import { costMicroUsd, tokensOf } from '../../lambda/core/cost.ts'
import type { HttpRequest } from '../../lambda/core/dialect.ts'
import type { Amounts } from '../../lambda/core/ledger.ts'
import { dialects } from '../../lambda/dialects/index.ts'
import { entriesOf } from '../../lambda/ledger/account.ts'
import type { Item } from '../../lambda/ledger/store.ts'
import { anyModelById } from '../../lambda/models/index.ts'
import { withoutProfile } from '../../lambda/models/profiles.ts'
import { callReader } from '../../lambda/read-call.ts'
import type { Bill } from '../../local/simulator/index.ts'
import { callFacts } from './calls.ts'
import { type InProcessRequest, tableItems } from './in-process.ts'

export type Account = Amounts & {
  /** Calls that the ledger takes to be on their way. */
  readonly open: number
}

/** Main item and slices together, this month. */
export async function accountOf(team: string): Promise<Account> {
  const items = (await tableItems()).filter(({ pk }) => pk === `team#${team}`) as readonly Item[]
  const sum = (letter: string) =>
    items
      .flatMap((item) => Object.entries(item))
      .filter(([name]) => new RegExp(`^${letter}m[0-9a-z]+$`).test(name))
      .reduce((all, [, value]) => all + Number(value), 0)
  const open = items.flatMap(entriesOf).length
  return { requests: sum('r'), tokens: sum('t'), microUsd: sum('u'), open }
}

/** Each call's cost by itself, rounded up as it is billed. */
export function billOf(bills: readonly Bill[]): Amounts {
  const costs = bills.map((bill) => {
    const model = anyModelById.get(bill.model)
    const { scope } = withoutProfile(bill.modelId)
    const geographic = scope !== undefined && scope !== 'global'
    const cost = model && costMicroUsd(bill, model, { geographic }, bill.at)
    return { tokens: tokensOf(bill), microUsd: cost ?? Number.NaN }
  })
  const sum = (of: 'tokens' | 'microUsd') => costs.reduce((all, cost) => all + cost[of], 0)
  return { requests: bills.length, tokens: sum('tokens'), microUsd: sum('microUsd') }
}

export async function expectSettled(team: string, bills: readonly Bill[]): Promise<void> {
  expect(await accountOf(team)).toEqual({ ...billOf(bills), open: 0 })
}

/** The most that one such request can be billed, as the gateway will reckon it. */
export function mostOf(config: GatewayConfig, request: InProcessRequest, team: string) {
  const { method = 'POST', resource = '/bedrock', path = {}, query = {} } = request
  const dialect = dialects.find(({ routes }) =>
    routes.some((route) => route.method === method && route.path === resource),
  )
  if (dialect === undefined || dialect.task === 'list' || dialect.task === 'account') {
    throw new Error(`${method} ${resource} asks no model.`)
  }
  const text = String(request.body ?? '')
  const http: HttpRequest = {
    route: { method: method === 'GET' ? 'GET' : 'POST', path: resource },
    ...{ pathParameters: path, query, headers: request.headers ?? {}, text },
    body: text === '' ? undefined : JSON.parse(text),
  }
  const caller = { team, keyId: 'abcd1234' }
  const said = callReader(openCatalogue(config))(
    dialect,
    http,
    caller,
    () => {},
    () => {},
  )
  const call: Call = { ...callFacts, ...said, caller }
  return dearest(call, (as) => worstCase(as, as.target))
}
