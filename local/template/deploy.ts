/** Walks a template as CloudFormation does: each resource after those it speaks of, its values known. */
import { basename, resolve as resolvePath } from 'node:path'
import { type Assembly, type Resource, readTemplate, type Template } from './assembly.ts'
import { checkProperties, checkType } from './check.ts'
import { account, type Identity, identify } from './identity.ts'
import { namesIn, noValue, resolve, type Scope } from './intrinsics.ts'
import { isCustom } from './known.ts'
import { NotServed, textOf, type Values, valuesOf } from './values.ts'

export type Deployed = {
  readonly id: string
  readonly type: string
  /** Stack and logical id: `Tollgate/Teams/ApiKey`. */
  readonly path: string
  readonly properties: Values
  readonly attribute: (name: string) => unknown
  /** File or folder of the asset, where the resource has one. */
  readonly asset: string | undefined
}

/** A resource before it has an id. */
export type Planned = Omit<Deployed, 'id' | 'attribute'>

export type CustomResult = { readonly id: string; readonly data: Values }

/** What a deployment asks for on its way. */
export type Deployer = {
  /** Told of each resource as soon as its values are known. */
  readonly deployed: (resource: Deployed) => void
  readonly custom: (resource: Planned, stackId: string) => Promise<CustomResult>
}

type Place = {
  readonly assembly: Assembly
  readonly region: string
  readonly deployer: Deployer
  readonly path: string
}

/** Resolves with the stack's outputs. */
export function deploy(assembly: Assembly, region: string, deployer: Deployer): Promise<Values> {
  const place = { assembly, region, deployer, path: assembly.stackName }
  return deployStack(assembly.template, {}, place)
}

async function deployStack(
  template: Template,
  parameters: Values,
  { assembly, region, deployer, path }: Place,
): Promise<Values> {
  const stackId = `arn:aws:cloudformation:${region}:${account}:stack/${path.replaceAll('/', '-')}/1`
  const pseudo: Values = {
    'AWS::AccountId': account,
    'AWS::NoValue': noValue,
    'AWS::NotificationARNs': [],
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::StackId': stackId,
    'AWS::StackName': path.replaceAll('/', '-'),
    'AWS::URLSuffix': 'amazonaws.com',
  }
  const identities = new Map<string, Identity>()
  const scope: Scope = {
    mappings: template.Mappings,
    ref(name) {
      if (Object.hasOwn(pseudo, name)) return pseudo[name]
      const declared = template.Parameters[name]
      if (declared !== undefined) return parameterOf(name, declared.Default)
      return identityOf(name).id
    },
    attribute(name, attribute) {
      const value = identityOf(name).attribute(attribute)
      if (value !== undefined) return value
      const type = template.Resources[name]?.Type
      throw new NotServed(`${path}/${name} (${type}): no attribute ${attribute} is known of it.`)
    },
    condition(name) {
      if (!Object.hasOwn(template.Conditions, name)) {
        throw new NotServed(`${path}: there is no condition ${name}.`)
      }
      return resolve(template.Conditions[name], scope) === true
    },
  }

  function parameterOf(name: string, byDefault: unknown): unknown {
    const value = parameters[name] ?? byDefault
    if (value === undefined) throw new NotServed(`${path}: the parameter ${name} has no value.`)
    return value
  }

  function identityOf(name: string): Identity {
    const identity = identities.get(name)
    if (identity === undefined) throw new NotServed(`${path}: there is no ${name} to speak of.`)
    return identity
  }

  const order = inOrder(template, path)
  for (const [name, resource] of order) {
    if (resource.Condition !== undefined && !scope.condition(resource.Condition)) continue
    identities.set(name, await deployResource(name, resource))
  }
  return outputsOf(template, scope, path)

  async function deployResource(name: string, resource: Resource): Promise<Identity> {
    const here = `${path}/${name}`
    const type = resource.Type
    const place = `${here} (${type})`
    checkType(type, place)
    const properties = valuesOf(located(place, () => resolve(resource.Properties ?? {}, scope)))
    checkProperties(type, properties, place)
    const asset = assetOf(resource, properties, assembly)
    const deployed = { type, path: here, properties, asset }
    if (type === 'AWS::CloudFormation::Stack') return deployNested(deployed)
    if (isCustom(type)) {
      const { id, data } = await deployer.custom(deployed, stackId)
      return { id, attribute: (attribute) => data[attribute] }
    }
    const identity = identify(type, properties, { path: here, region })
    deployer.deployed({ ...deployed, ...identity })
    return identity
  }

  async function deployNested({ path: nested, asset, properties }: Planned) {
    if (asset === undefined) throw new NotServed(`${nested}: its template is not in the assembly.`)
    const given = valuesOf(properties.Parameters)
    const place = { assembly, region, deployer, path: nested }
    const outputs = await deployStack(await readTemplate(asset), given, place)
    return {
      id: `arn:aws:cloudformation:${region}:${account}:stack/${nested.replaceAll('/', '-')}/1`,
      attribute: (name: string) => outputs[name.replace(/^Outputs\./, '')],
    }
  }
}

function outputsOf({ Outputs }: Template, scope: Scope, path: string): Values {
  const there = Object.entries(Outputs).filter(
    ([, { Condition }]) => Condition === undefined || scope.condition(Condition),
  )
  const valued = there.map(([name, { Value }]) => {
    return [name, located(`${path}, output ${name}`, () => resolve(Value, scope))] as const
  })
  return Object.fromEntries(valued)
}

/** Files are found as the deployment would upload them, or by the path the CDK notes beside. */
function assetOf(resource: Resource, properties: Values, assembly: Assembly): string | undefined {
  const code = textOf(valuesOf(properties.Code).S3Key)
  const template = textOf(properties.TemplateURL)
  const key = code ?? (template === undefined ? undefined : basename(template))
  if (key === undefined) return undefined
  const noted = textOf(resource.Metadata?.['aws:asset:path'])
  return (
    assembly.assets.get(key) ??
    (noted === undefined ? undefined : resolvePath(assembly.folder, noted))
  )
}

/** Each resource after those it depends on. */
function inOrder(template: Template, path: string): readonly (readonly [string, Resource])[] {
  const order = new Map<string, Resource>()
  const visiting = new Set<string>()
  function visit(name: string): void {
    const resource = template.Resources[name]
    if (resource === undefined || order.has(name)) return
    if (visiting.has(name)) throw new NotServed(`${path}/${name} depends on itself.`)
    visiting.add(name)
    const { DependsOn = [], Properties } = resource
    for (const other of [DependsOn, namesIn(Properties)].flat()) visit(other)
    order.set(name, resource)
  }
  for (const name of Object.keys(template.Resources)) visit(name)
  return [...order]
}

function located<Value>(place: string, work: () => Value): Value {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof NotServed)) throw cause
    throw new NotServed(`${place}: ${cause.message}`, { cause })
  }
}
