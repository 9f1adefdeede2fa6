/** Gives a team a past, by the ledger and the history themselves: for pictures of what weeks of use look like. */
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { openHistory } from '../../lambda/history/history.ts'
import { openLedger } from '../../lambda/ledger/ledger.ts'
import type { Store } from '../../lambda/ledger/store.ts'

const hourMs = 3_600_000

/** Numbers between 0 and 1, the same in every run. */
function dice(): () => number {
  let state = 20_261_121
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

const models = [
  { asked: 'nova', model: 'amazon.nova-lite-v1:0', microUsd: 3000 },
  { asked: 'claude', model: 'anthropic.claude-haiku-4-5-20251001-v1:0', microUsd: 21_000 },
  { asked: 'llama', model: 'meta.llama3-3-70b-instruct-v1:0', microUsd: 9000 },
] as const

/** So many requests of an hour of the day: few at night. */
const busy = (hour: number, roll: number): number =>
  Math.round((hour > 7 && hour < 19 ? 6 : 1) * (0.4 + roll))

export async function givePast(
  store: Store,
  config: GatewayConfig,
  team: string,
  days: number,
): Promise<void> {
  const roll = dice()
  const until = Date.now()
  let at = until
  const ledger = openLedger(config, store, { now: () => at })
  const history = openHistory(store, { now: () => at })
  /** The last day by the hour, and those before by three hours. */
  const begins = Math.floor(until / hourMs) * hourMs
  for (let back = days * 24; back >= 0; back -= back > 24 ? 3 : 1) {
    const begin = begins - back * hourMs
    const many = busy(new Date(begin).getUTCHours(), roll())
    for (let index = 0; index < many; index += 1) {
      at = Math.min(until, begin + Math.floor(((index + roll()) / many) * hourMs))
      await ask(`${at}-${index}`)
    }
  }
  at = until
  await ledger.quiet()

  async function ask(id: string): Promise<void> {
    const { asked, model, microUsd: usual } = models[Math.floor(roll() ** 2 * 3)] ?? models[0]
    const cached = roll() < 0.12
    const failed = !cached && roll() < 0.03
    const tokens = failed ? 0 : Math.round(800 + roll() * 5000)
    const microUsd = cached || failed ? 0 : Math.round(usual * (0.4 + roll()))
    const amounts = { requests: 1, tokens: cached ? 0 : tokens, microUsd }
    const caller = { team, keyId: '0a1b2c3d' }
    const held = await ledger.hold({ id, caller, model: asked, amounts, until: at + hourMs })
    await held?.settle(amounts)
    const durationMs = cached ? 14 : Math.round(500 + roll() * 2600)
    await history.add(team, asked, {
      ...{ id, at, route: 'POST /v1/messages', keyId: caller.keyId, asked, model, durationMs },
      ...(failed
        ? { status: 503, outcome: 'upstream_unavailable' }
        : { status: 200, outcome: 'ok' }),
      stream: roll() < 0.6,
      tokens: amounts.tokens,
      inputTokens: Math.round(tokens * 0.8),
      outputTokens: Math.round(tokens * 0.2),
      costMicroUsd: microUsd,
      cache: cached ? 'hit' : 'miss',
      ...(!cached && { attempts: failed ? 'us-east-1:503' : 'us-east-1:ok' }),
    })
  }
}
