/** By which endpoint a VPC reaches each service of AWS, and what may be asked through one of ours. */
import { Stack } from 'aws-cdk-lib'
import { InterfaceVpcEndpointAwsService } from 'aws-cdk-lib/aws-ec2'
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { EndpointName } from '../lambda/core/network-config.ts'
import { bedrockActions } from './bedrock-access.ts'
import { ledgerActions } from './ledger-table.ts'

/** All but DynamoDB's, whose endpoint is a route and costs nothing. */
export type InterfaceName = Exclude<EndpointName, 'dynamodb'>

/** The part of a construct's id, and CDK's name of the service. */
export const interfaces: Readonly<
  Record<InterfaceName, { readonly id: string; readonly service: InterfaceVpcEndpointAwsService }>
> = {
  'bedrock-runtime': { id: 'Bedrock', service: InterfaceVpcEndpointAwsService.BEDROCK_RUNTIME },
  events: { id: 'Events', service: InterfaceVpcEndpointAwsService.EVENTBRIDGE },
  xray: { id: 'XRay', service: InterfaceVpcEndpointAwsService.XRAY },
  sts: { id: 'Sts', service: InterfaceVpcEndpointAwsService.STS },
  secretsmanager: { id: 'Secrets', service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER },
  'execute-api': { id: 'Api', service: InterfaceVpcEndpointAwsService.APIGATEWAY },
}

const actions: Readonly<Record<Exclude<EndpointName, 'execute-api'>, readonly string[]>> = {
  'bedrock-runtime': bedrockActions,
  dynamodb: ledgerActions,
  events: ['events:PutEvents'],
  xray: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  sts: ['sts:AssumeRole'],
  secretsmanager: ['secretsmanager:GetSecretValue'],
}

/**
 * What the functions ask, with rights of these accounts; on which models and secrets is said by the
 * functions' own policies. Callers of the API sign nothing, so there an account is that of the API.
 */
export function throughEndpoint(
  scope: Construct,
  name: EndpointName,
  accounts: readonly string[],
): PolicyStatement {
  const anyone = { principals: [new AnyPrincipal()] }
  if (name === 'execute-api') {
    const arn = Stack.of(scope).formatArn({ service: 'execute-api', resource: '*' })
    return new PolicyStatement({ ...anyone, actions: ['execute-api:Invoke'], resources: [arn] })
  }
  return new PolicyStatement({
    ...anyone,
    actions: [...actions[name]],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:PrincipalAccount': accounts } },
  })
}
