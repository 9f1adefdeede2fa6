/** Where callers sign in, each team's key is also kept in a secret, which the authorizer alone reads. */
import { type NestedStack, Stack, Validations } from 'aws-cdk-lib'
import { Effect, ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import { ConfigError, partitionOf } from './gateway-config.ts'
import type { NodeFunction } from './node-function.ts'
import { mostPolicies, packed } from './policies.ts'

export type KeySecret = { readonly name: string; readonly arn: string }

/** Of a gateway's secrets; a team's name follows. */
const prefixIn = (stackName: string) => `${stackName}/key/`

/** Beside the key, in the stack its team never leaves. */
export function keySecret(
  stack: NestedStack,
  team: string,
  stackName: string,
  value: string,
): KeySecret {
  const name = `${prefixIn(stackName)}${team}`
  const secret = new CfnSecret(stack, `${team}Kept`, {
    name,
    description: `Key of the team ${team}, for those who sign in.`,
    secretString: value,
  })
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason: 'It holds a copy of an API key, which changes with the key and not by itself.',
  })
  return { name, arn: secret.ref }
}

/**
 * The policies name the role, and not the role its policies: the keys hang on the plans, these on
 * the API, and the API on the authorizer, whose role would else wait for its own end.
 */
export function openSecrets(
  scope: Construct,
  secrets: readonly KeySecret[],
  reader: NodeFunction,
): void {
  const { stackName, region } = Stack.of(scope)
  reader.addEnvironment('TOLLGATE_KEY_SECRETS', prefixIn(stackName))
  const start = `arn:${partitionOf(region)}:secretsmanager:${region}:${'0'.repeat(12)}:secret:`
  const policies = packed(secrets, ({ name }) => `${start}${name}-AbCdEf`)
  if (policies.length > mostPolicies) {
    const counts = `${policies.length} IAM policies, and a role has ${mostPolicies}`
    throw new ConfigError([`auth.jwt: the keys of so many teams need ${counts}; name fewer teams`])
  }
  for (const [index, some] of policies.entries()) {
    new ManagedPolicy(scope, `Reader${index + 1}`, {
      description: 'Whose keys the authorizer may read.',
      roles: [reader.role],
      statements: [
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: ['secretsmanager:GetSecretValue'],
          resources: some.map(({ arn }) => arn),
        }),
      ],
    })
  }
}
