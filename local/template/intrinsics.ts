/** Gives a template's intrinsic functions their values. */
import { isValues, listOf, NotServed, textOf, type Values } from './values.ts'

export type Scope = {
  /** Parameter, pseudo parameter or resource. */
  readonly ref: (name: string) => unknown
  readonly attribute: (resource: string, attribute: string) => unknown
  readonly condition: (name: string) => boolean
  readonly mappings: Values
}

/** What `Ref: AWS::NoValue` gives: the property is left out. */
export const noValue = Symbol('AWS::NoValue')

type Intrinsic = (argument: unknown, scope: Scope) => unknown

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope) => scope.ref(String(name)),
  'Fn::GetAtt': (argument, scope) => scope.attribute(...attributeNamed(argument)),
  'Fn::Join': (argument, scope) => {
    const [separator, parts] = listOf(argument)
    return listOf(resolve(parts, scope)).map(asText).join(String(separator))
  },
  'Fn::Split': (argument, scope) => {
    const [separator, text] = listOf(argument)
    return asText(resolve(text, scope)).split(String(separator))
  },
  'Fn::Select': (argument, scope) => {
    const [index, list] = listOf(resolve(argument, scope))
    const selected = listOf(list)[Number(index)]
    if (selected === undefined) throw new NotServed(`Fn::Select: nothing at index ${index}.`)
    return selected
  },
  'Fn::Sub': (argument, scope) => {
    const [text, values] = typeof argument === 'string' ? [argument, {}] : listOf(argument)
    return substitute(String(text), isValues(values) ? values : {}, scope)
  },
  'Fn::If': (argument, scope) => {
    const [condition, yes, no] = listOf(argument)
    return resolve(scope.condition(String(condition)) ? yes : no, scope)
  },
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = listOf(resolve(argument, scope)).map(asText)
    const found = [map, first, second].reduce<unknown>(
      (value, key) => (isValues(value) && key !== undefined ? value[key] : undefined),
      scope.mappings,
    )
    if (found === undefined) throw new NotServed(`Fn::FindInMap: no ${map}.${first}.${second}.`)
    return found
  },
  /** Three, as most regions have at least. */
  'Fn::GetAZs': (argument, scope) => {
    const region = textOf(resolve(argument, scope)) || asText(scope.ref('AWS::Region'))
    return ['a', 'b', 'c'].map((letter) => `${region}${letter}`)
  },
  'Fn::Base64': (argument, scope) =>
    Buffer.from(asText(resolve(argument, scope))).toString('base64'),
  Condition: (name, scope) => scope.condition(String(name)),
  'Fn::Equals': (argument, scope) => {
    const [one, other] = listOf(resolve(argument, scope))
    return asText(one) === asText(other)
  },
  'Fn::Not': (argument, scope) => resolve(listOf(argument)[0], scope) !== true,
  'Fn::And': (argument, scope) => listOf(argument).every((part) => resolve(part, scope) === true),
  'Fn::Or': (argument, scope) => listOf(argument).some((part) => resolve(part, scope) === true),
}

export function resolve(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return plain(value)
  if (Array.isArray(value)) {
    return value.map((item) => resolve(item, scope)).filter((item) => item !== noValue)
  }
  if (!isValues(value)) return value
  const [name, argument] = intrinsicOf(value) ?? []
  if (name !== undefined) {
    const intrinsic = intrinsics[name]
    if (intrinsic !== undefined) return intrinsic(argument, scope)
    const known = Object.keys(intrinsics).join(', ')
    throw new NotServed(`${name} is not known to the local gateway; it knows ${known}.`)
  }
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(item, scope)] as const)
  return Object.fromEntries(entries.filter(([, item]) => item !== noValue))
}

/** Names of the resources and parameters a value speaks of. */
export function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn)
  if (!isValues(value)) return []
  const [name, argument] = intrinsicOf(value) ?? []
  if (name === 'Ref') return [String(argument)]
  if (name === 'Fn::GetAtt') return [attributeNamed(argument)[0]]
  if (name === 'Fn::Sub') {
    const [text, values] = typeof argument === 'string' ? [argument, {}] : listOf(argument)
    const names = [...String(text).matchAll(variable)].map(([, part = '']) => part.split('.')[0])
    return [...names.filter((part) => part !== undefined), ...namesIn(values)]
  }
  return Object.values(value).flatMap(namesIn)
}

/** `Condition` is one only where conditions are, which have no other keys. */
function intrinsicOf(value: Values): readonly [string, unknown] | undefined {
  const [entry, ...others] = Object.entries(value)
  if (entry === undefined || others.length > 0) return undefined
  const [name] = entry
  const asCondition = name === 'Condition' && typeof entry[1] === 'string'
  return name === 'Ref' || name.startsWith('Fn::') || asCondition ? entry : undefined
}

const variable = /\$\{([^!}][^}]*)\}/g

function substitute(text: string, values: Values, scope: Scope): string {
  const filled = text.replace(variable, (_, name: string) => {
    if (Object.hasOwn(values, name)) return asText(resolve(values[name], scope))
    const [resource = name, ...attribute] = name.split('.')
    const found =
      attribute.length > 0 ? scope.attribute(resource, attribute.join('.')) : scope.ref(name)
    return asText(found)
  })
  return plain(filled.replaceAll('${!', '${'))
}

function attributeNamed(argument: unknown): [string, string] {
  const parts = typeof argument === 'string' ? argument.split('.') : listOf(argument).map(String)
  const [resource = '', ...attribute] = parts
  return [resource, attribute.join('.')]
}

function asText(value: unknown): string {
  const text = textOf(value)
  if (text === undefined) {
    throw new NotServed(`Text was expected where the template has ${JSON.stringify(value)}.`)
  }
  return text
}

function plain(text: string): string {
  if (text.includes('{{resolve:')) {
    throw new NotServed(`The dynamic reference ${text} has no value on one machine.`)
  }
  return text
}
