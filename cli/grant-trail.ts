/** Who granted what, when and why: kept in the ledger's table, for good. */
import type { Grant } from '../lambda/ledger/control.ts'
import type { Key, Store } from '../lambda/ledger/store.ts'
import { isoOf } from './amounts.ts'

export type Trail = Grant & {
  readonly team: string
  /** Name of the user, and the AWS profile where there is one. */
  readonly by: string
}

const prefix = 'grant#'

export const trailKey = ({ team, from, id }: Pick<Trail, 'team' | 'from' | 'id'>): Key => ({
  pk: `team#${team}`,
  sk: `${prefix}${isoOf(from)}#${id}`,
})

/** The oldest first. */
export async function readTrail(store: Store, team: string): Promise<readonly Trail[]> {
  const items = await store.list(`team#${team}`, prefix)
  return items.map(({ id, microUsd, from, until, reason, by }) => ({
    team,
    id: String(id),
    microUsd: Number(microUsd),
    from: Number(from),
    until: Number(until),
    reason: String(reason),
    by: String(by),
  }))
}
