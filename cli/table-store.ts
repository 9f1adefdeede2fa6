/** The ledger's table through the AWS SDK, which finds an operator's credentials wherever they are. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { ConditionFailed, type Item, type Store, updateOf } from '../lambda/ledger/store.ts'

type Wire = Record<string, AttributeValue>
type Settings = ConstructorParameters<typeof import('@aws-sdk/client-dynamodb').DynamoDBClient>[0]

export function openTable(TableName: string, settings: Settings): Store {
  let opened: ReturnType<typeof open> | undefined
  const sdk = () => {
    opened ??= open(settings)
    return opened
  }

  return {
    async update(change) {
      const { client, api } = await sdk()
      const sent = client.send(new api.UpdateItemCommand(sdkUpdate(TableName, change)))
      const { Attributes = {} } = await sent.catch(refused)
      return fromWire(Attributes)
    },
    async read(key) {
      const { client, api } = await sdk()
      const { Item } = await client.send(
        new api.GetItemCommand({ TableName, Key: toWire(key), ConsistentRead: true }),
      )
      return Item === undefined ? undefined : fromWire(Item)
    },
    async list(pk, prefix) {
      const { client, api } = await sdk()
      const query = {
        TableName,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: toWire({ ':pk': pk, ':sk': prefix }),
        ConsistentRead: true,
      }
      const found: Item[] = []
      for await (const { Items = [] } of api.paginateQuery({ client }, query)) {
        found.push(...Items.map(fromWire))
      }
      return found
    },
    async put(item) {
      const { client, api } = await sdk()
      await client.send(new api.PutItemCommand({ TableName, Item: toWire(item) }))
    },
    async putAll(items) {
      const { client, api } = await sdk()
      const puts = items.map((item) => ({ PutRequest: { Item: toWire(item) } }))
      const request = { RequestItems: { [TableName]: puts } }
      const { UnprocessedItems = {} } = await client.send(new api.BatchWriteItemCommand(request))
      const left = UnprocessedItems[TableName]?.map(({ PutRequest }) => keyOf(PutRequest?.Item))
      return items.filter((item) => left?.includes(keyOf(toWire(item))))
    },
    async remove(key) {
      const { client, api } = await sdk()
      await client.send(new api.DeleteItemCommand({ TableName, Key: toWire(key) }))
    },
  }
}

async function open(settings: Settings) {
  const api = await import('@aws-sdk/client-dynamodb')
  return { api, client: new api.DynamoDBClient(settings ?? {}) }
}

type Change = Parameters<typeof updateOf>[1]

function sdkUpdate(TableName: string, change: Change) {
  const { ReturnValues: _, Key, ...input } = updateOf(TableName, change)
  return { ...input, Key: Key as unknown as Wire, ReturnValues: 'ALL_NEW' as const }
}

/** The ledger reads from the error whether its condition failed. */
function refused(thrown: unknown): never {
  if (!(thrown instanceof Error)) throw thrown
  if (thrown.name === 'ConditionalCheckFailedException') throw new ConditionFailed(thrown.name)
  throw thrown
}

const toWire = (item: Item): Wire =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'string' ? { S: value } : { N: String(value) },
    ]),
  )

const keyOf = (item: Wire = {}): string => JSON.stringify([item.pk, item.sk])

const fromWire = (item: Wire): Item =>
  Object.fromEntries(Object.entries(item).map(([name, { S, N }]) => [name, S ?? Number(N)]))
