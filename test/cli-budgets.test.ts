/** Usage, grants and pauses by command, against a whole gateway. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDeployment } from '../cli/deployment.ts'
import { readSettings } from '../cli/settings.ts'
import { readKey } from '../lambda/core/key.ts'
import type { Ledger } from '../lambda/core/ledger.ts'
import { type Local, startLocal } from '../local/gateway/local.ts'
import config from '../tollgate.config.ts'
import { folderOf, type Person, run } from './support/cli.ts'
import { synthesised } from './support/served.ts'

let local: Local
beforeAll(async () => {
  local = await startLocal({ assembly: await synthesised() })
})
afterAll(() => local?.close())

const here = async (args: readonly string[], person: Person = {}) =>
  run([...args, '--local'], { folder: await folderOf(local), ...person })

const json = async (args: readonly string[], person?: Person) => {
  const { status, out, error } = await here([...args, '--json'], person)
  expect([status, error]).toEqual([0, ''])
  return JSON.parse(out)
}

/** The ledger as an environment opens it that knows nothing yet. */
async function ledger(now = Date.now): Promise<Ledger> {
  const io = { folder: await folderOf(local), out() {}, error() {}, environment: {}, user: '', now }
  const settings = readSettings({ values: {}, flags: new Set(['local']), io })
  return (await openDeployment(config, settings, now)).ledger()
}

const caller = (team: string) => readKey(local.keys[team] ?? '') ?? { team, keyId: '' }

async function spend(team: string, microUsd: number, now = Date.now): Promise<void> {
  const amounts = { requests: 1, tokens: 1000, microUsd }
  const asking = { id: `${team}-${microUsd}`, caller: caller(team), model: 'llama', amounts }
  const held = await (await ledger(now)).hold({ ...asking, until: now() + 60_000 })
  await held?.settle(amounts)
}

describe('usage', () => {
  it('tells what a team used, and what is left of each limit', async () => {
    await spend('data', 1_500_000)
    const said = await json(['usage', 'data'])
    expect(said).toMatchObject({
      period: 'month',
      team: 'data',
      name: expect.stringMatching(/^\d{4}-\d\d$/),
      requests: 1,
      tokens: 1000,
      cost_usd: 1.5,
      reserved: { requests: 0, tokens: 0, cost_usd: 0 },
      models: [{ model: 'llama', tokens: 1000, cost_usd: 1.5 }],
    })
    expect(said.limits).toContainEqual({
      measure: 'usd',
      per: 'month',
      key: null,
      model: null,
      limit: 200,
      used: 1.5,
      reserved: 0,
      left: 198.5,
      resets: expect.stringMatching(/-01T00:00:00\.000Z$/),
      then: 'refuse',
    })
    const today = await here(['usage', 'data', '--period', 'day'])
    expect(today.out).toMatch(/^data in \d{4}-\d\d-\d\d: 1 request, 1,000 tokens, 1\.50 USD\n/)
    const { out } = await here(['usage', 'data'])
    expect(out).toMatch(/^data in \d{4}-\d\d: 1 request, 1,000 tokens, 1\.50 USD\n\nMODEL /)
    expect(out).toMatch(/^llama +1,000 +1\.50$/m)
    expect(out).toMatch(/^200\.00 USD a month +198\.50 USD +\d{4}-\d\d-01 00:00 +refuse$/m)
  })

  it('tells of all teams at once', async () => {
    const { teams } = await json(['usage'])
    expect(teams.map(({ team }: { team: string }) => team)).toEqual(Object.keys(config.teams))
    const { out } = await here(['usage'])
    expect(out).toMatch(/^TEAM +REQUESTS +TOKENS +USD +LEAST LEFT\n/)
    expect(out).toMatch(/^data +1 +1,000 +1\.50 +198\.50 USD a month$/m)
    expect(out).toMatch(/^platform .* no limit$/m)
  })

  it('tells where a limit will end at the pace so far, once there are some requests', async () => {
    /** Half of a month of 31 days; the months before it are forgotten with its first call. */
    const now = () => Date.UTC(2027, 2, 16, 12)
    for (let request = 0; request < 4; request++) await spend('data', 30_000_000, now)
    expect((await here(['usage', 'data'], { now })).out).not.toContain('LIKELY')
    await spend('data', 0, now)
    const { out } = await here(['usage', 'data'], { now })
    expect(out).toMatch(/^LIMIT +LIKELY AT ITS END +FOUR IN FIVE +REACHED \(UTC\)$/m)
    expect(out).toMatch(
      /^200\.00 USD a month +240\.00 USD +\d+\.\d+ USD to \d+\.\d+ USD +2027-03-26 20:00$/m,
    )
    const { forecast } = await json(['usage', 'data'], { now })
    expect(forecast).toContainEqual({
      ...{ measure: 'usd', per: 'month', key: null, model: null, expected: 240 },
      ...{ low: expect.any(Number), high: expect.any(Number) },
      reached: '2027-03-26T20:00:00.000Z',
    })
  })
})

