/** The ledger's table by itself, at an address of its own: for tests and measurements. */
import type { Values } from '../template/values.ts'
import { openDynamoDb } from './dynamodb.ts'
import { startAws } from './server.ts'

export type TableServer = {
  /** For AWS_ENDPOINT_URL_DYNAMODB. */
  readonly url: string
  /** For TOLLGATE_TABLE. */
  readonly table: string
  /** All of it, as plain values. */
  readonly items: () => Promise<readonly Values[]>
  readonly close: () => Promise<void>
}

/** In memory; nothing is deleted when its time is over. */
export async function startTable(table = 'Tollgate-ledger'): Promise<TableServer> {
  const dynamodb = await openDynamoDb()
  await dynamodb.create({
    name: table,
    attributes: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    keys: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  })
  const server = await startAws({ dynamodb: dynamodb.service })
  return {
    url: server.url,
    table,
    items: () => dynamodb.items(table),
    async close() {
      await server.close()
      await dynamodb.close()
    },
  }
}
