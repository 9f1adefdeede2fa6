/** What a function's role may do so that Lambda can put it into a VPC. */
import { Stack, Token, Validations } from 'aws-cdk-lib'
import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2'
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'

const make = ['ec2:CreateNetworkInterface']
const change = [
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]
const look = ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets']

/**
 * The actions that AWS lists under "Giving Lambda functions access to resources in an Amazon VPC";
 * it advises to deny them to the function's own code, which asks with the same role.
 */
export function letIn(
  role: Role,
  subnets: readonly ISubnet[],
  securityGroup: ISecurityGroup,
): void {
  const stack = Stack.of(role)
  const arn = (resource: string, resourceName: string) =>
    stack.formatArn({ service: 'ec2', resource, resourceName })
  const anyInterface = arn('network-interface', '*')
  const places = [
    ...subnets.map(({ subnetId }) => arn('subnet', subnetId)),
    arn('security-group', securityGroup.securityGroupId),
  ]
  const statements = [
    { actions: make, resources: [anyInterface, ...places] },
    { actions: change, resources: [anyInterface] },
    { actions: look, resources: ['*'] },
    {
      effect: Effect.DENY,
      actions: [...make, ...change, ...look],
      resources: ['*'],
      /** AWS sets it on what a function's code asks. */
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    },
  ]
  for (const each of statements) role.addToPolicy(new PolicyStatement(each))

  const account = Token.isUnresolved(stack.account) ? '<AWS::AccountId>' : stack.account
  Validations.of(role).acknowledge(
    {
      id: `AwsSolutions-IAM5[Resource::${anyInterface.replace(stack.account, account)}]`,
      reason: 'Lambda makes the interfaces; nobody knows their ids before.',
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resources, nor have DescribeNetworkInterfaces and DescribeSubnets.',
    },
  )
}
