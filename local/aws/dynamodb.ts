/** DynamoDB on this machine: the tables of a template, in memory or in a folder. */
import { isDeepStrictEqual } from 'node:util'
import { isValues, listOf, NotServed, type Values, valuesOf } from '../template/values.ts'
import { jsonAnswer, jsonError, operationOf, readJson } from './answers.ts'
import { type Item, plainItem } from './attributes.ts'
import { type Engine, openEngine, operations } from './dynalite.ts'
import type { LocalService } from './service.ts'

export type Table = {
  readonly name: string
  readonly attributes: readonly Values[]
  readonly keys: readonly Values[]
  /** Which attribute has the second since 1970 when an item's time is over. */
  readonly ttl?: string
}

export type DynamoDb = {
  readonly service: LocalService
  /** A table that is there already keeps its items. */
  readonly create: (table: Table) => Promise<void>
  /** All of a table, as plain values, those whose time is over too. */
  readonly items: (table: string) => Promise<readonly Values[]>
  readonly close: () => Promise<void>
}

export type DynamoDbOptions = {
  /** Where tables outlive the process. */
  readonly folder?: string
  /** Milliseconds since 1970, for what has a time to live. */
  readonly now?: () => number
}

type IsOver = (item: unknown) => boolean

export async function openDynamoDb(options: DynamoDbOptions = {}): Promise<DynamoDb> {
  const { folder, now = Date.now } = options
  const engine = await engineIn(folder)
  const ttls = new Map<string, string>()

  const isOverIn =
    (table: unknown): IsOver =>
    (item) => {
      const { N } = valuesOf(valuesOf(item)[ttls.get(String(table)) ?? ''])
      return N !== undefined && Number(N) < now() / 1000
    }

  return {
    async service(request) {
      const name = operationOf(request)
      const operation = operations.find((each) => each === name)
      if (operation === undefined) {
        const message = `${name}: on this machine there are ${operations.join(', ')}.`
        return jsonError(400, 'UnknownOperationException', message)
      }
      const input = readJson(request.body)
      if (input === undefined) {
        return jsonError(400, 'SerializationException', 'The body is no JSON object.')
      }
      const outcome = await engine.run(operation, input)
      if (outcome.type === 'done') {
        return jsonAnswer(withoutOver(outcome.output, isOverIn(input.TableName)), '1.0')
      }
      const body = { ...outcome.body, ...(await itemInTheWay(engine, input, outcome.body)) }
      return { ...jsonAnswer(body, '1.0'), status: outcome.status }
    },
    async create(table) {
      await createTable(engine, table)
      if (table.ttl === undefined) return
      ttls.set(table.name, table.ttl)
      await sweep(engine, table, isOverIn(table.name))
    },
    items: async (table) => (await scan(engine, table)).map(plainItem),
    close: () => engine.close(),
  }
}

async function engineIn(folder: string | undefined): Promise<Engine> {
  try {
    return await openEngine(folder)
  } catch (cause) {
    const { code } = ((cause as Error).cause ?? {}) as NodeJS.ErrnoException
    const problem = code === 'LEVEL_LOCKED' ? 'is used by another process' : 'cannot be opened'
    throw new NotServed(`The table in ${folder} ${problem}.`, { cause })
  }
}

async function createTable(engine: Engine, { name, attributes, keys }: Table): Promise<void> {
  const made = await engine.run('CreateTable', {
    TableName: name,
    AttributeDefinitions: attributes,
    KeySchema: keys,
    BillingMode: 'PAY_PER_REQUEST',
  })
  if (made.type === 'refused' && !isNamed(made.body, 'ResourceInUseException')) {
    throw new NotServed(`The table ${name} cannot be made: ${made.body.message}`)
  }
  const { Table } = await done(engine.run('DescribeTable', { TableName: name }))
  const had = valuesOf(Table).KeySchema
  if (!isDeepStrictEqual(had, keys)) {
    throw new NotServed(`The table ${name} is there with other keys: ${JSON.stringify(had)}.`)
  }
  await engine.activate(name)
}

/** DynamoDB's own reads give what is over until it is deleted, some time in the next days. */
function withoutOver(output: Values, isOver: IsOver): Values {
  const { Item, Items, ...rest } = output
  const left = Array.isArray(Items) ? Items.filter((item) => !isOver(item)) : undefined
  return {
    ...rest,
    ...(Item !== undefined && !isOver(Item) && { Item }),
    ...(left !== undefined && { Items: left, Count: left.length }),
  }
}

async function sweep(engine: Engine, { name, keys }: Table, isOver: IsOver): Promise<void> {
  const names = keys.map(({ AttributeName }) => String(AttributeName))
  for (const item of (await scan(engine, name)).filter(isOver)) {
    const Key = Object.fromEntries(names.map((each) => [each, item[each]]))
    await done(engine.run('DeleteItem', { TableName: name, Key }))
  }
}

/** Which Dynalite leaves out: the item whose state a condition did not meet. */
async function itemInTheWay(engine: Engine, input: Values, refusal: Values): Promise<Values> {
  if (input.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return {}
  if (!isNamed(refusal, 'ConditionalCheckFailedException')) return {}
  const { TableName, Key } = input
  if (Key === undefined) return {}
  const { Item } = await done(engine.run('GetItem', { TableName, Key, ConsistentRead: true }))
  return Item === undefined ? {} : { Item }
}

async function scan(engine: Engine, table: string): Promise<readonly Item[]> {
  const found: Item[] = []
  let from: Values = {}
  do {
    const page = await done(engine.run('Scan', { TableName: table, ...from }))
    found.push(...(listOf(page.Items) as readonly Item[]))
    from = isValues(page.LastEvaluatedKey) ? { ExclusiveStartKey: page.LastEvaluatedKey } : {}
  } while (from.ExclusiveStartKey !== undefined)
  return found
}

const isNamed = ({ __type }: Values, exception: string): boolean =>
  String(__type).endsWith(`#${exception}`)

async function done(running: ReturnType<Engine['run']>): Promise<Values> {
  const outcome = await running
  if (outcome.type === 'done') return outcome.output
  throw new NotServed(String(outcome.body.message))
}
