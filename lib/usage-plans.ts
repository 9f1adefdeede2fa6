/** One API Gateway usage plan for each configured plan. */
import { Stack } from 'aws-cdk-lib'
import { CfnUsagePlan, type RestApi } from 'aws-cdk-lib/aws-apigateway'
import { Construct } from 'constructs'
import type { GatewayConfig, Plan } from '../lambda/core/config.ts'

export class UsagePlans extends Construct {
  readonly idByName: ReadonlyMap<string, string>

  constructor(scope: Construct, id: string, { plans }: GatewayConfig, api: RestApi) {
    super(scope, id)
    const { stageName } = api.deploymentStage
    const usagePlan = (name: string, { quota, throttle }: Plan) =>
      new CfnUsagePlan(this, name, {
        usagePlanName: `${Stack.of(this).stackName}-${name}`,
        apiStages: [{ apiId: api.restApiId, stage: stageName }],
        ...(quota && { quota }),
        ...(throttle && { throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst } }),
      })
    this.idByName = new Map(
      Object.entries(plans).map(([name, plan]) => [name, usagePlan(name, plan).ref]),
    )
  }
}
