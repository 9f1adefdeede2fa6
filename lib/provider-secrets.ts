/** Leave for the function to read the keys of other providers, each secret by its own ARN. */
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { secretsOf } from './gateway-config.ts'
import type { NodeFunction } from './node-function.ts'

/**
 * The secrets are the operator's own: nothing here makes, changes or deletes one. With a key of
 * one's own in KMS, its policy must let this role decrypt.
 */
export function openSecrets(config: GatewayConfig, fn: NodeFunction): void {
  const arns = [...new Set(secretsOf(config).map(({ arn }) => arn))].sort()
  if (arns.length === 0) return
  fn.role.addToPolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['secretsmanager:GetSecretValue'],
      resources: arns,
    }),
  )
}
