/** Builds what is measured as it is deployed: one minified file with everything inside. */
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { gatewayAlias, pack } from '../lib/bundling.ts'

export type Bundle = { readonly file: string; readonly bytes: number; readonly gzipBytes: number }

const root = resolve(import.meta.dirname, '..')

const entries = {
  gateway: 'lambda/handler.ts',
  /** With a configuration of its own. */
  organisation: 'lambda/handler.ts',
  /** With a cache. */
  remembering: 'lambda/handler.ts',
  sdk: 'bench/contenders/sdk.ts',
  empty: 'bench/cold/empty.ts',
  'sdk + middy': 'bench/cold/sdk-middy.ts',
  runner: 'bench/cold/runner.ts',
} as const

/** Of those that have one of their own. */
const configs: Readonly<Record<string, string>> = {
  organisation: 'gateway-config-organisation',
  remembering: 'gateway-config-remembering',
}

const isGateway = (entry: string): boolean => entry === entries.gateway
const configFile = (name: string): string => join(root, `bench/${name}.ts`)

export type Bundles = Readonly<Record<keyof typeof entries, Bundle>>

export function buildBundles(folder: string): Bundles {
  const built = Object.entries(entries).map(([name, entry]) => {
    const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.mjs`)
    const config = configs[name] ?? 'gateway-config'
    pack(join(root, entry), file, isGateway(entry) ? gatewayAlias(configFile(config)) : {})
    const bytes = statSync(file).size
    return [name, { file, bytes, gzipBytes: gzipSync(readFileSync(file)).length }]
  })
  return Object.fromEntries(built)
}
