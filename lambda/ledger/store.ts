/** The ledger's table: single items, changed under conditions, each request with a short patience. */
import { credentials } from '../aws/credentials.ts'
import { signed } from '../aws/signature.ts'
import { bytesOf, post } from '../net/post.ts'
import { openGate } from './gate.ts'

/** Attributes are text or whole numbers, nothing else. */
export type Item = Readonly<Record<string, string | number>>
export type Key = { readonly pk: string; readonly sk: string }

/** All of them hold at once; `absent` and `atMost` speak of attributes by name. */
export type Conditions = {
  readonly absent?: readonly string[]
  readonly present?: readonly string[]
  readonly equal?: Readonly<Record<string, string | number>>
  /** At most so much; an attribute that is not there is 0. */
  readonly atMost?: Readonly<Record<string, number>>
}

/** One atomic change of one item, which is made if it is not there. */
export type Change = {
  readonly key: Key
  readonly add?: Readonly<Record<string, number>>
  readonly set?: Readonly<Record<string, string | number>>
  readonly drop?: readonly string[]
  readonly only?: Conditions
}

/** How long is waited, and how often it is tried; whoever changes must bear being tried twice. */
export type Care = {
  readonly tries: number
  readonly timeoutMs: number
  /** It has just failed: not at once. */
  readonly again?: true
}

export type Store = {
  /** Resolves with the whole item as it is now; rejects with `ConditionFailed`. */
  readonly update: (change: Change, care?: Care) => Promise<Item>
  /** As it is, not as it was a moment ago. */
  readonly read: (key: Key, care?: Care) => Promise<Item | undefined>
  /** Items of a partition whose sort key begins so. */
  readonly list: (pk: string, prefix: string, care?: Care) => Promise<readonly Item[]>
  readonly put: (item: Key & Item, care?: Care) => Promise<void>
  /** At most 25, no two with one key, each for itself. Resolves with those that were not put. */
  readonly putAll: <One extends Key & Item>(
    items: readonly One[],
    care?: Care,
  ) => Promise<readonly One[]>
  /** Rejects with `ConditionFailed`, where it is not there either. */
  readonly remove: (key: Key, care?: Care, only?: Conditions) => Promise<void>
}

export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed'
}

/** The store did not answer, or not as it should. The change may have been made, or not. */
export class StoreFailure extends Error {
  override readonly name: string
  readonly again: boolean
  constructor(name: string, again: boolean, cause?: unknown) {
    super(name, { cause })
    this.name = name
    this.again = again
  }
}

/** Twice within 700 ms, the pause between included. */
export const brisk: Care = { tries: 2, timeoutMs: 300 }

/** Patience is for the table: what waits behind this environment's own requests has not been sent. */
const mostAtOnce = 8

export type StoreOptions = {
  readonly table: string
  readonly region: string
  /** In place of AWS's own address. */
  readonly endpoint?: string
}

type Wire = { readonly S: string } | { readonly N: string }
type WireItem = Readonly<Record<string, Wire>>
type WirePut = { readonly Item: WireItem }

export function openStore({ table, region, endpoint }: StoreOptions): Store {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'
  const url = new URL(endpoint ?? `https://dynamodb.${region}.${suffix}`)
  const TableName = table
  const pass = openGate(mostAtOnce)

  async function ask(operation: string, input: object, timeoutMs: number): Promise<Answer> {
    const body = Buffer.from(JSON.stringify(input))
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    }
    const unsigned = { host: url.host, path: '/', headers, body }
    const scope = { service: 'dynamodb', region }
    const signal = AbortSignal.timeout(timeoutMs)
    const ready = signed(unsigned, scope, await credentials(), Date.now())
    try {
      const answer = await post({ url, headers: ready, body, signal })
      const said = readJson((await bytesOf(answer)).toString())
      if (answer.statusCode === 200) return said
      throw failureOf(said, answer.statusCode ?? 0)
    } catch (thrown) {
      if (thrown instanceof ConditionFailed || thrown instanceof StoreFailure) throw thrown
      throw new StoreFailure(signal.aborted ? 'Timeout' : 'NoAnswer', true, thrown)
    }
  }

  async function insist(operation: string, input: object, { tries, timeoutMs, again }: Care) {
    if (again) await pause(Math.random() * 50)
    for (let left = tries - 1; ; left -= 1) {
      try {
        return await pass(() => ask(operation, input, timeoutMs))
      } catch (thrown) {
        if (!(thrown instanceof StoreFailure) || !thrown.again || left === 0) throw thrown
        await pause(Math.random() * 50)
      }
    }
  }

  return {
    async update(change, care = brisk) {
      const { Attributes = {} } = await insist('UpdateItem', updateOf(TableName, change), care)
      return fromWire(Attributes)
    },
    async read({ pk, sk }, care = brisk) {
      const input = { TableName, Key: toWire({ pk, sk }), ConsistentRead: true }
      const { Item } = await insist('GetItem', input, care)
      return Item === undefined ? undefined : fromWire(Item)
    },
    async list(pk, prefix, care = brisk) {
      const items: Item[] = []
      let ExclusiveStartKey: WireItem | undefined
      do {
        const answer = await insist(
          'Query',
          {
            TableName,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
            ExpressionAttributeValues: toWire({ ':pk': pk, ':sk': prefix }),
            ConsistentRead: true,
            ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
          },
          care,
        )
        items.push(...(answer.Items ?? []).map(fromWire))
        ExclusiveStartKey = answer.LastEvaluatedKey
      } while (ExclusiveStartKey !== undefined)
      return items
    },
    async put(item, care = brisk) {
      await insist('PutItem', { TableName, Item: toWire(item) }, care)
    },
    async putAll(items, care = brisk) {
      const puts = items.map((item) => ({ PutRequest: { Item: toWire(item) } }))
      const input = { RequestItems: { [TableName]: puts } }
      const { UnprocessedItems = {} } = await insist('BatchWriteItem', input, care)
      const left = new Set(
        UnprocessedItems[TableName]?.map(({ PutRequest }) => wireKey(PutRequest)),
      )
      return left.size === 0
        ? []
        : items.filter((item) => left.has(wireKey({ Item: toWire(item) })))
    },
    async remove({ pk, sk }, care = brisk, only = {}) {
      await insist('DeleteItem', deleteOf(TableName, { key: { pk, sk }, only }), care)
    },
  }
}

