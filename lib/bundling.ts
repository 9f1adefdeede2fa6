/** How a function is packed into one file: for CDK, and for the bench that measures the same file. */
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
