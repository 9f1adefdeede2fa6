/** Builds what is measured as it is deployed: one minified file with everything inside. */
import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { bundling } from '../lib/bundling.ts'

export type Bundle = { readonly file: string; readonly bytes: number; readonly gzipBytes: number }

const root = resolve(import.meta.dirname, '..')

const entries = {
  gateway: 'lambda/handler.ts',
  sdk: 'bench/contenders/sdk.ts',
  empty: 'bench/cold/empty.ts',
  'sdk + middy': 'bench/cold/sdk-middy.ts',
  runner: 'bench/cold/runner.ts',
} as const

export type Bundles = Readonly<Record<keyof typeof entries, Bundle>>

export async function buildBundles(folder: string): Promise<Bundles> {
  const built = await Promise.all(
    Object.entries(entries).map(async ([name, entry]) => {
      const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.mjs`)
      await bundle(join(root, entry), file)
      const bytes = statSync(file).size
      return [name, { file, bytes, gzipBytes: gzipSync(readFileSync(file)).length }]
    }),
  )
  return Object.fromEntries(built)
}

const bundle = (entry: string, outfile: string) =>
  build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    ...bundling,
    alias: { '#gateway-config': join(root, 'bench/gateway-config.ts') },
    logLevel: 'warning',
  })
