/** Whatever breaks between the gateway and Bedrock: what the caller is told, who is asked, and what is charged. */
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { unread } from '../lambda/budget/spent.ts'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { errorCodes } from '../lambda/core/errors.ts'
import { endpointVariable } from '../local/gateway/bedrock.ts'
import { type Account, accountOf, billOf, mostOf } from './support/bills.ts'
import { everything } from './support/effort.ts'
import { toldBy } from './support/fault-answers.ts'
import {
  aliasOf,
  type Cell,
  cells,
  type Expected,
  expected,
  models,
  other,
  placeOf,
  places,
  sample,
} from './support/fault-cells.ts'
import { rows } from './support/fault-rows.ts'
import { impossibleList, matrixTable, spoken } from './support/fault-table.ts'
import { type InProcessAnswer, type InProcessRequest, invoke } from './support/in-process.ts'
import { type Region, twoRegions } from './support/regions.ts'
import { forgetHealth } from './support/routes-anew.ts'
import { ways } from './support/ways.ts'

const team = 'demo'
const idleMs = 300

const config: GatewayConfig = {
  /** Each request writes its team’s history: here it is only weight, so it is left to `npm run verify`. */
  monitoring: { history: everything },
  regions: [places.here, other, places.unknown, places.plain],
  models,
  timeouts: { idleMs },
  plans: { plan: { limits: [{ usd: 1_000_000, per: 'month' }] } },
  teams: { [team]: { plan: 'plan', models: '*' } },
}
vi.mock('#gateway-config', () => ({ default: config }))

/** Pauses between attempts are short ones; how they are drawn is tested elsewhere. */
vi.spyOn(Math, 'random').mockReturnValue(0.05)

const regions = twoRegions()

/** Speaks no TLS. */
const plain = createServer()
beforeAll(async () => {
  await new Promise<void>((resolve) => void plain.listen(0, '127.0.0.1', resolve))
  const { port } = plain.address() as AddressInfo
  process.env[endpointVariable(places.plain)] = `https://127.0.0.1:${port}`
  process.env[endpointVariable(places.unknown)] = 'http://nowhere.invalid'
})
afterAll(() => void plain.close().closeAllConnections())

async function befall({ fault, scope }: Cell): Promise<void> {
  const { east, west } = regions
  const hit: readonly Region[] = scope === 'both' ? [east, west] : [east]
  for (const { fault: order, outage, proxy } of hit) {
    if (fault.bedrock !== undefined && scope === 'once') order(fault.bedrock)
    else if (fault.bedrock !== undefined) outage(fault.bedrock)
    else if (fault.network === 'down') await proxy.down()
    else if (fault.network !== undefined && scope === 'once') proxy.order(fault.network)
    else if (fault.network !== undefined) proxy.always(fault.network)
  }
}

const maxTokens = 200
const words = '[[simulate:words:30]]'

function requestOf({ row, way, mode, family, ...cell }: Cell): InProcessRequest {
  const { place, two } = placeOf({ row, way, mode, family, ...cell })
  const asked = way.ask({
    model: aliasOf(family, place, two),
    ...{ text: row.short ? 'Why?' : words, maxTokens: row.short ? 3 : maxTokens },
    stream: mode === 'stream',
  })
  const headers = row.waitMs === undefined ? {} : { 'x-tollgate-timeout-ms': String(row.waitMs) }
  return { ...asked, team, headers }
}

/** What it says when all is well; each once. */
const well = new Map<string, string>()
async function wellTold(cell: Cell): Promise<string> {
  const { way, mode, family, row } = cell
  const key = [way.name, mode, family, row.short].join(' ')
  const known = well.get(key)
  if (known !== undefined) return known
  const healthy: Cell = { ...cell, fault: {}, scope: 'first' }
  const told = toldBy(way.name, mode === 'stream', await invoke(requestOf(healthy)))
  if (told.kind !== 'answer') throw new Error(`${way.name} does not answer.`)
  well.set(key, told.text)
  return told.text
}

