/** The gateway a command is about: its configuration, and the services that hold its keys and its ledger. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { Ledger } from '../lambda/core/ledger.ts'
import { openLedger } from '../lambda/ledger/ledger.ts'
import type { Store } from '../lambda/ledger/store.ts'
import { homeRegion } from '../lib/gateway-config.ts'
import { type KeyService, openKeyService } from './key-service.ts'
import { Failure } from './problems.ts'
import type { AwsSettings, Settings } from './settings.ts'
import { openTable } from './table-store.ts'

export type Deployment = {
  readonly stack: string
  readonly region: string
  readonly config: GatewayConfig
  readonly keys: KeyService
  readonly store: Store
  readonly ledger: () => Ledger
  /** Of the stack; fails where an older one has none of this name. */
  readonly output: (name: string) => string
  readonly now: () => number
}

export const defaultStack = 'Tollgate'

export async function openDeployment(
  config: GatewayConfig,
  { stack: named = defaultStack, local, aws }: Settings,
  now: () => number,
): Promise<Deployment> {
  const region = aws.region ?? homeRegion(config)
  const settings = {
    ...aws,
    region,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 20_000 },
  }
  const { stack, outputs } = await readStack(local === undefined ? named : undefined, settings)
  const output = (name: string): string => {
    const value = outputs.get(name)
    if (value !== undefined) return value
    const deploy = local === undefined ? 'deploy it again: `npx cdk deploy`' : 'start it again'
    throw new Failure(`The stack ${stack} has no output ${name}, so it is an older one; ${deploy}.`)
  }
  const store = openTable(output('Table'), settings)
  return {
    stack,
    region,
    config,
    keys: openKeyService(settings, stack, output('RestApiId')),
    store,
    ledger: () => ledgerOf(config, store, now),
    output,
    now,
  }
}

const ledgerOf = (config: GatewayConfig, store: Store, now: () => number): Ledger =>
  openLedger(config, store, { now })

type ClientSettings = AwsSettings & { readonly region: string; readonly requestHandler: object }

/** Without a name, the one there is. */
async function readStack(StackName: string | undefined, settings: ClientSettings) {
  const { CloudFormationClient, DescribeStacksCommand } = await import(
    '@aws-sdk/client-cloudformation'
  )
  const client = new CloudFormationClient(settings)
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }))
    const { Outputs = [], StackName: stack = defaultStack } = Stacks[0] ?? {}
    const values = Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue] as const)
    return { stack, outputs: new Map(values) }
  } catch (thrown) {
    if (!(thrown instanceof Error) || !/does not exist/.test(thrown.message)) throw thrown
    throw new Failure(
      `There is no stack ${StackName} in ${settings.region}. --stack and --region say which one; ` +
        '--local asks the gateway on this machine.',
    )
  }
}
