/** An API within a VPC answers who comes through its endpoint, and nobody else. */
import { App, CfnOutput, Stack } from 'aws-cdk-lib'
import { InterfaceVpcEndpoint } from 'aws-cdk-lib/aws-ec2'
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda'
import { describe, expect, it } from 'vitest'
import { GatewayApi } from '../lib/gateway-api.ts'
import config from '../tollgate.config.ts'
import { only, resourcesOf, type Template } from './support/stack.ts'

const vpcEndpointId = 'vpce-0123456789abcdef0'

function apiBehind(): Template {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const stack = new Stack(app, 'Private', { env: { region: 'us-east-1' } })
  const apiEndpoint = InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, 'Endpoint', {
    vpcEndpointId,
    port: 443,
  })
  const handler = new LambdaFunction(stack, 'Handler', {
    code: Code.fromInline('export const handler = () => {}'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  })
  const api = new GatewayApi(stack, 'Api', { config, file: 'tollgate.config.ts' }, handler, {
    apiEndpoint,
  })
  new CfnOutput(stack, 'Url', { value: api.stageUrl })
  return app.synth().getStackByName('Private').template
}

const root = apiBehind()
const api = only(resourcesOf(root, 'AWS::ApiGateway::RestApi')).Properties

describe('a private API', () => {
  it('is private in place of public, behind its endpoint', () => {
    expect(api.EndpointConfiguration).toEqual({
      Types: ['PRIVATE'],
      VpcEndpointIds: [vpcEndpointId],
    })
    const url = JSON.stringify(root.Outputs.Url?.Value)
    expect(url).toMatch(/https:\/\/.*\.execute-api\.us-east-1\..*\/v1/)
  })

  it('denies all that does not come through it, and allows the rest', () => {
    const { Statement } = api.Policy
    const invoke = {
      Action: 'execute-api:Invoke',
      Principal: { AWS: '*' },
      Resource: 'execute-api:/*',
    }
    expect(Statement).toEqual([
      {
        ...invoke,
        Effect: 'Deny',
        Condition: { StringNotEquals: { 'aws:SourceVpce': vpcEndpointId } },
      },
      { ...invoke, Effect: 'Allow' },
    ])
  })

  it('streams and asks for keys as the public one does', () => {
    const methods = resourcesOf(root, 'AWS::ApiGateway::Method')
    const keyed = methods.filter(({ Properties }) => Properties.ApiKeyRequired === true)
    expect(keyed.length).toBeGreaterThan(10)
    for (const { Properties } of keyed) {
      expect(Properties.Integration.ResponseTransferMode).toBe('STREAM')
      expect(Properties.AuthorizationType).toBe('CUSTOM')
    }
  })
})
