/** The AWS services beside Bedrock that functions and the command line ask on this machine. */
import { join } from 'node:path'
import { openDynamoDb, type Table } from '../aws/dynamodb.ts'
import { type BusEvent, openEvents } from '../aws/events.ts'
import { type OwnSecrets, secretsManager } from '../aws/secrets-manager.ts'
import { startAws } from '../aws/server.ts'
import type { LocalService } from '../aws/service.ts'
import { openSts } from '../aws/sts.ts'
import type { Deployed } from '../template/deploy.ts'
import { isTrue, listOf, valuesOf } from '../template/values.ts'

export type LocalAws = {
  readonly url: string
  /** Environment variables of every function, by the names the AWS SDKs read. */
  readonly variables: Readonly<Record<string, string>>
  /** By the name a request is signed for; one that speaks of what is deployed joins when it is. */
  readonly services: Record<string, LocalService>
  /** Makes what of the template's resources is kept here. */
  readonly provide: (resources: readonly Deployed[]) => Promise<void>
  readonly events: () => readonly BusEvent[]
  readonly close: () => Promise<void>
}

/** `folder` keeps the table; without one it is in memory. `secrets`: those no template makes. */
export async function openAws(folder: string | undefined, secrets?: OwnSecrets): Promise<LocalAws> {
  const dynamodb = await openDynamoDb(folder === undefined ? {} : { folder: join(folder, 'table') })
  const events = openEvents()
  const services: Record<string, LocalService> = {
    dynamodb: dynamodb.service,
    events: events.service,
    sts: openSts(),
  }
  const { url, close } = await startAws(services)
  return {
    url,
    variables: {
      AWS_ENDPOINT_URL_DYNAMODB: url,
      AWS_ENDPOINT_URL_EVENTBRIDGE: url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: url,
      AWS_ENDPOINT_URL_STS: url,
    },
    services,
    async provide(resources) {
      services.secretsmanager = secretsManager(resources, secrets)
      const tables = resources.filter(({ type }) => type === 'AWS::DynamoDB::Table')
      for (const table of tables.map(readTable)) await dynamodb.create(table)
    },
    events: events.events,
    async close() {
      await close()
      await dynamodb.close()
    },
  }
}

function readTable({ id, properties }: Deployed): Table {
  const { AttributeName, Enabled } = valuesOf(properties.TimeToLiveSpecification)
  return {
    name: id,
    attributes: listOf(properties.AttributeDefinitions).map(valuesOf),
    keys: listOf(properties.KeySchema).map(valuesOf),
    ...(isTrue(Enabled) && { ttl: String(AttributeName) }),
  }
}
