/** The keys of teams, as their secrets have them: each read when first needed, and again from time to time. */
import type { Caller } from '../core/contracts.ts'
import { readKey } from '../core/key.ts'
import { TokenRefused } from '../core/sign-in.ts'

export type TeamKey = { readonly key: string; readonly caller: Caller }

/** Rejects where the key cannot be read, and never was. */
export type KeyOf = (team: string) => Promise<TeamKey>

export type TeamKeysParts = {
  /** The text of a team's secret. */
  readonly read: (team: string) => Promise<string>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly warn: (text: string) => void
}

const minute = 60_000

/** A key that was changed is told to nobody, so it is read again. */
const freshMs = 15 * minute

/** Until the next try, where one that is known could not be read again. */
const pauseMs = minute

export function openTeamKeys({ read, now, warn }: TeamKeysParts): KeyOf {
  const known = new Map<string, { readonly found: TeamKey; readonly until: number }>()

  async function fromSecret(team: string): Promise<TeamKey | undefined> {
    try {
      const key = await read(team)
      const caller = readKey(key)
      if (caller?.team !== team) throw new Error('it is no key of this team.')
      return { key, caller }
    } catch (error) {
      warn(`The secret of the team ${team} could not be read: ${(error as Error).message}`)
      return undefined
    }
  }

  return async function keyOf(team) {
    const last = known.get(team)
    if (last !== undefined && now() < last.until) return last.found
    const read = await fromSecret(team)
    const found = read ?? last?.found
    if (found === undefined) throw new TokenRefused('unavailable')
    known.set(team, { found, until: now() + (read === undefined ? pauseMs : freshMs) })
    return found
  }
}
