/** The whole gateway: who exists, and who may talk to whom. */
import { CfnOutput } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { jwtOf } from '../lambda/sign-in/jwt-config.ts'
import { GatewayApi } from './gateway-api.ts'
import { type CheckedConfig, homeRegion } from './gateway-config.ts'
import { GatewayFunction } from './gateway-function.ts'
import { LedgerTable } from './ledger-table.ts'
import { Monitoring } from './monitoring.ts'
import { Network } from './network.ts'
import { openSecrets } from './provider-secrets.ts'
import { TeamKeys } from './team-keys.ts'
import { UsagePlans } from './usage-plans.ts'
import { ZonedStack } from './zoned-stack.ts'

export class GatewayStack extends ZonedStack {
  /** None where the functions are in no network of the operator's. */
  readonly network: Network | undefined

  constructor(scope: Construct, id: string, checked: CheckedConfig, account?: string) {
    const { config } = checked
    const region = homeRegion(config)
    super(scope, id, {
      description: 'Tollgate: a quota-limited gateway to Amazon Bedrock.',
      env: { region, ...(account !== undefined && { account }) },
    })

    const network = config.network && new Network(this, 'Network', config, config.network)
    this.network = network

    /** Callers talk to the API, the API to the function, the function to models, its ledger and keys of others. */
    const gateway = new GatewayFunction(this, 'Gateway', checked)
    const ledger = new LedgerTable(this, 'Ledger')
    ledger.openTo(gateway)
    openSecrets(config, gateway)
    const api = new GatewayApi(this, 'Api', checked, gateway, network)

    /** Who calls models, the ledger or secrets does so from within; keys alone are looked at without. */
    network?.admit(gateway)
    if (jwtOf(config) !== undefined) network?.admit(api.authorizer)

    /** Each team has a key, which counts against its plan, also for those who sign in. */
    const plans = new UsagePlans(this, 'Plans', config, api)
    new TeamKeys(this, 'Keys', config, plans.idByName).openTo(api.authorizer)

    /** Who watches is told before a budget is used up, and sees what it went to. */
    new Monitoring(this, 'Monitoring', { config, gateway, api, ledger })

    new CfnOutput(this, 'Url', { value: api.stageUrl, description: 'Where the gateway answers.' })
    new CfnOutput(this, 'KeyOfTeam', {
      value: commandForKey(this.stackName, region),
      description: 'Shows the key of a team; put its name for TEAM.',
    })
    new CfnOutput(this, 'Table', { value: ledger.tableName, description: 'Holds the ledger.' })
    new CfnOutput(this, 'RestApiId', { value: api.restApiId, description: 'Of the REST API.' })
  }
}

/** `--name-query` finds every name that begins so; `--query` takes the one that is meant. */
function commandForKey(stackName: string, region: string): string {
  const name = `${stackName}-TEAM`
  const query = `items[?name=='${name}'].value`
  const search = `--name-query ${name} --include-values --query "${query}"`
  return `aws apigateway get-api-keys ${search} --output text --region ${region}`
}
