/** The one function behind every route, with the operator's configuration compiled into it. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { accountsOf, gatewayRoleName, modelsRoleArn } from './account-role.ts'
import { openModels } from './bedrock-access.ts'
import { gatewayAlias } from './bundling.ts'
import { type CheckedConfig, homeRegion } from './gateway-config.ts'
import { openGuardrails } from './guardrail-access.ts'
import { retentionDays } from './logs.ts'
import { NodeFunction } from './node-function.ts'

export class GatewayFunction extends NodeFunction {
  constructor(scope: Construct, id: string, { config, file }: CheckedConfig) {
    const accounts = accountsOf(config)
    const { stackName } = Stack.of(scope)
    super(scope, id, {
      entry: 'handler.ts',
      says: 'answers every route by asking Bedrock',
      /** It is paid for by its size for as long as a model speaks, and does little but wait. */
      memory: 512,
      /** As long as API Gateway keeps a stream open. */
      timeout: Duration.minutes(15),
      /** Who used what outlives the stack, until the retention ends. */
      logs: { days: retentionDays(config), removal: RemovalPolicy.RETAIN },
      traced: true,
      alias: gatewayAlias(file),
      ...(accounts.length > 0 && { roleName: gatewayRoleName(stackName, homeRegion(config)) }),
    })
    openModels(this, this.role, config)
    openGuardrails(this.role, config)
    if (accounts.length > 0) this.assume(config, accounts)
  }

  /** Each account's role, and where the function finds it. */
  private assume(config: GatewayConfig, accounts: readonly string[]): void {
    const { stackName } = Stack.of(this)
    const roles = accounts.map((account) => modelsRoleArn(account, stackName, homeRegion(config)))
    for (const [index, account] of accounts.entries()) {
      this.addEnvironment(`TOLLGATE_ROLE_${account}`, roles[index] ?? '')
    }
    this.addToRolePolicy(new PolicyStatement({ actions: ['sts:AssumeRole'], resources: roles }))
  }
}
