/** The configuration's guardrails as they are simulated here: each blocks one word, and one of answers. */
import type { Guardrails } from '../simulator/guardrails.ts'
import { textOf, type Values, valuesOf } from '../template/values.ts'

export type RegionalGuardrails = Readonly<Record<string, Guardrails>>

/** A prompt with the one is blocked, and an answer with the other. */
export const blockedHere = { input: ['guardrail-test-block'], output: ['guardrail-test-leak'] }

/** What is wrong with them is told when the app is synthesised. */
export function guardrailsHere(config: Values, regions: readonly string[]): RegionalGuardrails {
  const holders = [config, ...children(config.teams), ...children(config.models)]
  const found = holders.map(({ guardrail }) => valuesOf(guardrail))
  return Object.fromEntries(regions.map((region) => [region, inRegion(found, region)]))
}

const children = (value: unknown): readonly Values[] => Object.values(valuesOf(value)).map(valuesOf)

function inRegion(found: readonly Values[], region: string): Guardrails {
  const here: Record<string, { blocks: typeof blockedHere; versions: string[] }> = {}
  for (const { id, version } of found) {
    const there = textOf(id) ?? textOf(valuesOf(id)[region])
    if (there === undefined) continue
    const name = there.split('/').at(-1) ?? there
    here[name] ??= { blocks: blockedHere, versions: [] }
    here[name].versions.push(String(version))
  }
  return here
}
