/** What operators decide without a deploy: who is paused, and whose budget is larger for a while. */

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

/**
 * Kept as top-level attributes, so that two operators never overwrite each other:
 * `team:NAME` and `model:NAME` hold a pause, `grant:TEAM:ID` a grant, each as JSON text.
 */
export type Control = {
  readonly teams: ReadonlyMap<string, Pause>
  readonly models: ReadonlyMap<string, Pause>
  readonly grants: ReadonlyMap<string, readonly Grant[]>
}

export const attributeOf = {
  team: (name: string) => `team:${name}`,
  model: (name: string) => `model:${name}`,
  grant: (team: string, id: string) => `grant:${team}:${id}`,
} as const

/** Reads the item's attributes, by name; text that is not ours is left out. */
export function readControl(item: Readonly<Record<string, string>>): Control {
  const teams = new Map<string, Pause>()
  const models = new Map<string, Pause>()
  const grants = new Map<string, Grant[]>()
  for (const [attribute, text] of Object.entries(item)) {
    const kind = attribute.split(':')[0]
    if (kind === 'team') teams.set(attribute.slice('team:'.length), JSON.parse(text))
    else if (kind === 'model') models.set(attribute.slice('model:'.length), JSON.parse(text))
    else if (kind === 'grant') {
      const team = attribute.split(':')[1] ?? ''
      grants.set(team, [...(grants.get(team) ?? []), JSON.parse(text)])
    }
  }
  return { teams, models, grants }
}
