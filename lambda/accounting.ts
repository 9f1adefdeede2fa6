/** Opens the budgets of this environment: the ledger's table as the function was told of it, who is warned, and what is remembered. */
import type { Catalogue } from './catalogue.ts'
import type { GatewayConfig } from './core/config.ts'
import type { Caller, Target } from './core/contracts.ts'
import type { RecentRequest } from './core/history.ts'
import { metricLine } from './core/record.ts'
import { noHistory, openHistory } from './history/history.ts'
import { openAnnouncer } from './ledger/announce.ts'
import { openLedger } from './ledger/ledger.ts'
import { noStore, openStore } from './ledger/store.ts'

/** A request that is over, as its team will find it. */
type Over = {
  readonly caller: Caller | undefined
  /** Where it went, or would have gone. */
  readonly target?: Target
  /** Absent where no model was asked for. */
  readonly recent?: RecentRequest
}

export function openAccounting(
  config: GatewayConfig,
  { nameOf, sameAs }: Pick<Catalogue, 'nameOf' | 'sameAs'>,
  variables: NodeJS.ProcessEnv = process.env,
) {
  const { AWS_REGION: region = '', TOLLGATE_TABLE: table } = variables
  const dynamodb = variables.AWS_ENDPOINT_URL_DYNAMODB
  const events = variables.AWS_ENDPOINT_URL_EVENTBRIDGE
  const openTable = () =>
    table === undefined
      ? noStore
      : openStore({ table, region, ...(dynamodb !== undefined && { endpoint: dynamodb }) })
  /** What cannot be told costs no request. */
  const emit = (line: string) => {
    try {
      process.stdout.write(`${line}\n`)
    } catch {}
  }
  const { tell, sent } = openAnnouncer({
    region,
    table: table ?? '',
    ...(events !== undefined && { endpoint: events }),
    emit,
  })
  const ledger = openLedger(config, openTable(), { tell, sameAs })
  const keeps = (team: string) => config.teams[team]?.log !== 'none'
  const isKept = table !== undefined && config.monitoring?.history !== false
  const lost = (team: string, requests: number, requestId?: string) => {
    const fields = { event: 'not-in-history', team, ...(requestId !== undefined && { requestId }) }
    emit(metricLine(fields, { HistoryFailures: requests }, Date.now()))
  }
  /** Its own, so that no budget waits behind what nobody waits for. */
  const history = isKept ? openHistory(openTable(), { keeps, lost }) : noHistory

  async function remember({ caller, target, recent }: Over): Promise<void> {
    if (caller === undefined || recent === undefined) return
    const { team } = caller
    const isAdded = await history.add(team, target && nameOf(target.model), recent)
    if (!isAdded) lost(team, 1, recent.id)
  }

  const done = async (over: Over) => {
    await Promise.all([remember(over), ledger.quiet()])
    await sent()
  }
  return { ledger, tell, done, nameOf, history }
}
