/** The CDK app: reads the configuration, checks it, and describes the gateway's stacks. */
import { relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { App } from 'aws-cdk-lib'
import { type CheckedConfig, ConfigError, checkConfig } from '../lib/gateway-config.ts'
import { idleLines, templatesIn } from '../lib/idle-price-change.ts'
import { addStacks } from '../lib/stacks.ts'

const app = new App()
const named: unknown = app.node.tryGetContext('config')
const file =
  typeof named === 'string' ? resolve(named) : fileURLToPath(import.meta.resolve('#gateway-config'))

try {
  const name = app.node.tryGetContext('stack') ?? 'Tollgate'
  addStacks(app, name, await readConfig(file), process.env.CDK_DEFAULT_ACCOUNT)
  if (process.env.CDK_CLI_VERSION !== undefined) sayIdlePrice()
} catch (error) {
  if (!(error instanceof ConfigError)) throw error
  console.error(`${relative('', file)} cannot be used:\n${error.message}`)
  process.exit(1)
}

/** Only to those who run `cdk`; on standard error, since scripts read the other. */
function sayIdlePrice(): void {
  const before = templatesIn(app.outdir)
  const { directory, manifest } = app.synth()
  /** It is asked for again once `cdk` has looked up what is missing. */
  if ((manifest.missing ?? []).length > 0) return
  const now = templatesIn(directory) ?? []
  for (const line of idleLines(now, before)) console.error(line)
}

async function readConfig(path: string): Promise<CheckedConfig> {
  const module = await import(pathToFileURL(path).href).catch(unreadable)
  return { config: checkConfig(module.default), file: path }
}

function unreadable(error: unknown): never {
  throw new ConfigError([error instanceof Error ? error.message : String(error)])
}