const missing = async (): Promise<never> => {
  throw new StoreFailure('NoTable', false)
}

/** Where the function was told of no table: nothing that is limited is let through. */
export const noStore: Store = {
  update: missing,
  read: missing,
  list: missing,
  put: missing,
  putAll: missing,
  remove: missing,
}

type Answer = {
  readonly Attributes?: WireItem
  readonly Item?: WireItem
  readonly Items?: readonly WireItem[]
  readonly LastEvaluatedKey?: WireItem
  /** By table. */
  readonly UnprocessedItems?: Readonly<Record<string, readonly { readonly PutRequest: WirePut }[]>>
  readonly __type?: string
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function readJson(text: string): Answer {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** What it makes no sense to ask again. */
const lasting = new Set([
  'AccessDeniedException',
  'ValidationException',
  'ResourceNotFoundException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'ItemCollectionSizeLimitExceededException',
])

function failureOf({ __type }: Answer, status: number): Error {
  const name = __type?.split('#').at(-1) ?? `HTTP${status}`
  if (name === 'ConditionalCheckFailedException') return new ConditionFailed(name)
  return new StoreFailure(name, !lasting.has(name))
}

const wireOf = (value: string | number): Wire =>
  typeof value === 'string' ? { S: value } : { N: String(value) }

const toWire = (item: Item): WireItem =>
  Object.fromEntries(Object.entries(item).map(([name, value]) => [name, wireOf(value)]))

const wireKey = ({ Item: { pk, sk } }: WirePut): string => JSON.stringify([pk, sk])

const fromWire = (item: WireItem): Item =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, 'S' in value ? value.S : Number(value.N)]),
  )

/** Names and values never stand in an expression themselves: they come from callers, too. */
export function updateOf(TableName: string, { key, add = {}, set = {}, drop = [], only }: Change) {
  const names: Record<string, string> = {}
  const values: Record<string, Wire> = {}
  const known = new Map<string, string>()
  const name = (attribute: string): string => {
    const given = known.get(attribute) ?? `#n${known.size}`
    known.set(attribute, given)
    names[given] = attribute
    return given
  }
  const value = (of: string | number): string => {
    const given = `:v${Object.keys(values).length}`
    values[given] = wireOf(of)
    return given
  }
  const clause = (word: string, parts: readonly string[]) =>
    parts.length === 0 ? [] : [`${word} ${parts.join(', ')}`]
  const UpdateExpression = [
    ...clause(
      'SET',
      Object.entries(set).map(([attribute, to]) => `${name(attribute)} = ${value(to)}`),
    ),
    ...clause(
      'ADD',
      Object.entries(add).map(([attribute, by]) => `${name(attribute)} ${value(by)}`),
    ),
    ...clause('REMOVE', drop.map(name)),
  ].join(' ')
  const conditions = [
    ...(only?.absent ?? []).map((attribute) => `attribute_not_exists(${name(attribute)})`),
    ...(only?.present ?? []).map((attribute) => `attribute_exists(${name(attribute)})`),
    ...Object.entries(only?.equal ?? {}).map(
      ([attribute, to]) => `${name(attribute)} = ${value(to)}`,
    ),
    ...Object.entries(only?.atMost ?? {}).map(([attribute, most]) =>
      most < 0
        ? `${name(attribute)} <= ${value(most)}`
        : `(attribute_not_exists(${name(attribute)}) OR ${name(attribute)} <= ${value(most)})`,
    ),
  ]
  return {
    TableName,
    Key: toWire(key),
    UpdateExpression,
    ReturnValues: 'ALL_NEW',
    ...(conditions.length > 0 && { ConditionExpression: conditions.join(' AND ') }),
    ...(known.size > 0 && { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  }
}

function deleteOf(TableName: string, change: Pick<Change, 'key' | 'only'>) {
  const { UpdateExpression: _, ReturnValues: __, ...conditional } = updateOf(TableName, change)
  return conditional
}
