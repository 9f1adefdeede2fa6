/** A REST API that answers within one VPC: who comes through its endpoint, and nobody else. */
import { EndpointType, type RestApiProps } from 'aws-cdk-lib/aws-apigateway'
import type { IInterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2'
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam'

export function privateTo(
  endpoint: IInterfaceVpcEndpoint,
): Pick<RestApiProps, 'endpointConfiguration' | 'policy'> {
  const invoke = {
    principals: [new AnyPrincipal()],
    actions: ['execute-api:Invoke'],
    /** API Gateway puts the API's own ARN before it. */
    resources: ['execute-api:/*'],
  }
  const elsewhere = { StringNotEquals: { 'aws:SourceVpce': endpoint.vpcEndpointId } }
  return {
    /** With its endpoint named, the API's usual address leads to it wherever that endpoint's DNS does. */
    endpointConfiguration: { types: [EndpointType.PRIVATE], vpcEndpoints: [endpoint] },
    policy: new PolicyDocument({
      statements: [
        new PolicyStatement({ ...invoke, effect: Effect.DENY, conditions: elsewhere }),
        new PolicyStatement({ ...invoke, effect: Effect.ALLOW }),
      ],
    }),
  }
}