const secrets =
  /AKIA|no-secret-at-all|127\.0\.0\.1|nowhere\.invalid|amazonaws|arn:aws|(?<![\d.])\d{12}(?!\d)|node:|\.ts:\d/

async function check(cell: Cell): Promise<void> {
  const { row, mode, way } = cell
  const { east, west } = regions
  const text = await wellTold(cell)
  await Promise.all([east.forget(), west.forget()])
  forgetHealth()
  const before = await accountOf(team)
  await befall(cell)

  const should = expected(cell)
  const request = requestOf(cell)
  const started = performance.now()
  const passed = () => performance.now() - started
  const { hasMs } = row
  const answer = await invoke(
    hasMs === undefined
      ? request
      : Object.defineProperty({ ...request }, 'remaining', { get: () => hasMs - passed() }),
  )
  const ms = passed()

  const told = toldBy(way.name, mode === 'stream', answer)
  const { headers, statusCode, lines } = answer
  if (should.told === 'answer') expect(told).toEqual({ kind: 'answer', text })
  else if ('refused' in should.told) {
    const code = should.told.refused
    expect(told).toEqual({ kind: 'refusal', code })
    expect(statusCode).toBe(errorCodes[code].status)
    const again = Number(headers['retry-after'] ?? 0)
    expect(again > 0).toBe(/throttled|unavailable/.test(code))
  } else {
    expect(told).toMatchObject({ kind: 'broken', code: should.told.broken })
    const part = told.kind === 'broken' ? told.text : ''
    expect(part.length).toBeGreaterThan(0)
    expect(part.length).toBeLessThan(text.length)
    expect(text.startsWith(part)).toBe(true)
  }

  checkTrail(cell, should, answer)
  checkCharge(cell, should, { before, after: await accountOf(team), request })
  expect(lines).toHaveLength(1)
  const code = should.told === 'answer' ? 'ok' : Object.values(should.told)[0]
  expect(lines[0]).toMatchObject({ outcome: code, status: statusCode, team })
  expect(lines[0]?.attempts).toBe(headers['x-tollgate-attempts'])
  expect(lines[0]?.Errors).toBe(code === 'ok' ? undefined : 1)
  expect(lines[0]?.TargetRefusals).toBe(
    row.course === 'handed on' ? should.failed.length : undefined,
  )
  expect(lines[0]).not.toHaveProperty('fault')
  const everythingSaid = answer.text + JSON.stringify(headers) + JSON.stringify(lines)
  expect(everythingSaid).not.toMatch(secrets)

  const longest = (row.waitMs ?? idleMs) * (should.failed.length + 1)
  expect(ms).toBeLessThan(longest + (row.short ? 4 : 1) * slackMs)
  if (hasMs !== undefined) expect(ms).toBeLessThan(hasMs - 1_000)
}

/** Milliseconds a busy machine may take for the rest. */
const slackMs = 2_500

/** Who was asked, how often, and what the trail says of it. */
function checkTrail(cell: Cell, should: Expected, { headers }: InProcessAnswer): void {
  const { row, scope } = cell
  const { place } = placeOf(cell)
  const regionOf = [places[place], other]
  const trail = (headers['x-tollgate-attempts'] ?? '').split(',').filter(Boolean)
  const failed = should.failed.map((target) => regionOf[target])
  /** What breaks on a kept connection may be its age: a new one is tried, within the three. */
  const stale = cell.fault.network === 'drop'
  const outcomes = trail.map((one) => one.split(':'))
  const ok = outcomes.filter(([, outcome]) => outcome === 'ok').map(([region]) => region)
  expect(ok).toEqual(should.answered === undefined ? [] : [regionOf[should.answered]])
  const broke = outcomes.filter(([, outcome]) => outcome !== 'ok')
  for (const [, outcome] of broke) expect(outcome).toMatch(row.named ?? /^\w+$/)
  if (stale) expect(broke.length).toBeLessThanOrEqual(3)
  else expect(broke.map(([region]) => region)).toEqual(failed)

  const { east, west } = regions
  const asked = (target: 0 | 1) =>
    (row.unseen ? 0 : should.failed.filter((one) => one === target).length) +
    (should.answered === target ? 1 : 0)
  const reached = place === 'here' ? asked(0) : 0
  expect([east.requests().length, west.requests().length], scope).toEqual([reached, asked(1)])
}

