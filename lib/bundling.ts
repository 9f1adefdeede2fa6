/** How a function is packed into one file, for CDK and for the bench, and the console’s script and style. */
import { fileURLToPath } from 'node:url'
import { type BuildOptions, buildSync } from 'esbuild'

/** All of it inside, the AWS SDK too: the runtime's own is another one from time to time. */
const options = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  logLevel: 'warning',
} as const satisfies BuildOptions

/** `alias`: what an import of a name means in the bundle, as absolute paths. */
export const pack = (
  entry: string,
  outfile: string,
  alias: Readonly<Record<string, string>> = {},
): void => void buildSync({ ...options, entryPoints: [entry], outfile, alias })

/** What imports mean in the gateway's own bundle. `config`: the operator's, as an absolute path. */
export const gatewayAlias = (config: string): Readonly<Record<string, string>> => ({
  '#gateway-config': config,
  'node:http': fileURLToPath(new URL('../lambda/net/built-in-http.ts', import.meta.url)),
})

/** Browsers of the last two years, by the yearly edition of the language they speak. */
const forBrowsers = {
  bundle: true,
  minify: true,
  write: false,
  logLevel: 'warning',
  legalComments: 'none',
} as const satisfies BuildOptions

/** As it stands in a document: esbuild escapes what would end the element. */
export const browserScript = (entry: string): string =>
  textOf(buildSync({ ...forBrowsers, entryPoints: [entry], format: 'iife', target: 'es2023' }))

export const browserStyle = (entry: string): string =>
  textOf(buildSync({ ...forBrowsers, entryPoints: [entry] }))

const textOf = ({ outputFiles: [file] }: { outputFiles: { text: string }[] }): string =>
  file?.text.trim() ?? ''
