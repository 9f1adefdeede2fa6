/** Keys by command, against a whole gateway: what is issued works, what is revoked does not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readKey } from '../lambda/core/key.ts'
import { keyIdOf } from '../lib/key-id.ts'
import { type Local, startLocal } from '../local/gateway/local.ts'
import { folderOf, type Person, run } from './support/cli.ts'
import { synthesised } from './support/served.ts'

const dayMs = 86_400_000
const logged: string[] = []
let local: Local

beforeAll(async () => {
  local = await startLocal({
    assembly: await synthesised(),
    onLog: ({ line }) => logged.push(line),
    onRequest: (line) => logged.push(JSON.stringify(line)),
  })
})

afterAll(() => local?.close())

const here = async (line: string, person: Person = {}) =>
  run([...line.split(' '), '--local'], { folder: await folderOf(local), ...person })

async function ask(key: string, model = 'llama'): Promise<number> {
  const answer = await fetch(`${local.url}/bedrock`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ question: 'What is a dystopia', model, max_tokens: 20 }),
  })
  await answer.text()
  return answer.status
}

async function issue(rest: string): Promise<string> {
  const { status, out, error } = await here(`keys issue ${rest}`)
  expect([status, error]).toEqual([0, expect.stringContaining('It cannot be shown again.')])
  return out.trim()
}

const idOf = (key: string): string => readKey(key)?.keyId ?? ''

type Listed = { readonly id: string; readonly [field: string]: unknown }

async function list(person: Person = {}): Promise<readonly Listed[]> {
  const { out } = await here('keys list --json', person)
  return JSON.parse(out).keys
}

const find = async (key: string, person?: Person) =>
  (await list(person)).find(({ id }) => id === idOf(key))

describe('keys issue', () => {
  it('prints a key that works at once, of its team and with an id of its own', async () => {
    const key = await issue('data')
    expect(readKey(key)).toEqual({ team: 'data', keyId: expect.stringMatching(/^[g-z]/) })
    expect(await ask(key)).toBe(200)
    expect(await ask(key, 'amazon.nova-pro-v1:0')).toBe(403)
  })

  it('tells scripts everything in one object', async () => {
    const { status, out, error } = await here('keys issue demo --name nightly --expires 30d --json')
    const said = JSON.parse(out)
    expect([status, error]).toEqual([0, ''])
    expect(said).toEqual({
      id: idOf(said.key),
      team: 'demo',
      name: 'nightly',
      state: 'works',
      enabled: true,
      issued: expect.stringMatching(/Z$/),
      expires: expect.stringMatching(/Z$/),
      expired: false,
      successor: null,
      made_by: 'command',
      plan: 'trial',
      key: expect.stringMatching(/^demo[a-z0-9]{8}[A-Za-z0-9]{40}$/),
    })
    expect(Date.parse(said.expires) - Date.parse(said.issued)).toBeCloseTo(30 * dayMs, -3)
  })

  it('does not print it anywhere else', async () => {
    const key = await issue('data --name quiet')
    await ask(key)
    await local.settled()
    const { out, error } = await here('keys list')
    const secret = key.slice(-40)
    for (const text of [out, error, ...logged]) expect(text).not.toContain(secret)
    expect(out).toContain(idOf(key))
  })
})

describe('keys list', () => {
  it('has those of the deployment too, and only those of the team that is asked for', async () => {
    const own = await find(local.keys.platform ?? '')
    expect(own).toMatchObject({
      id: keyIdOf('platform'),
      team: 'platform',
      name: null,
      made_by: 'deployment',
      plan: 'unmetered',
      state: 'works',
    })
    const { out } = await here('keys list platform')
    expect(out).toMatch(/^ID +TEAM +NAME +PLAN +STATE +ISSUED \(UTC\) +EXPIRES \(UTC\)\n/)
    expect(out.trim().split('\n')).toHaveLength(2)
    expect(out).toMatch(/^ae6402c6 +platform +- +unmetered +works +\d{4}-\d\d-\d\d \d\d:\d\d +-$/m)
  })

  it('says so where there is none', async () => {
    const { out } = await here('keys list --json demo')
    expect(JSON.parse(out).keys.map(({ team }: Listed) => team)).not.toContain('data')
  })
})

/** A function reads every few seconds what operators decided. */
const patience = { timeout: 15_000, interval: 250 }

describe('an expiry', () => {
  it('stops a key by itself', async () => {
    const issued = await here('keys issue data --expires 1m', { now: () => Date.now() - 58_000 })
    const key = issued.out.trim()
    expect(await ask(key)).toBe(200)
    await expect.poll(() => ask(key), patience).toBe(401)
    expect(await find(key)).toMatchObject({ state: 'expired', enabled: true })
  })

  it('is kept for the gateway, and seen to by whoever changes keys next', async () => {
    const key = await issue('data --expires 2h')
    const later = { now: () => Date.now() + 3 * 3_600_000 }
    expect(await find(key)).toMatchObject({ state: 'works', expired: false })
    expect(await find(key, later)).toMatchObject({ state: 'expired', expired: true, enabled: true })
    expect((await here('keys issue data --json', later)).status).toBe(0)
    expect(await find(key, later)).toMatchObject({ state: 'expired', enabled: false })
    expect(await ask(key)).toBe(401)
    const rotated = await here(`keys rotate ${idOf(key)}`, later)
    expect([rotated.status, rotated.error]).toEqual([
      1,
      expect.stringMatching(/has expired; `tollgate keys issue data` makes another one\.\n$/),
    ])
  })
})

