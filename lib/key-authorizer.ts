/** The authorizer that reads a key from either header; API Gateway asks it for every request. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { IdentitySource, RequestAuthorizer } from 'aws-cdk-lib/aws-apigateway'
import type { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { retentionDays } from './logs.ts'
import { NodeFunction } from './node-function.ts'

/** A verdict holds the key itself, so none is ever remembered for another request. */
export function keyAuthorizer(scope: Construct, config: GatewayConfig): RequestAuthorizer {
  const handler = new NodeFunction(scope, 'AuthorizerFunction', {
    entry: 'authorizer.ts',
    says: 'finds the key of a request',
    memory: 256,
    timeout: Duration.seconds(5),
    logs: { days: retentionDays(config), removal: RemovalPolicy.DESTROY },
    traced: true,
  })
  return new RequestAuthorizer(scope, 'Authorizer', {
    handler,
    /** Always there and never the same: even a cache switched on by mistake would share nothing. */
    identitySources: [IdentitySource.context('requestId')],
    resultsCacheTtl: Duration.seconds(0),
  })
}