type Moved = {
  readonly before: Account
  readonly after: Account
  readonly request: InProcessRequest
}

/** What the ledger moved: the simulators' bill, and what each failed attempt may have been billed. */
function checkCharge(cell: Cell, should: Expected, { before, after, request }: Moved): void {
  const { mode, row } = cell
  const { east, west } = regions
  const bills = [...east.billed(), ...west.billed()]
  const bill = billOf(bills)
  const tokens = after.tokens - before.tokens
  const microUsd = after.microUsd - before.microUsd
  expect(after.open).toBe(0)
  expect(tokens, 'never less than the bill').toBeGreaterThanOrEqual(bill.tokens)
  expect(microUsd, 'never less than the bill').toBeGreaterThanOrEqual(bill.microUsd)
  const most = mostOf(config, request, team)
  const prompt = most.tokens - (row.short ? 3 : maxTokens)
  const given = mode === 'whole' ? most.tokens : prompt + Math.min(unread, most.tokens - prompt)
  const written = bills.reduce((sum, { output }) => sum + output, 0)
  switch (should.charge) {
    case 'nothing':
    case 'the bill':
      expect([tokens, microUsd]).toEqual([bill.tokens, bill.microUsd])
      break
    case 'may be billed': {
      const answered = should.answered === undefined ? undefined : bills.at(-1)
      const own = answered === undefined ? 0 : billOf([answered]).tokens
      expect(tokens).toBe(should.failed.length * given + own)
      break
    }
    case 'what was seen':
      /** Of what was written nobody saw more; a token of the simulator's has four bytes. */
      expect(tokens).toBeLessThanOrEqual(Math.min(most.tokens, prompt + 5 * written + unread))
      break
    case 'an estimate':
      expect(tokens).toBeLessThanOrEqual(Math.min(most.tokens, prompt + 5 * written))
      break
  }
  const calls = should.answered === undefined && tokens === 0 ? 0 : 1
  expect(after.requests - before.requests).toBe(calls)
}

describe('the fault matrix', () => {
  it.each(everything ? cells : sample)('$name', { retry: 2 }, (cell) => check(cell))

  it('has every row there is, and says why a cell is not', () => {
    expect([...spoken].sort((one, other) => one - other)).toEqual(
      Array.from({ length: 36 }, (_, index) => index + 1),
    )
  })

  it('asks every way, and both models, in its sample too', () => {
    expect(new Set(sample.map(({ way }) => way))).toEqual(new Set(ways))
    expect(new Set(sample.map(({ family }) => family)).size).toBe(2)
    expect(new Set(sample.map(({ row }) => row))).toEqual(new Set(rows))
  })
})

const page = resolve(import.meta.dirname, '../docs/reliability.md')

it.each([
  ['matrix', matrixTable],
  ['impossible', impossibleList],
])('docs/reliability.md shows the %s as it is', (name, text) => {
  const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`]
  const was = readFileSync(page, 'utf8')
  const from = was.indexOf(start) + start.length
  const to = was.indexOf(end, from)
  expect(from).toBeGreaterThan(start.length)
  expect(to).toBeGreaterThan(from)
  if (process.env.UPDATE_DOCS === '1') {
    writeFileSync(page, `${was.slice(0, from)}${text}${was.slice(to)}`)
  } else expect(was.slice(from, to)).toBe(text)
})
