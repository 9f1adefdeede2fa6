/** The template that `cdk deploy` would send now: the app run as `cdk` runs it, its words kept to itself. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Failure } from '../problems.ts'

const root = resolve(import.meta.dirname, '../..')

/** What the `cdk` command sets for every app; it stands in the templates. */
const commandLineContext = {
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:enable-path-metadata': true,
}

/** Bundling takes two or three. */
const patienceMs = 60_000

export type Wanted = {
  readonly configFile: string
  readonly stack: string
  readonly account: string
  readonly region: string
}

export async function wantedTemplate({
  configFile,
  stack,
  account,
  region,
}: Wanted): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-doctor-'))
  const { context } = read(join(root, 'cdk.json')) as { readonly context?: object }
  const looked = read(join(root, 'cdk.context.json'))
  const all = { ...commandLineContext, ...context, ...looked, config: configFile, stack }
  try {
    const app = spawn(process.execPath, [join(root, 'bin', 'tollgate.ts')], {
      cwd: root,
      env: {
        ...process.env,
        CDK_DEFAULT_ACCOUNT: account,
        CDK_DEFAULT_REGION: region,
        CDK_OUTDIR: folder,
        CDK_CONTEXT_JSON: JSON.stringify(all),
        CDK_VALIDATION: 'false',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      signal: AbortSignal.timeout(patienceMs),
    })
    let said = ''
    app.stderr.on('data', (text: Buffer) => {
      said += text
    })
    const [status] = await once(app, 'close')
    if (status !== 0) throw new Failure(`The app cannot be synthesised.\n${said.trimEnd()}`)
    return read(join(folder, `${stack}.template.json`))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function read(file: string): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
