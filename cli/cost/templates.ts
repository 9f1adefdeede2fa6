/** The templates `cdk deploy` would send, made here without the functions' code. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CheckedConfig } from '../../lib/gateway-config.ts'
import type { IdleTemplate } from '../../lib/idle-price.ts'
import { account } from '../../local/template/identity.ts'

const root = resolve(import.meta.dirname, '../..')

/** As the `cdk` command gives it to the app; what it has looked up lies beside it. */
function contextOf(file: string): object {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8'))
  } catch {
    return {}
  }
}

export async function synthesisedTemplates(
  checked: CheckedConfig,
  stack: string,
): Promise<readonly IdleTemplate[]> {
  const { App } = await import('aws-cdk-lib')
  const { addStacks } = await import('../../lib/stacks.ts')
  const { templatesIn } = await import('../../lib/idle-price-change.ts')
  const outdir = mkdtempSync(join(tmpdir(), 'tollgate-cost-'))
  try {
    /** It takes as long as all the rest, and `cdk synth` does it. */
    process.env.CDK_VALIDATION ??= 'false'
    const { context = {} } = contextOf('cdk.json') as { readonly context?: object }
    const app = new App({
      outdir,
      analyticsReporting: false,
      context: { ...context, ...contextOf('cdk.context.json'), 'aws:cdk:bundling-stacks': [] },
    })
    addStacks(app, stack, checked, process.env.CDK_DEFAULT_ACCOUNT ?? account)
    app.synth()
    return templatesIn(outdir) ?? []
  } finally {
    rmSync(outdir, { recursive: true, force: true })
  }
}
