/** The synthesised app, as CloudFormation would get it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import { addStacks } from '../../lib/stacks.ts'

export type Resource = {
  readonly Type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of AWS's making
  readonly Properties: any
  readonly DeletionPolicy?: string
  readonly DependsOn?: readonly string[]
}
export type Template = {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>
}
export type Synthesised = {
  readonly directory: string
  readonly root: Template
  readonly nested: readonly Template[]
  /** Every stack that is no nested one, by its name. */
  readonly stacks: ReadonlyMap<string, Template>
}

export type StackOptions = {
  /** As `cdk synth` does it; without, the functions have no code. */
  readonly bundled?: boolean
  /** The gateway's own account, as where there are AWS credentials. */
  readonly account?: string
  /** What CDK has looked up before. */
  readonly context?: Readonly<Record<string, unknown>>
}

const project = resolve(import.meta.dirname, '../..')
const { context } = JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8'))

export function appOf(
  config: GatewayConfig,
  { bundled = false, account, context: looked }: StackOptions = {},
): App {
  const app = new App({
    analyticsReporting: false,
    context: { ...context, ...looked, ...(!bundled && { 'aws:cdk:bundling-stacks': [] }) },
  })
  addStacks(app, 'Tollgate', { config, file: join(project, 'tollgate.config.ts') }, account)
  return app
}

const known = new Map<string, Synthesised>()

/** The same for the same: it takes half a second, and test files share what they find. */
export function synthesise(config: GatewayConfig, options: StackOptions = {}): Synthesised {
  const asked = JSON.stringify([config, options])
  const found = known.get(asked) ?? synthesised(config, options)
  known.set(asked, found)
  return found
}

function synthesised(config: GatewayConfig, options: StackOptions): Synthesised {
  const { directory } = appOf(config, options).synth()
  const read = (name: string): Template => JSON.parse(readFileSync(join(directory, name), 'utf8'))
  const files = readdirSync(directory).filter((name) => name.endsWith('.template.json'))
  const isNested = (name: string) => name.endsWith('.nested.template.json')
  const stacks = new Map(
    files
      .filter((name) => !isNested(name))
      .map((name) => [name.replace('.template.json', ''), read(name)]),
  )
  const root = stacks.get('Tollgate')
  if (root === undefined) throw new Error('The gateway has no stack.')
  return { directory, root, nested: files.filter(isNested).map(read), stacks }
}

/** Synthesises under the rules of cdk-nag; throws where one is broken. */
export function synthesiseChecked(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  app.synth()
}

export function resourcesOf({ Resources }: Template, type: string): readonly Resource[] {
  return Object.values(Resources).filter(({ Type }) => Type === type)
}

export const only = <T>(items: readonly T[]): T => {
  const [item] = items
  if (item === undefined || items.length > 1) throw new Error(`There are ${items.length} of it.`)
  return item
}

/** Puts in what CloudFormation would: an account, a region, an attribute's likely longest value. */
export function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved)
  if (typeof value !== 'object' || value === null) return value
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value)
  if (others.length > 0) return mapped(value)
  if (name === 'Ref') return pseudo[String(argument)] ?? String(argument)
  if (name === 'Fn::GetAtt') return `arn:aws:of:us-east-1:123456789012:${argument}${'x'.repeat(80)}`
  if (name !== 'Fn::Join') return mapped(value)
  const [separator, parts] = argument as [string, unknown[]]
  return parts.map(resolved).join(separator)
}

const mapped = (value: object) =>
  Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each)]))

const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': '123456789012',
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'us-gov-west-1',
  'AWS::URLSuffix': 'amazonaws.com',
}
