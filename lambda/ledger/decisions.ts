/** Refusals, remembered for a day, each readable by its own team alone. */
import type { Decision, Ledger } from '../core/ledger.ts'
import type { Store } from './store.ts'
import { orUnavailable } from './unavailable.ts'

const daySeconds = 24 * 3600
const care = { tries: 1, timeoutMs: 300 }

export function decisionsIn(
  store: Store,
  now: () => number,
): Pick<Ledger, 'remember' | 'decision'> {
  const keyOf = (team: string, id: string) => ({ pk: `team#${team}`, sk: `decision#${id}` })
  const seconds = () => Math.floor(now() / 1000)
  return {
    async remember(decision) {
      const { team, id } = decision
      const item = { text: JSON.stringify(decision), ttl: seconds() + daySeconds }
      try {
        await store.put({ ...keyOf(team, id), ...item }, care)
        return true
      } catch {
        return false
      }
    },
    async decision(team, id) {
      const item = await orUnavailable(store.read(keyOf(team, id)))
      if (item === undefined || Number(item.ttl) <= seconds()) return undefined
      return JSON.parse(String(item.text)) as Decision
    },
  }
}
