/** No route, stream, fallback, remembered answer or way to sign in goes round a policy. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { changeControl } from '../cli/control-item.ts'
import { revoke } from '../cli/end-key.ts'
import { keysOf, requireKey } from '../cli/keys.ts'
import { attributeOf } from '../lambda/ledger/control.ts'
import { keyIdOf } from '../lib/key-id.ts'
import { everything } from './support/effort.ts'
import { startIssuer } from './support/issuer.ts'
import { calm, maxTokens, stopped } from './support/policy-asks.ts'
import { type Cell, cells, pairsOf, sample } from './support/policy-cells.ts'
import { expectAnswered, expectRefused, type Way } from './support/policy-checks.ts'
import { models, plansOfRows, teamsOfRows, templates } from './support/policy-config.ts'
import { type Asked, auth, policyGateway, regions } from './support/policy-gateway.ts'
import { pathOf, paths, type Route, routes } from './support/policy-routes.ts'
import { rows } from './support/policy-rows.ts'
import { type Held, order, page } from './support/policy-table.ts'

const root = resolve(import.meta.dirname, '..')
const issuer = await startIssuer()
afterAll(() => issuer.close())

const common = {
  ...{ regions: Object.values(regions), auth: auth(issuer) },
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
}
const shared = policyGateway(
  {
    ...{ ...common, models, templates, cache: { shared: true } },
    ...{ plans: plansOfRows, teams: teamsOfRows },
  },
  issuer,
  calm,
)
const free = { plan: 'free', models: '*' } as const
const apart = policyGateway(
  {
    ...{ ...common, models, cache: {} },
    ...{ plans: { free: {} }, teams: { one: free, other: free } },
  },
  issuer,
  'one',
)

const headers = { 'x-tollgate-cache-ttl': '86400' }
const chosen = everything ? cells : sample

beforeAll(async () => {
  await rememberWhatIsToStop()
  await useUp('quota')
  await useUp('counted')
  await occupy('busy')
  await stop()
}, 60_000)

/** For those who will ask for it once it is paused. */
async function rememberWhatIsToStop(): Promise<void> {
  const awaited = chosen.filter(({ row, hit }) => row.name === stopped.policy && hit)
  for (const { route, stream } of awaited) {
    const model = route.kind === 'embed' ? stopped.vectors : stopped.words
    const request = route.ask({ model, text: stopped.text, maxTokens, stream })
    const asking = { team: calm, caller: 'key', failing: false, request, headers } as const
    noteKept(await shared.ask(asking))
    const way: Way = { route, stream, fallback: false, hit: true, caller: 'key' }
    expectAnswered(await shared.ask(asking), way, { team: calm, from: 'memory' })
  }
}

const anything = { body: JSON.stringify({ model: 'nova', question: 'Hi', max_tokens: 5 }) }

async function useUp(team: string): Promise<void> {
  const asking = { team, caller: 'key', failing: false, request: anything } as const
  expect((await shared.ask(asking)).statusCode).toBe(200)
}

/** A call of the team's that does not end. */
async function occupy(team: string): Promise<void> {
  const caller = { team, keyId: keyIdOf(team) }
  const amounts = { requests: 1, tokens: 0, microUsd: 0 }
  const until = Date.now() + 3_600_000
  const ledger = (await shared.deployment()).ledger()
  await ledger.hold({ id: 'busy', caller, model: 'nova', amounts, until })
}

