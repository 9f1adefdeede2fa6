/** What a team's history gets of a request is what its line says, and no more than its log may. */
import { describe, expect, it, vi } from 'vitest'
import type { LogContent } from '../lambda/core/monitoring-config.ts'
import { dialects } from '../lambda/dialects/index.ts'
import { ended, exchangeOpener, finish } from '../lambda/edge/exchange.ts'

vi.spyOn(process.stdout, 'write').mockImplementation(() => true)

const open = exchangeOpener(dialects, {
  teams: {
    demo: { plan: 'free', models: '*', log: 'full' },
    quiet: { plan: 'free', models: '*', log: 'none' },
  },
})

function opened(resource: string, team: string | undefined, log?: LogContent) {
  const asked = log === undefined ? {} : { 'X-Tollgate-Log': log }
  const event = {
    ...{ resource, httpMethod: resource.endsWith('s') ? 'POST' : 'GET' },
    headers: { 'X-Tollgate-Metadata': '{"user": "u-17"}', ...asked },
    requestContext: {
      requestId: 'request-1',
      identity: {},
      authorizer: team === undefined ? {} : { team, keyId: 'abcd1234' },
    },
  }
  return open(event as unknown as Parameters<typeof open>[0])
}

describe('the history of a team', () => {
  it('is told of a request once it is over, and of its ledger’s tokens', async () => {
    const exchange = opened('/v1/messages', 'demo')
    exchange.record.set({ model: 'amazon.nova-lite-v1:0', outcome: 'ok', stream: true })
    exchange.record.measure({ InputTokens: 5, OutputTokens: 7, CacheReadTokens: 11 })
    exchange.record.measure({ CacheWriteTokens: 13, CostMicroUsd: 2.5, FirstTokenMs: 40.4 })
    expect(exchange.recent).toBeUndefined()
    finish(exchange, 200)
    finish(exchange, 500)
    const told = vi.fn(async () => {})
    exchange.atEnd.push(async () => expect(told).not.toHaveBeenCalled())
    await ended(exchange, told)
    expect(told).toHaveBeenCalledWith(exchange)
    expect(exchange.recent).toEqual({
      ...{ id: 'request-1', at: expect.any(Number), route: 'POST /v1/messages', keyId: 'abcd1234' },
      ...{ model: 'amazon.nova-lite-v1:0', status: 200, outcome: 'ok', stream: true },
      ...{ durationMs: expect.any(Number), firstTokenMs: 40, inputTokens: 5, outputTokens: 7 },
      ...{ tokens: 36, costMicroUsd: 2.5, metadata: { user: 'u-17' } },
    })
  })

  it.each([
    ['quiet', undefined],
    ['demo', 'none'],
  ] as const)('has no labels where the log may not: %s, asked %s', (team, log) => {
    const exchange = opened('/v1/messages', team, log)
    finish(exchange, 400)
    expect(exchange.recent).toMatchObject({ status: 400 })
    expect(exchange.recent).not.toHaveProperty('metadata')
  })

  it.each([
    ['/v1/messages', undefined],
    ['/v1/models', 'demo'],
    ['/v1/usage', 'demo'],
    ['/health', 'demo'],
  ])('has nothing of %s by %s', (resource, team) => {
    const exchange = opened(resource, team)
    finish(exchange, 200)
    expect(exchange.recent).toBeUndefined()
  })
})
