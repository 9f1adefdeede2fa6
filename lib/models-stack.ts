/** In a further account: the role by which this gateway's function, and nobody else, calls its models. */
import { Stack } from 'aws-cdk-lib'
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { gatewayRoleName, modelsRoleName, roleArn } from './account-role.ts'
import { openModels } from './bedrock-access.ts'
import { homeRegion } from './gateway-config.ts'

export type ModelsStackProps = {
  readonly config: GatewayConfig
  /** The further account. */
  readonly account: string
  /** The gateway's own, and the name of its stack. */
  readonly own: string
  readonly stackName: string
}

export class ModelsStack extends Stack {
  constructor(scope: Construct, id: string, { config, account, own, stackName }: ModelsStackProps) {
    const region = homeRegion(config)
    super(scope, id, {
      description: `Tollgate: models of this account for the gateway of ${own}.`,
      env: { region, account },
    })
    const caller = roleArn(own, gatewayRoleName(stackName, region), region)
    const role = new Role(this, 'Models', {
      roleName: modelsRoleName(stackName, region),
      description: `Lets the gateway ${stackName} of ${own} call models.`,
      /** IAM keeps a role that is a principal by its inner id, and one made anew is another. */
      assumedBy: new AccountPrincipal(own).withConditions({
        ArnEquals: { 'aws:PrincipalArn': caller },
      }),
    })
    openModels(this, role, config, account)
  }
}
