/** Reads what `cdk synth` wrote: the stack to serve, its templates, and the files they name. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { idleTypes } from './idle.ts'
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
  const { name: stackName, artifact, template } = await servedOf(folder, stacks)
  const region = textOf(artifact.environment)?.split('/').at(-1)
  return {
    folder,
    stackName,
    template,
    region: region === undefined || region === 'unknown-region' ? undefined : region,
    assets: await readAssets(folder, artifacts),
  }
}

type Stack = { readonly name: string; readonly artifact: Values; readonly template: Template }

/** The stack with the API. Beside it there may be networks of other regions, which do nothing here. */
async function servedOf(
  folder: string,
  stacks: readonly (readonly [string, Values])[],
): Promise<Stack> {
  const read = stacks.map(async ([name, artifact]): Promise<Stack> => {
    const { templateFile } = valuesOf(artifact.properties)
    return { name, artifact, template: await readTemplate(join(folder, String(templateFile))) }
  })
  const all = await Promise.all(read)
  const [stack, ...others] = all.length === 1 ? all : all.filter(hasApi)
  if (stack === undefined || others.length > 0) {
    const found = all.map(({ name }) => name).join(', ') || 'none'
    throw new NotServed(`${folder} must have one stack with a REST API, it has: ${found}.`)
  }
  for (const { name, template } of all.filter((each) => each !== stack)) {
    for (const [id, { Type }] of Object.entries(template.Resources)) {
      if (Object.hasOwn(idleTypes, Type)) continue
      const served = `the local gateway serves the stack ${stack.name} alone`
      throw new NotServed(`${name}/${id} (${Type}): ${served}, and knows no use of this beside it.`)
    }
  }
  return stack
}

const hasApi = ({ template }: Stack): boolean =>
  Object.values(template.Resources).some(({ Type }) => Type === 'AWS::ApiGateway::RestApi')

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
