/** Reads what `cdk synth` wrote: the stack to serve, its templates, and the files they name. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isValues, NotServed, textOf, type Values, valuesOf } from './values.ts'

export type Resource = {
  readonly Type: string
  readonly Properties?: Values
  readonly DependsOn?: string | readonly string[]
  readonly Condition?: string
  readonly Metadata?: Values
}

export type Template = {
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Parameters: Readonly<Record<string, { readonly Default?: unknown }>>
  readonly Conditions: Values
  readonly Mappings: Values
  readonly Outputs: Readonly<
    Record<string, { readonly Value?: unknown; readonly Condition?: string }>
  >
}

export type Assembly = {
  readonly folder: string
  readonly stackName: string
  readonly template: Template
  /** Of the stack, where the app says it; else the gateway's home region holds. */
  readonly region: string | undefined
  /** File or folder of an asset, by the key under which a deployment would upload it. */
  readonly assets: ReadonlyMap<string, string>
}

/** Parts of a template that mean nothing once it is served. */
const idleParts = ['AWSTemplateFormatVersion', 'Description', 'Metadata', 'Rules']
const servedParts = ['Resources', 'Parameters', 'Conditions', 'Mappings', 'Outputs']

const manifestFile = 'manifest.json'

export async function readAssembly(folder: string): Promise<Assembly> {
  const manifest = await readJson(join(folder, manifestFile))
  const artifacts = Object.entries(valuesOf(manifest.artifacts)).map(
    ([name, artifact]) => [name, valuesOf(artifact)] as const,
  )
  const stacks = artifacts.filter(([, { type }]) => type === 'aws:cloudformation:stack')
  const [stack, ...others] = stacks
  if (stack === undefined || others.length > 0) {
    const found = stacks.map(([name]) => name).join(', ') || 'none'
    throw new NotServed(`${folder} must have one stack, it has: ${found}.`)
  }
  const [stackName, artifact] = stack
  const properties = valuesOf(artifact.properties)
  const region = textOf(artifact.environment)?.split('/').at(-1)
  return {
    folder,
    stackName,
    template: await readTemplate(join(folder, String(properties.templateFile))),
    region: region === undefined || region === 'unknown-region' ? undefined : region,
    assets: await readAssets(folder, artifacts),
  }
}

export async function readTemplate(file: string): Promise<Template> {
  const template = await readJson(file)
  const known = [...servedParts, ...idleParts]
  const unknown = Object.keys(template).find((part) => !known.includes(part))
  if (unknown !== undefined) {
    throw new NotServed(
      `${file} has the part ${unknown}, which the local gateway does not know; it knows ${known.join(', ')}.`,
    )
  }
  return {
    Resources: {},
    Parameters: {},
    Conditions: {},
    Mappings: {},
    Outputs: {},
    ...template,
  }
}

async function readAssets(
  folder: string,
  artifacts: readonly (readonly [string, Values])[],
): Promise<ReadonlyMap<string, string>> {
  const assets = new Map<string, string>()
  for (const [, { type, properties }] of artifacts) {
    if (type !== 'cdk:asset-manifest') continue
    const manifest = await readJson(join(folder, String(valuesOf(properties).file)))
    for (const file of Object.values(valuesOf(manifest.files)).map(valuesOf)) {
      const path = resolve(folder, String(valuesOf(file.source).path))
      for (const destination of Object.values(valuesOf(file.destinations))) {
        assets.set(String(valuesOf(destination).objectKey), path)
      }
    }
  }
  return assets
}

async function readJson(file: string): Promise<Values> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new NotServed(`${file} cannot be read; is its folder a synthesised app?`, { cause })
  })
  const value: unknown = JSON.parse(text)
  if (!isValues(value)) throw new NotServed(`${file} is not a JSON object.`)
  return value
}
