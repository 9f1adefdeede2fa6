/** The function that answers `GET /console`: it has the page beside it, and no right to anything. */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { writeConsolePage } from './console-page.ts'
import { retentionDays } from './logs.ts'
import { NodeFunction } from './node-function.ts'

export function consoleFunction(scope: Construct, config: GatewayConfig): NodeFunction {
  const page = new NodeFunction(scope, 'ConsoleFunction', {
    entry: 'console.ts',
    says: 'serves the page of the console',
    memory: 128,
    timeout: Duration.seconds(5),
    logs: { days: retentionDays(config), removal: RemovalPolicy.DESTROY },
    traced: false,
    beside: writeConsolePage,
  })
  Validations.of(page).acknowledge({
    id: 'Serverless-LambdaTracing',
    reason: 'It answers every time with the same page, and calls nobody.',
  })
  return page
}
