/** One process that synthesises for every test file that serves a gateway: it loads CDK once, and bundles what it knows once. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { App } from 'aws-cdk-lib'
import { checkConfig } from '../../lib/gateway-config.ts'
import { addStacks } from '../../lib/stacks.ts'
import { account } from '../../local/template/identity.ts'

const { context } = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../cdk.json'), 'utf8'),
) as { readonly context?: Readonly<Record<string, unknown>> }

const folders: string[] = []
const known = new Map<string, string>()

/** The same for the same text, whatever its file is called. */
async function assemblyOf(file: string): Promise<string> {
  const source = readFileSync(file, 'utf8')
  const found = known.get(source)
  if (found !== undefined) return found
  const outdir = await mkdtemp(join(tmpdir(), 'tollgate-synthesised-'))
  folders.push(outdir)
  const module = (await import(pathToFileURL(file).href)) as { readonly default: unknown }
  const app = new App({ analyticsReporting: false, outdir, ...(context && { context }) })
  addStacks(app, 'Tollgate', { config: checkConfig(module.default), file }, account)
  app.synth()
  known.set(source, outdir)
  return outdir
}

/** One after the other: CDK does all of it in one go. */
const server = createServer(async (request, response) => {
  try {
    response.end(await assemblyOf(await text(request)))
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error))
  }
})

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.(`http://127.0.0.1:${port}`)
})

/** Whoever started it is gone. */
process.once('disconnect', async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
  process.exit()
})
