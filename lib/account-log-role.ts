/** The role by which API Gateway writes access logs: one for the whole account and region. */
import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { CfnAccount } from 'aws-cdk-lib/aws-apigateway'
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'

/** Other APIs of the account may write by it too, so it stays when the stack goes. */
export class AccountLogRole extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id)
    const name = 'service-role/AmazonAPIGatewayPushToCloudWatchLogs'
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(name)],
    })
    const account = new CfnAccount(this, 'Account', { cloudWatchRoleArn: role.roleArn })
    role.applyRemovalPolicy(RemovalPolicy.RETAIN)
    account.applyRemovalPolicy(RemovalPolicy.RETAIN)
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${name}]`,
      reason: 'The setting serves every API of the account, and AWS keeps this policy fit for it.',
    })
  }
}
