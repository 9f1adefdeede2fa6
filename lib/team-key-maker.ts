/** The function that CloudFormation asks for the secret of a team's key. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { retentionDays } from './logs.ts'
import { NodeFunction } from './node-function.ts'

/** Its ARN stands in every key's resource, where it can never change: keep the construct's id. */
export function teamKeyMaker(scope: Construct, config: GatewayConfig): NodeFunction {
  const maker = new NodeFunction(scope, 'Maker', {
    entry: 'team-key.ts',
    says: 'makes the secrets of the keys when the stack is deployed',
    memory: 256,
    timeout: Duration.seconds(30),
    logs: { days: retentionDays(config), removal: RemovalPolicy.DESTROY },
    traced: false,
  })
  Validations.of(maker).acknowledge({
    id: 'Serverless-LambdaTracing',
    reason: 'It runs when the stack is deployed, and calls nobody but CloudFormation.',
  })
  return maker
}
