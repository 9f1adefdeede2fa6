/** API Gateway's operations on keys and their tags; what it refuses is refused here. */
import { randomInt } from 'node:crypto'
import { type ApiKey, teamOf } from '../gateway/usage-plans.ts'
import { isValues, listOf, textOf, valuesOf } from '../template/values.ts'
import { type Asked, type Control, type Operation, pageOf, Refused } from './control-plane.ts'

const bad = (message: string) => new Refused('BadRequestException', message)
const noSuchKey = () => new Refused('NotFoundException', 'Invalid API Key identifier specified')

/** What a patch may replace; an API key's value is for ever, and its tags have operations of their own. */
const replaceable = {
  '/name': (value) => ({ name: value }),
  '/description': (value) => ({ description: value }),
  '/enabled'(value) {
    if (value !== 'true' && value !== 'false') throw bad('Invalid value for enabled')
    return { enabled: value === 'true' }
  },
} as const satisfies Record<string, (value: string) => Partial<ApiKey>>

const mostTags = 50
const longestTag = { name: 128, value: 256 }

export function keyOperations({ registry, now }: Control): readonly Operation[] {
  const keyOf = ([id = '']: readonly string[]): ApiKey => {
    const key = registry.keyById(id)
    if (key === undefined) throw noSuchKey()
    return key
  }

  function create({ body }: Asked): object {
    const { name, value, description, enabled, tags } = body
    const text = textOf(value) ?? randomText(40)
    if (text.length < 20) throw bad('API Key value should be at least 20 characters')
    if (text.length > 128) throw bad('API Key value should be at most 128 characters')
    if (!/^[A-Za-z0-9]+$/.test(text)) throw bad('API Key value should be alphanumeric')
    if (registry.keyOf(text) !== undefined) {
      throw new Refused('ConflictException', 'API Key already exists')
    }
    const at = now()
    const id = randomText(10).toLowerCase()
    const key: ApiKey = {
      id,
      name: textOf(name) ?? '',
      value: text,
      enabled: enabled === true,
      description: textOf(description) ?? '',
      tags: taggedWith({}, tags),
      created: at,
      changed: at,
      team: teamOf(text, textOf(name) ?? id),
    }
    registry.put(key)
    return told(key, true)
  }

  function update({ path, body }: Asked): object {
    let key = keyOf(path)
    for (const operation of listOf(body.patchOperations).map(valuesOf)) {
      const { op, path: at, value } = operation
      const change = Object.entries(replaceable).find(([name]) => name === at)?.[1]
      if (op !== 'replace' || change === undefined) {
        const known = Object.keys(replaceable).join(', ')
        throw bad(`Invalid patch path '${at}' specified for op '${op}'. Must be one of: [${known}]`)
      }
      key = { ...key, ...change(textOf(value) ?? ''), changed: now() }
    }
    registry.put(key)
    return told(key, false)
  }

  const tagged = ([arn = '']: readonly string[]): ApiKey => {
    const [, id] = /^arn:aws[a-z-]*:apigateway:[a-z0-9-]+::\/apikeys\/([^/]+)$/.exec(arn) ?? []
    if (id === undefined) throw bad('Invalid ARN specified in the request')
    return keyOf([id])
  }

  return [
    { method: 'POST', path: /^\/apikeys$/, status: 201, run: create },
    {
      method: 'GET',
      path: /^\/apikeys$/,
      status: 200,
      run({ query }) {
        const begins = query.get('name') ?? ''
        const found = registry.keys().filter(({ name }) => name.startsWith(begins))
        const { item, ...rest } = pageOf(found, query)
        const values = query.get('includeValues') === 'true'
        return { item: item.map((key) => told(key, values)), ...rest }
      },
    },
    {
      method: 'GET',
      path: /^\/apikeys\/([^/]+)$/,
      status: 200,
      run: ({ path, query }) => told(keyOf(path), query.get('includeValue') === 'true'),
    },
    { method: 'PATCH', path: /^\/apikeys\/([^/]+)$/, status: 200, run: update },
    {
      method: 'DELETE',
      path: /^\/apikeys\/([^/]+)$/,
      status: 202,
      run({ path }) {
        registry.remove(keyOf(path).id)
        return undefined
      },
    },
    {
      method: 'PUT',
      path: /^\/tags\/([^/]+)$/,
      status: 204,
      run({ path, body }) {
        const key = tagged(path)
        registry.put({ ...key, tags: taggedWith(key.tags, body.tags), changed: now() })
        return undefined
      },
    },
    {
      method: 'DELETE',
      path: /^\/tags\/([^/]+)$/,
      status: 204,
      run({ path, query }) {
        const key = tagged(path)
        const gone = new Set(query.getAll('tagKeys'))
        const left = Object.entries(key.tags).filter(([name]) => !gone.has(name))
        registry.put({ ...key, tags: Object.fromEntries(left), changed: now() })
        return undefined
      },
    },
  ]
}

/** Times are seconds since 1970 on the wire. */
const told = (key: ApiKey, withValue: boolean): object => ({
  id: key.id,
  ...(withValue && { value: key.value }),
  name: key.name,
  description: key.description,
  enabled: key.enabled,
  createdDate: Math.floor(key.created / 1000),
  lastUpdatedDate: Math.floor(key.changed / 1000),
  stageKeys: [],
  tags: key.tags,
})

function taggedWith(had: ApiKey['tags'], wanted: unknown): ApiKey['tags'] {
  if (wanted === undefined || wanted === null) return had
  if (!isValues(wanted)) throw bad('Invalid tags specified in the request')
  for (const [name, value] of Object.entries(wanted)) {
    if (name.startsWith('aws:')) throw bad('aws: prefixed tag key names are not allowed')
    const text = textOf(value)
    const fits = text !== undefined && text.length <= longestTag.value
    const plain = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(`${name}${text}`)
    if (!fits || !plain || name === '' || name.length > longestTag.name) {
      throw bad(`Invalid tag: ${name}`)
    }
  }
  const all = { ...had, ...(wanted as ApiKey['tags']) }
  if (Object.keys(all).length > mostTags) throw bad(`A key has at most ${mostTags} tags`)
  return all
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const randomText = (length: number): string =>
  Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
