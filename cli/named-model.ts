/** Finds the model that is meant by a name an operator uses. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import { anyModelById } from '../lambda/models/index.ts'
import { withoutProfile } from '../lambda/models/profiles.ts'
import { modelsOf } from '../lambda/targets.ts'

export type NamedModel = { readonly id: string; readonly aliases: readonly string[] }

/** By alias, or by id with or without a profile. */
export function modelNamed(config: GatewayConfig, name: string): NamedModel | undefined {
  const all = Object.entries(config.models).flatMap(([alias, row]) => {
    const [model] = modelsOf(row, config)
    return model === undefined ? [] : [{ alias, id: model.id }]
  })
  const open = Object.values(config.teams).some(({ models }) => models === '*')
  const plain = withoutProfile(name).id
  const id =
    all.find(({ alias }) => alias === name)?.id ??
    all.find((each) => each.id === name || each.id === plain)?.id ??
    (open ? anyModelById.get(plain)?.id : undefined)
  if (id === undefined) return undefined
  return { id, aliases: all.filter((each) => each.id === id).map(({ alias }) => alias) }
}
