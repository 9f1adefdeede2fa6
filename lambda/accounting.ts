/** Opens the budgets of this environment: the ledger's table as the function was told of it, and who is warned. */
import type { Catalogue } from './catalogue.ts'
import type { GatewayConfig } from './core/config.ts'
import { openAnnouncer } from './ledger/announce.ts'
import { openLedger } from './ledger/ledger.ts'
import { noStore, openStore } from './ledger/store.ts'

export function openAccounting(
  config: GatewayConfig,
  { nameOf, sameAs }: Pick<Catalogue, 'nameOf' | 'sameAs'>,
  variables: NodeJS.ProcessEnv = process.env,
) {
  const { AWS_REGION: region = '', TOLLGATE_TABLE: table } = variables
  const dynamodb = variables.AWS_ENDPOINT_URL_DYNAMODB
  const events = variables.AWS_ENDPOINT_URL_EVENTBRIDGE
  const store =
    table === undefined
      ? noStore
      : openStore({ table, region, ...(dynamodb !== undefined && { endpoint: dynamodb }) })
  const { tell, sent } = openAnnouncer({
    region,
    table: table ?? '',
    ...(events !== undefined && { endpoint: events }),
    emit: (line) => void process.stdout.write(`${line}\n`),
  })
  const ledger = openLedger(config, store, { tell, sameAs })
  const done = async () => {
    await ledger.quiet()
    await sent()
  }
  return { ledger, tell, done, nameOf }
}
