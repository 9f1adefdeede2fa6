/** What needs nothing of a limit is not refused by it, however far over it a team is. */
import { expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { openLedger } from '../lambda/ledger/ledger.ts'
import { memoryStore } from './support/memory-store.ts'

const config: GatewayConfig = {
  regions: ['us-east-1'],
  models: { nova: 'amazon.nova-lite-v1:0' },
  plans: {
    tight: {
      mode: 'tight',
      limits: [
        { tokens: 100, per: 'month' },
        { usd: 0.0001, per: 'month' },
        { requests: 3, per: 'month' },
      ],
    },
  },
  teams: { demo: { plan: 'tight', models: '*' } },
}
const caller = { team: 'demo', keyId: 'k1' }
const asking = { id: 'one', caller, model: 'nova', until: Date.now() + 60_000 }

it('a remembered answer is told to a team whose tokens and money are overdrawn', async () => {
  const ledger = openLedger(config, memoryStore())
  const likely = { requests: 1, tokens: 100, microUsd: 100 }
  const held = await ledger.hold({ ...asking, amounts: likely })
  await held?.settle({ requests: 1, tokens: 150, microUsd: 150 })

  const more = { requests: 1, tokens: 1, microUsd: 1 }
  await expect(ledger.hold({ ...asking, amounts: more })).rejects.toThrow(/limit|budget/i)

  const free = { requests: 1, tokens: 0, microUsd: 0 }
  const hit = await ledger.hold({ ...asking, amounts: free })
  await hit?.settle(free)
  await (await ledger.hold({ ...asking, amounts: free }))?.settle(free)
  await expect(ledger.hold({ ...asking, amounts: free })).rejects.toThrow(/requests/)
})
