/** The keys of a gateway: those its deployment made, and those that were issued by command. */
import type { KeyEnd } from '../lambda/ledger/control.ts'
import { keyIdOf } from '../lib/key-id.ts'
import { controlOf } from './control-item.ts'
import type { Deployment } from './deployment.ts'
import type { GatewayKey } from './key-service.ts'
import { Failure } from './problems.ts'

export type Key = {
  readonly apiKeyId: string
  /** The public id: a part of the key, and in every log line. */
  readonly id: string
  readonly team: string
  readonly name: string | undefined
  /** In API Gateway. */
  readonly enabled: boolean
  /** Milliseconds since 1970, as all times here. */
  readonly issued: number
  readonly expires: number | undefined
  readonly revoked: number | undefined
  /** Public id of the key that was issued in its place. */
  readonly successor: string | undefined
  readonly madeBy: 'command' | 'deployment'
}

export const tagOf = {
  stack: 'tollgate:stack',
  team: 'tollgate:team',
  id: 'tollgate:key-id',
  name: 'tollgate:name',
  issued: 'tollgate:issued-at',
  expires: 'tollgate:expires',
  successor: 'tollgate:successor',
} as const

export type KeyState = 'works' | 'expired' | 'revoked' | 'disabled'

export function stateOf({ enabled, expires, revoked }: Key, now: number): KeyState {
  if (revoked !== undefined) return 'revoked'
  if (expires !== undefined && expires <= now) return 'expired'
  return enabled ? 'works' : 'disabled'
}

/** All that belong to the stack, by team, the oldest first. */
export async function keysOf({ stack, keys, store }: Deployment): Promise<readonly Key[]> {
  const [found, control] = await Promise.all([keys.keys(), controlOf(store)])
  return found
    .flatMap((key) => readKey(key, stack, control.keys))
    .toSorted((one, other) =>
      one.team === other.team ? one.issued - other.issued : one.team < other.team ? -1 : 1,
    )
}

function readKey(
  key: GatewayKey,
  stack: string,
  ends: ReadonlyMap<string, KeyEnd>,
): readonly Key[] {
  const { apiKeyId, enabled, created, tags } = key
  const issued = tags[tagOf.stack] === stack ? tags[tagOf.id] : undefined
  /** What follows the stack's name is a team, or the name begins with another stack's. */
  const ownTeam = key.name.slice(stack.length + 1)
  const deployed = /^[a-z0-9]+$/.test(ownTeam) ? keyIdOf(ownTeam) : undefined
  const id = issued ?? deployed
  if (id === undefined) return []
  const since = timeOf(tags[tagOf.issued]) ?? created
  const end = endAfter(since, ends.get(id))
  return [
    {
      apiKeyId,
      id,
      team: issued === undefined ? ownTeam : (tags[tagOf.team] ?? ''),
      name: tags[tagOf.name],
      enabled,
      issued: since,
      expires: end?.expires ?? timeOf(tags[tagOf.expires]),
      revoked: end?.revoked,
      successor: tags[tagOf.successor],
      madeBy: issued === undefined ? 'deployment' : 'command',
    },
  ]
}

/** A deployment gives its team's next key the same id; what ended before it was made was another. */
const endAfter = (issued: number, end: KeyEnd | undefined): KeyEnd | undefined =>
  end === undefined || (end.revoked ?? end.expires ?? issued) < issued ? undefined : end

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** The one with this public id. */
export function requireKey(keys: readonly Key[], id: string): Key {
  const key = keys.find((each) => each.id === id)
  if (key !== undefined) return key
  const shown = /^[a-z0-9]{1,16}$/.test(id) ? ` '${id}'` : ''
  throw new Failure(
    `There is no key with the id${shown}. \`tollgate keys list\` has the ids: 8 letters and digits.`,
  )
}
