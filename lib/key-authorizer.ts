/** The authorizer that finds whose key counts; API Gateway asks it for every request. */
import { fileURLToPath } from 'node:url'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { IdentitySource, RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway'
import type { Construct } from 'constructs'
import { jwtOf } from '../lambda/sign-in/jwt-config.ts'
import type { CheckedConfig } from './gateway-config.ts'
import { retentionDays } from './logs.ts'
import { NodeFunction } from './node-function.ts'

const signIn = (name: 'none' | 'jwt') =>
  fileURLToPath(new URL(`../lambda/sign-in/${name}.ts`, import.meta.url))

/** Where callers send nothing but keys, the bundle has neither a verifier nor the configuration. */
export function authorizerFunction(
  scope: Construct,
  { config, file }: CheckedConfig,
): NodeFunction {
  return new NodeFunction(scope, 'AuthorizerFunction', {
    entry: 'authorizer.ts',
    says: 'finds the key of a request',
    memory: 256,
    timeout: Duration.seconds(5),
    logs: { days: retentionDays(config), removal: RemovalPolicy.DESTROY },
    traced: true,
    alias:
      jwtOf(config) === undefined
        ? { '#sign-in': signIn('none') }
        : { '#sign-in': signIn('jwt'), '#gateway-config': file },
  })
}

/** A verdict holds the key itself, so none is ever remembered for another request. */
export const keyAuthorizer = (scope: Construct, handler: NodeFunction): RequestAuthorizer =>
  new RequestAuthorizer(scope, 'Authorizer', {
    handler,
    /** Always there and never the same: even a cache switched on by mistake would share nothing. */
    identitySources: [IdentitySource.context('requestId')],
    resultsCacheTtl: Duration.seconds(0),
  })
