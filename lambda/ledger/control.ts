/** What operators decide without a deploy: who is paused, which key has ended, whose budget is larger for a while. */

/** The one item of the table that every environment reads, every few seconds. */
export const controlKey = { pk: 'control', sk: 'now' } as const

export type Pause = {
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** A top-up of every limit in USD of a team's plan, from when it is made until it ends. */
export type Grant = {
  readonly id: string
  readonly microUsd: number
  /** Milliseconds since 1970. */
  readonly from: number
  readonly until: number
  readonly reason: string
}

/** When a key stops, or stopped: milliseconds since 1970. From then on it is no key. */
export type KeyEnd = { readonly expires?: number; readonly revoked?: number }

/**
 * Kept as top-level attributes, so that two operators never overwrite each other:
 * `team:NAME` and `model:NAME` hold a pause, `grant:TEAM:ID` a grant, `key:ID` a key's end by its
 * public id, each as JSON text. A model is paused by its id without a profile and by each of its
 * aliases, so that it does not matter by which a call names it.
 */
export type Control = {
  readonly teams: ReadonlyMap<string, Pause>
  readonly models: ReadonlyMap<string, Pause>
  readonly grants: ReadonlyMap<string, readonly Grant[]>
  readonly keys: ReadonlyMap<string, KeyEnd>
}

export const attributeOf = {
  team: (name: string) => `team:${name}`,
  model: (name: string) => `model:${name}`,
  grant: (team: string, id: string) => `grant:${team}:${id}`,
  key: (id: string) => `key:${id}`,
} as const

/** Reads the item's attributes, by name; text that is not ours is left out. */
export function readControl(item: Readonly<Record<string, unknown>>): Control {
  const teams = new Map<string, Pause>()
  const models = new Map<string, Pause>()
  const grants = new Map<string, Grant[]>()
  const keys = new Map<string, KeyEnd>()
  for (const [attribute, text] of Object.entries(item)) {
    const [, kind, name = ''] = /^([a-z]+):(.+)$/.exec(attribute) ?? []
    const value = kind === undefined ? undefined : objectOf(text)
    if (value === undefined) continue
    if (kind === 'team') teams.set(name, value as Pause)
    else if (kind === 'model') models.set(name, value as Pause)
    else if (kind === 'key') keys.set(name, value as KeyEnd)
    else if (kind === 'grant') {
      const team = name.split(':')[0] ?? ''
      grants.set(team, [...(grants.get(team) ?? []), value as Grant])
    }
  }
  return { teams, models, grants, keys }
}

function objectOf(text: unknown): object | undefined {
  try {
    const value: unknown = JSON.parse(String(text))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a key has ended by `now`. */
export const hasEnded = ({ expires, revoked }: KeyEnd, now: number): boolean =>
  revoked !== undefined || (expires !== undefined && expires <= now)
