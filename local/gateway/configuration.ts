/** Reads from the gateway's configuration what the local gateway has to know before it is served. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isValues, listOf, NotServed, textOf, valuesOf, WrongUse } from '../template/values.ts'
import { guardrailsHere, type RegionalGuardrails } from './guardrails.ts'
import { type NamedSecret, namedSecrets } from './own-secrets.ts'
import { projectFolder } from './synthesise.ts'

const shipped = join(projectFolder, 'tollgate.config.ts')

export type Configuration = {
  /** Home first. */
  readonly regions: readonly [string, ...string[]]
  /** An alias the team may use. */
  readonly modelOf: (team: string) => string | undefined
  /** The operator's own, which no template makes. */
  readonly secrets: readonly NamedSecret[]
  /** Whether targets may go out through Cloudflare. */
  readonly cloudflare: boolean
  /** Those of the configuration, as they are simulated. */
  readonly guardrails: RegionalGuardrails
}

/** All else in it is checked when the app is synthesised. */
export async function readConfiguration(file = shipped): Promise<Configuration> {
  const path = resolve(file)
  if (!existsSync(path)) throw new WrongUse(`The configuration ${path} does not exist.`)
  const module: { readonly default?: unknown } = await import(
    /* @vite-ignore */ pathToFileURL(path).href
  ).catch((cause: unknown) => {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new NotServed(`The configuration ${path} cannot be read: ${message}`, { cause })
  })
  const all = valuesOf(module.default)
  const { regions, models, teams, providers, cloudflare } = all
  const [home, ...others] = listOf(regions)
    .map((region) => (isValues(region) ? textOf(region.region) : textOf(region)))
    .filter((region) => region !== undefined)
  if (home === undefined) throw new NotServed(`The configuration ${path} names no regions.`)
  const aliases = Object.keys(valuesOf(models))
  return {
    regions: [home, ...others],
    cloudflare: cloudflare !== undefined,
    guardrails: guardrailsHere(all, [home, ...others]),
    secrets: namedSecrets(valuesOf(providers), valuesOf(cloudflare)),
    modelOf(team) {
      const allowed = valuesOf(valuesOf(teams)[team]).models
      const usable = allowed === '*' ? aliases : listOf(allowed).map(String)
      return usable.find((alias) => alias === 'llama') ?? usable[0]
    },
  }
}