describe('grant', () => {
  it('raises every limit in USD until its end, and keeps the trail', async () => {
    const args = ['grant', 'demo', '--usd', '2.50', '--until', '3d', '--reason', 'a demonstration.']
    const { status, out } = await here(args, { environment: { AWS_PROFILE: 'ops' } })
    expect([status, out]).toEqual([
      0,
      expect.stringMatching(
        /^Until .* UTC, demo may spend\n {2}7\.50 USD a month, instead of 5\.00$/m,
      ),
    ])
    const limitOf = async (now?: () => number) =>
      (await (await ledger(now)).standings('demo')).find(({ measure }) => measure === 'micro-usd')
        ?.limit
    expect(await limitOf()).toBe(7_500_000)
    expect(await limitOf(() => Date.now() + 4 * 86_400_000)).toBe(5_000_000)
    expect(await json(['grant', 'demo', '--list'])).toEqual({
      grants: [
        {
          id: expect.stringMatching(/^[0-9a-f]{8}$/),
          team: 'demo',
          usd: 2.5,
          from: expect.stringMatching(/Z$/),
          until: expect.stringMatching(/Z$/),
          holds: true,
          reason: 'a demonstration',
          by: 'ana, profile ops',
        },
      ],
    })
    const list = await here(['grant', 'demo', '--list'])
    expect(list.out).toMatch(/^ USD +FROM \(UTC\) +UNTIL \(UTC\) +BY +REASON\n/)
    expect(list.out).toMatch(/^2\.50 .* ana, profile ops +a demonstration$/m)
    expect((await here(['grant', 'data', '--list'])).out).toBe(
      'Nothing was ever granted to data.\n',
    )
  })

  it('ends with its last day in the time zone of the gateway', async () => {
    const now = () => Date.parse('2026-11-21T12:00:00Z')
    const said = await json(
      ['grant', 'demo', '--usd', '1', '--until', '2026-11-30', '--reason', 'x'],
      { now },
    )
    expect(said.until).toBe('2026-12-01T00:00:00.000Z')
  })

  it('forgets grants that are over, but not their trail', async () => {
    const args = ['grant', 'demo', '--usd', '1', '--until', '2h', '--reason', 'x']
    const day = 86_400_000
    const grants = async () => {
      const { standings } = await ledger(() => Date.now() + 60_000)
      return (await standings('demo')).find(({ measure }) => measure === 'micro-usd')?.limit
    }
    const before = await grants()
    await json(args)
    expect(await grants()).toBe((before ?? 0) + 1_000_000)
    await json(args, { now: () => Date.now() + 100 * day })
    expect(await grants()).toBe(5_000_000)
    const { grants: trail } = await json(['grant', 'demo', '--list'])
    expect(trail.length).toBeGreaterThanOrEqual(3)
  })

  it('is of no use where there is no limit in USD', async () => {
    const args = ['grant', 'platform', '--usd', '1', '--until', '2h', '--reason', 'x']
    const { status, out, error } = await here(args)
    expect([status, out]).toEqual([1, ''])
    expect(error).toMatch(/^The plan unmetered of platform has no limit in USD, so there is none/)
  })
})

describe('pause', () => {
  const admission = async (team: string, model: string) => {
    const { admit } = await ledger()
    return admit(caller(team), model).catch(({ code, message }) => `${code}: ${message}`)
  }

  it('stops a team, with its reason, until it is resumed', async () => {
    expect(await admission('data', 'llama')).toBeUndefined()
    const { out } = await here(['pause', 'data', '--reason', 'a loop in the nightly job.'])
    expect(out).toBe('The team data is paused: a loop in the nightly job\n')
    expect(await admission('data', 'llama')).toBe(
      'access_denied: The team data is paused: a loop in the nightly job.',
    )
    expect(await admission('demo', 'llama')).toBeUndefined()
    expect((await here(['resume', 'data'])).out).toBe('The team data goes on.\n')
    expect(await admission('data', 'llama')).toBeUndefined()
    expect((await here(['resume', 'data'])).out).toBe('The team data was not paused.\n')
  })

  it('reaches those who call within seconds', async () => {
    const ask = async (team: string) => {
      const answer = await fetch(`${local.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'x-api-key': local.keys[team] ?? '', 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'nova', messages: [{ role: 'user', content: 'Hello' }] }),
      })
      const { message } = (await answer.json()) as { message?: string }
      return `${answer.status} ${message ?? ''}`.trim()
    }
    const patience = { timeout: 15_000, interval: 250 }
    expect(await ask('data')).toBe('200')
    await here(['pause', 'data', '--reason', 'a loop'])
    await expect.poll(() => ask('data'), patience).toBe('403 The team data is paused: a loop.')
    expect(await ask('demo')).toBe('200')
    await here(['resume', 'data'])
    await expect.poll(() => ask('data'), patience).toBe('200')
  })

  it('stops a model under all of its names', async () => {
    const id = 'anthropic.claude-haiku-4-5-20251001-v1:0'
    expect(await json(['pause', 'claude'])).toEqual({
      model: id,
      aliases: ['claude'],
      paused: true,
      reason: 'an operator stopped it',
      since: expect.stringMatching(/Z$/),
    })
    for (const name of ['claude', id]) {
      expect(await admission('demo', name)).toContain('is paused: an operator stopped it.')
    }
    expect(await admission('demo', 'llama')).toBeUndefined()
    expect(await json(['resume', `us.${id}`])).toEqual({
      model: id,
      aliases: ['claude'],
      paused: false,
      was_paused: true,
    })
    for (const name of ['claude', id]) expect(await admission('demo', name)).toBeUndefined()
  })

  it('takes any model of the catalogue where a team may use them all', async () => {
    const { out } = await here(['pause', 'amazon.nova-pro-v1:0'])
    expect(out).toBe('The model amazon.nova-pro-v1:0 is paused: an operator stopped it\n')
    expect((await here(['resume', 'amazon.nova-pro-v1:0'])).status).toBe(0)
  })
})
