/** Runs the CDK app, as `cdk synth` does, and says where the assembly is. */

import { spawn } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { account } from '../template/identity.ts'
import { NotServed } from '../template/values.ts'

export const projectFolder = join(import.meta.dirname, '..', '..')

/** What the CDK's command line sets for every app. */
const commandLineContext = {
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:enable-path-metadata': true,
}

export async function synthesise(
  outputFolder: string,
  configFile?: string,
  signal?: AbortSignal,
): Promise<string> {
  await rm(outputFolder, { recursive: true, force: true })
  await mkdir(outputFolder, { recursive: true })
  const settings: unknown = JSON.parse(await readFile(join(projectFolder, 'cdk.json'), 'utf8'))
  const context = {
    ...commandLineContext,
    ...(settings as { readonly context?: object }).context,
    ...(configFile !== undefined && { config: configFile }),
  }
  const app = spawn(process.execPath, [join(projectFolder, 'bin', 'tollgate.ts')], {
    cwd: projectFolder,
    env: {
      ...process.env,
      CDK_DEFAULT_ACCOUNT: process.env.CDK_DEFAULT_ACCOUNT ?? account,
      CDK_OUTDIR: outputFolder,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      /** CDK checks a template for CloudFormation, for as long as all the rest takes; `cdk` still does. */
      CDK_VALIDATION: 'false',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  let output = ''
  const gather = (text: Buffer) => {
    output += text
  }
  app.stdout.on('data', gather)
  app.stderr.on('data', gather)
  const status = await new Promise<number | null>((resolve, reject) => {
    app.once('error', reject)
    app.once('close', resolve)
  })
  if (status !== 0) throw new NotServed(`The app cannot be synthesised.\n${output.trimEnd()}`)
  return outputFolder
}
