/** The whole gateway: who exists, and who may talk to whom. */
import { CfnOutput, Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { GatewayApi } from './gateway-api.ts'
import { type CheckedConfig, homeRegion } from './gateway-config.ts'
import { GatewayFunction } from './gateway-function.ts'
import { TeamKeys } from './team-keys.ts'
import { UsagePlans } from './usage-plans.ts'

export class GatewayStack extends Stack {
  constructor(scope: Construct, id: string, checked: CheckedConfig, account?: string) {
    const { config } = checked
    const region = homeRegion(config)
    super(scope, id, {
      description: 'Tollgate: a quota-limited gateway to Amazon Bedrock.',
      env: { region, ...(account !== undefined && { account }) },
    })

    /** Callers talk to the API, the API to the function, the function to the configured models. */
    const gateway = new GatewayFunction(this, 'Gateway', checked)
    const api = new GatewayApi(this, 'Api', config, gateway)

    /** Each team has a key, and each key counts against its team's plan. */
    const plans = new UsagePlans(this, 'Plans', config, api)
    new TeamKeys(this, 'Keys', config, plans.idByName)

    new CfnOutput(this, 'Url', { value: api.stageUrl, description: 'Where the gateway answers.' })
    new CfnOutput(this, 'KeyOfTeam', {
      value: commandForKey(this.stackName, region),
      description: 'Shows the key of a team; put its name for TEAM.',
    })
  }
}

/** `--name-query` finds every name that begins so; `--query` takes the one that is meant. */
function commandForKey(stackName: string, region: string): string {
  const name = `${stackName}-TEAM`
  const query = `items[?name=='${name}'].value`
  const search = `--name-query ${name} --include-values --query "${query}"`
  return `aws apigateway get-api-keys ${search} --output text --region ${region}`
}
