/** What of a stack is watched. */
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { GatewayConfig } from '../../lambda/core/config.ts'
import type { GatewayApi } from '../gateway-api.ts'
import type { LedgerTable } from '../ledger-table.ts'
import type { NodeFunction } from '../node-function.ts'

export type Watched = {
  readonly config: GatewayConfig
  readonly gateway: NodeFunction
  readonly api: GatewayApi
  readonly ledger: LedgerTable
  /** API Gateway's own lines. */
  readonly accessLogs: ILogGroup
}
