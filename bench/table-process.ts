/** The ledger's table in a process of its own, which counts what it is asked and what DynamoDB would bill. */
import { usualSlicing } from '../lambda/ledger/partition.ts'
import { type Item as LedgerItem, openStore } from '../lambda/ledger/store.ts'
import { operationOf, readJson } from '../local/aws/answers.ts'
import { type Item, plainItem } from '../local/aws/attributes.ts'
import { openDynamoDb } from '../local/aws/dynamodb.ts'
import { startAws } from '../local/aws/server.ts'
import type { LocalService } from '../local/aws/service.ts'
import { isValues } from '../local/template/values.ts'
import { bytesOf, writeUnits } from './ledger/item-size.ts'
import { type Metered, tableName } from './metered.ts'

const dynamodb = await openDynamoDb()
await dynamodb.create({
  name: tableName,
  attributes: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  keys: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
})

const nothing: Metered = { calls: 0, writes: 0, writeUnits: 0, history: 0 }
let metered = nothing
const reads = ['GetItem', 'Query', 'BatchGetItem', 'Scan']

/** As `lambda/history` names its items. */
const ofHistory = /"(hour|recent)#/

/** A write tells the item as it is afterwards; one that was refused is billed a unit at least. */
const metering: LocalService = async (request) => {
  const answer = await dynamodb.service(request)
  if (ofHistory.test(request.body)) {
    metered = { ...metered, history: metered.history + 1 }
    return answer
  }
  const isWrite = !reads.includes(operationOf(request))
  const { Attributes } = readJson(answer.body) ?? {}
  const units = isValues(Attributes)
    ? writeUnits(bytesOf(plainItem(Attributes as Item) as LedgerItem))
    : 1
  metered = {
    ...metered,
    calls: metered.calls + 1,
    writes: metered.writes + (isWrite ? 1 : 0),
    writeUnits: metered.writeUnits + (isWrite ? units : 0),
  }
  return answer
}

const server = await startAws({ dynamodb: metering })

/** A team with many calls at once, for as long as anyone may measure. */
async function makeBusy(team: string): Promise<void> {
  const until = Date.now() + 24 * 3_600_000
  const entries = Array.from({ length: usualSlicing.busyAt }, (_, at) => [
    `o.simulat${at}`,
    JSON.stringify([until, 1, 0, 0, 'td0 rd0 ud0 tm0 rm0 um0']),
  ])
  const store = openStore({ table: tableName, region: 'us-east-1', endpoint: server.url })
  const set = { ...Object.fromEntries(entries), busy: until }
  await store.update({ key: { pk: `team#${team}`, sk: 'now' }, set })
  metered = nothing
}

process.env.AWS_ACCESS_KEY_ID ??= 'AKIAIOSFODNN7EXAMPLE'
process.env.AWS_SECRET_ACCESS_KEY ??= 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
await makeBusy('crowd')

process.on('message', () => {
  process.send?.(metered)
  metered = nothing
})
process.on('disconnect', () => process.exit())
process.send?.(server.url)
