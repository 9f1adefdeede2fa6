/** How keys are told of: to scripts, and to people. */
import { isoOf, timeText } from './amounts.ts'
import type { Report } from './command.ts'
import type { Issued } from './issue-key.ts'
import { type Key, stateOf } from './keys.ts'

export const keyJson = (key: Key, now: number) => ({
  id: key.id,
  team: key.team,
  name: key.name ?? null,
  state: stateOf(key, now),
  enabled: key.enabled && key.revoked === undefined,
  issued: isoOf(key.issued),
  expires: key.expires === undefined ? null : isoOf(key.expires),
  expired: key.expires !== undefined && key.expires <= now,
  successor: key.successor ?? null,
  made_by: key.madeBy,
})

/** `Key k3v9x2ab of data (batch)`. */
export const keyWords = ({ id, team, name }: Key): string =>
  `Key ${id} of ${team}${name === undefined ? '' : ` (${name})`}`

/** The text is the key alone. */
export function issuedReport({ key, value, plan }: Issued, now: number): Report {
  const end =
    key.expires === undefined ? 'It does not expire.' : `Expires ${timeText(key.expires)}.`
  const about = `${keyWords(key)}, on the plan ${plan}. ${end}`
  return {
    json: { ...keyJson(key, now), plan, key: value },
    text: value,
    aside: `${about}\nIt cannot be shown again.`,
  }
}
