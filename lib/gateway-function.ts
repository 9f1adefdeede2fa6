/** The one function behind every route, with the operator's configuration compiled into it. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { bedrockLeave } from './bedrock-access.ts'
import type { CheckedConfig } from './gateway-config.ts'
import { retentionDays } from './logs.ts'
import { NodeFunction } from './node-function.ts'

export class GatewayFunction extends NodeFunction {
  constructor(scope: Construct, id: string, { config, file }: CheckedConfig) {
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
      alias: { '#gateway-config': file },
    })
    for (const [index, statements] of bedrockLeave(config, Stack.of(this).account).entries()) {
      const policy = new ManagedPolicy(this, `Bedrock${index + 1}`, {
        description: 'Which models the gateway may invoke, and where.',
        statements: [...statements],
      })
      this.role.addManagedPolicy(policy)
    }
  }
}
