/** 64 teams, each with secrets of its own, ask by the same keys at once: nobody is told another's. */
import { brotliDecompressSync } from 'node:zlib'
import { expect, it, vi } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { runs } from './support/effort.ts'
import { toldBy } from './support/fault-answers.ts'
import { type InProcessRequest, invoke, linesOf, tableItems } from './support/in-process.ts'
import './support/patient-cache.ts'
import { twoRegions } from './support/regions.ts'
import { ways } from './support/ways.ts'

const teams = Array.from({ length: 64 }, (_, index) => `team${index}`)

const config: GatewayConfig = {
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0' },
  cache: {},
  plans: { free: {} },
  teams: Object.fromEntries(teams.map((team) => [team, { plan: 'free', models: '*' as const }])),
}
vi.mock('#gateway-config', () => ({ default: config }))

twoRegions()

const rounds = runs(2, 100)
const streaming = ways.filter(({ streams }) => streams.includes(true))

const secretOf = (team: string, round: number): string => `secret ${team}x${round}x`
const ownersIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/secret (team\d+)x/g)].map(([, team = '']) => team)),
]

/** All teams say the same but for their secret, by one key. */
async function ask(team: string, round: number) {
  const way = streaming[round % streaming.length]
  if (way === undefined) throw new Error('Nothing streams.')
  const said = { model: 'nova', text: secretOf(team, round), maxTokens: 60, stream: true }
  const headers = { 'x-tollgate-cache-ttl': '600', 'x-tollgate-cache-key': `round ${round}` }
  const request: InProcessRequest = { ...way.ask(said), headers, team, keyId: team }
  const answer = await invoke(request)
  const told = toldBy(way.name, true, answer)
  expect(told.kind).toBe('answer')
  expect(told.kind === 'answer' && told.text).toContain(secretOf(team, round))
  expect(ownersIn(told.kind === 'answer' ? told.text : '')).toEqual([team])
  for (const owner of ownersIn(answer.bytes.toString('latin1'))) expect(owner).toBe(team)
  return answer.headers['x-tollgate-cache']
}

it('no secret is in another’s answer, cache, log or error', { retry: 0 }, async () => {
  for (let round = 0; round < rounds; round++) {
    const statuses = await Promise.all(
      teams.flatMap((team) => [ask(team, round), ask(team, round)]),
    )
    expect(statuses.filter((status) => status === 'miss')).toHaveLength(teams.length)
    expect(statuses.filter((status) => status === 'hit')).toHaveLength(teams.length)
  }

  const items = (await tableItems()).filter(({ pk }) => String(pk).startsWith('cache#'))
  expect(items).toHaveLength(teams.length * rounds)
  let found = 0
  for (const { pk, body } of items) {
    for (const owner of ownersIn(storedText(body))) {
      expect(pk).toBe(`cache#team#${owner}`)
      found += 1
    }
  }
  expect(found).toBe(items.length)

  for (const team of teams) expect(JSON.stringify(linesOf(team))).not.toContain('secret team')

  const wrong = { 'x-tollgate-cache-ttl': '1', 'x-tollgate-cache-key': 'round 0' }
  const body = JSON.stringify({ model: 'nova', question: 'Why?' })
  const refused = await invoke({ body, headers: wrong, team: 'team0' })
  expect([refused.statusCode, ownersIn(refused.text)]).toEqual([400, []])
})

/** What was told piece by piece, put together again. */
function storedText(body: unknown): string {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(String(body), 'base64')
  const { events } = JSON.parse(brotliDecompressSync(bytes).toString()) as {
    events: { delta?: { text?: string } }[]
  }
  return events.map(({ delta }) => delta?.text ?? '').join('')
}