/** As operators' commands do it; and a key that API Gateway still takes. */
async function stop(): Promise<void> {
  const gateway = await shared.deployment()
  const pause = { reason: 'the law', since: Date.now() }
  const paused = [
    attributeOf.team('paused'),
    attributeOf.model(stopped.words),
    attributeOf.model(stopped.vectors),
  ].map((name) => [name, pause] as const)
  const ended = { [attributeOf.key(keyIdOf('ended'))]: { revoked: Date.now() } }
  await changeControl(gateway.store, { set: { ...Object.fromEntries(paused), ...ended } })
  await revoke(gateway, requireKey(await keysOf(gateway), keyIdOf('revoked')))
  /** An environment looks at it every few seconds. */
  const [route] = routes as [Route]
  const way: Way = { route, stream: false, fallback: false, hit: false, caller: 'key' }
  const asking = { team: 'ended', caller: 'key', failing: false, request: anything } as const
  await vi.waitFor(
    async () => expectRefused(await shared.ask(asking), way, 'ended', 'invalid_api_key'),
    { timeout: 20_000, interval: 500 },
  )
}

let asked = 0
const nth = () => ++asked
let kept = 0
const noteKept = ({ statusCode, headers: told, lines }: Asked) => {
  const { outcome, stop } = lines[0] ?? {}
  const whole = statusCode === 200 && outcome === 'ok' && stop !== 'filtered'
  if (whole && told['x-tollgate-cache'] === 'miss') kept++
}

/** Kept, or not, by ways that did not hold: on a busy machine a cache is given up after 50 ms. */
let uncertain = 0

/** Whether each way held, when it was tried last. */
const tried = new Map<Cell, boolean>()

async function check(cell: Cell): Promise<void> {
  const before = kept
  tried.set(cell, false)
  try {
    await cell.row.holds({ ...cell, gateways: { shared, apart }, nth, kept: noteKept })
    tried.set(cell, true)
  } catch (thrown) {
    uncertain += kept - before
    throw thrown
  }
}

describe.each(rows)('$name', (row) => {
  it.each(chosen.filter((cell) => cell.row === row))('$name', { retry: 2 }, (cell) => check(cell))
})

describe('the law', () => {
  it('has every route that asks a model', () => {
    expect(new Set(routes.map(pathOf))).toEqual(new Set(paths.asking))
  })

  it('has every policy that a call passes', () => {
    const text = readFileSync(join(root, 'lambda/policies/index.ts'), 'utf8')
    const passed = [...text.matchAll(/^import .* from '\.\/([a-z-]+)\.ts'$/gm)].map(
      ([, name]) => name,
    )
    expect(passed.toSorted()).toEqual(order.map(([name]) => name).toSorted())
    expect(new Set(rows.flatMap(({ by }) => by))).toEqual(new Set(passed))
  })

  it('tries each policy on each route, and with each pair of conditions', () => {
    for (const row of rows) {
      const own = chosen.filter((cell) => cell.row === row)
      const all = cells.filter((cell) => cell.row === row)
      expect(new Set(own.map(({ route }) => route))).toEqual(new Set(all.map(({ route }) => route)))
      const pairs = (some: readonly Cell[]) => new Set(some.flatMap(pairsOf))
      expect(pairs(own), row.name).toEqual(pairs(all))
    }
  })

  it('leaves nothing behind but what was answered', async () => {
    const own = await apart.remembered(['one', 'other'])
    const found = own + (await shared.remembered(Object.keys(teamsOfRows)))
    expect(found).toBeLessThanOrEqual(kept)
    expect(found).toBeGreaterThanOrEqual(kept - uncertain)
  })

  it('stands in docs/policies.md as it held', () => {
    const file = join(root, 'docs/policies.md')
    const held: Held = (row, route) => {
      const own = [...tried].filter(([cell]) => cell.row === row && cell.route === route)
      return own.length === 0 ? undefined : own.every(([, did]) => did)
    }
    if (process.env.UPDATE_DOCS === '1') writeFileSync(file, page(held))
    expect(readFileSync(file, 'utf8')).toBe(page(held))
  })
})

afterAll(() => {
  if (!everything) return
  const held = [...tried.values()].filter(Boolean).length
  process.stderr.write(
    `policies: ${rows.length} on ${routes.length} routes, ${tried.size} ways: ${held} held, ${tried.size - held} did not\n`,
  )
})
