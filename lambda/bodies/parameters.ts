/** Writes sampling parameters in a family's own words; one it has no word for is told, and left out. */
import type { Notice } from '../core/contracts.ts'
import type { Json, JsonObject } from '../core/conversation.ts'
import type { Model } from '../core/model.ts'
import type { Sampling } from '../core/request.ts'

/** A family's name for each parameter; absent: its body has no place for it. */
export type ParameterNames = { readonly [Parameter in keyof Sampling]?: string }

/** As callers know them. */
const known = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  stop: 'stop',
} as const satisfies Record<keyof Sampling, string>

const parameters = Object.keys(known) as (keyof Sampling)[]

export function sampled(
  sampling: Sampling,
  names: ParameterNames,
  model: Model,
  notice: Notice,
): JsonObject {
  const fields: Record<string, Json> = {}
  for (const parameter of parameters) {
    const value = sampling[parameter]
    const name = names[parameter]
    if (value === undefined) continue
    if (name !== undefined) fields[name] = value
    else notice(`${known[parameter]}: left out; ${model.name} does not take it`)
  }
  return fields
}