describe('keys rotate', () => {
  it('lets the old key work for a while, beside its successor', async () => {
    const old = await issue('data --name batch --expires 30d')
    const { status, out, error } = await here(`keys rotate ${idOf(old)} --overlap 2h`)
    const next = out.trim()
    expect([status, error]).toEqual([0, expect.stringContaining('its predecessor, works until')])
    expect([await ask(old), await ask(next)]).toEqual([200, 200])
    const [before, after] = [await find(old), await find(next)]
    expect(after).toMatchObject({ name: 'batch', team: 'data', state: 'works', successor: null })
    expect(before).toMatchObject({ state: 'works', successor: idOf(next) })
    expect(Date.parse(String(before?.expires)) - Date.now()).toBeCloseTo(2 * 3_600_000, -5)
    expect(Date.parse(String(after?.expires)) - Date.now()).toBeCloseTo(30 * dayMs, -5)
    expect(await here(`keys rotate ${idOf(old)}`)).toMatchObject({
      status: 1,
      error: `Key ${idOf(old)} was rotated already; its successor is ${idOf(next)}.\n`,
    })
  })

  it('stops the old key at once where there is no overlap, if it is wanted', async () => {
    const old = await issue('data')
    const no = await here(`keys rotate ${idOf(old)} --overlap 0`, { answer: '' })
    expect(no).toMatchObject({ status: 1, out: '', error: 'Nothing was changed.\n' })
    expect(no.asked).toEqual([`Key ${idOf(old)} of data stops at once. Do it? [y/N] `])
    expect(await ask(old)).toBe(200)
    const yes = await here(`keys rotate ${idOf(old)} --overlap 0 --yes --json`)
    const { key, replaces } = JSON.parse(yes.out)
    expect(replaces).toEqual({ id: idOf(old), stops: expect.stringMatching(/Z$/) })
    expect([await ask(old), await ask(key)]).toEqual([401, 200])
    expect(await find(old)).toMatchObject({ state: 'revoked', enabled: false })
  })

  it('gives a key of the deployment a successor by command', async () => {
    const old = local.keys.platform ?? ''
    const { out } = await here(`keys rotate ${keyIdOf('platform')} --overlap 1h`)
    expect([await ask(old), await ask(out.trim())]).toEqual([200, 200])
    expect(await find(old)).toMatchObject({ made_by: 'deployment', successor: idOf(out.trim()) })
  })
})

describe('keys revoke', () => {
  it('stops a key at once and for good', async () => {
    const key = await issue('data --name leaked')
    const { status, out, asked } = await here(`keys revoke ${idOf(key)}`, { answer: 'y' })
    expect([status, out]).toEqual([0, `Key ${idOf(key)} of data (leaked) is revoked.\n`])
    expect(asked).toEqual([`Key ${idOf(key)} of data (leaked) stops for good. Do it? [y/N] `])
    expect(await ask(key)).toBe(401)
    expect(await find(key)).toBeUndefined()
    expect(await here(`keys revoke ${idOf(key)} --yes`)).toMatchObject({ status: 1 })
  })

  it('changes nothing unless it is wanted', async () => {
    const key = await issue('data')
    expect(await here(`keys revoke ${idOf(key)}`)).toMatchObject({ status: 2 })
    expect(await here(`keys revoke ${idOf(key)}`, { answer: 'no' })).toMatchObject({ status: 1 })
    expect(await ask(key)).toBe(200)
    const { out } = await here(`keys revoke ${idOf(key)} --yes --json`)
    expect(JSON.parse(out)).toEqual({ id: idOf(key), team: 'data', revoked: true, deleted: true })
  })

  it('leaves a key of the deployment disabled, and says how to be rid of it', async () => {
    const key = local.keys.demo ?? ''
    const { out } = await here(`keys revoke ${keyIdOf('demo')} --yes`)
    expect(out).toContain("set\n`key: 'command-line'` for the team demo, and deploy.")
    expect(await ask(key)).toBe(401)
    expect(await find(key)).toMatchObject({ state: 'revoked', enabled: false })
  })

  it('knows nothing of a key that is not there', async () => {
    const { status, error } = await here('keys revoke k3v9x2ab --yes')
    expect([status, error]).toEqual([
      1,
      "There is no key with the id 'k3v9x2ab'. `tollgate keys list` has the ids: 8 letters and digits.\n",
    ])
    const whole = await here(`keys revoke ${local.keys.data} --yes`)
    expect([whole.status, whole.error]).not.toContain(local.keys.data)
    expect(whole.error).not.toContain(local.keys.data ?? '')
  })
})
