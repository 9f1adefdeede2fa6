/** What of CloudFormation does nothing on one machine, and why: it is read over. */

const noCloudWatch = 'there is no CloudWatch on one machine'
const noLogs = 'logs go to a file instead of CloudWatch'
const noArchive = 'what is logged stays in that file'
const noRights = 'functions run with the rights of this process'
const noNetwork =
  'functions call from this machine’s own network, and the server listens on 127.0.0.1'
const noName = 'the server is at 127.0.0.1, whatever its name'
const noFirewall = 'nobody but this machine can call the server'
const noTracing = 'there is no X-Ray on one machine'

/** By type. */
export const idleTypes: Readonly<Record<string, string>> = {
  'AWS::ApiGateway::Account': 'it lets API Gateway write to CloudWatch',
  'AWS::ApiGateway::BasePathMapping': noName,
  'AWS::ApiGateway::DomainName': noName,
  'AWS::CDK::Metadata': 'it counts CDK constructs',
  'AWS::CloudWatch::Alarm': noCloudWatch,
  'AWS::CloudWatch::Dashboard': noCloudWatch,
  'AWS::EC2::EIP': noNetwork,
  'AWS::EC2::FlowLog': noNetwork,
  'AWS::EC2::InternetGateway': noNetwork,
  'AWS::EC2::NatGateway': noNetwork,
  'AWS::EC2::Route': noNetwork,
  'AWS::EC2::RouteTable': noNetwork,
  'AWS::EC2::SecurityGroup': noNetwork,
  'AWS::EC2::SecurityGroupEgress': noNetwork,
  'AWS::EC2::SecurityGroupIngress': noNetwork,
  'AWS::EC2::Subnet': noNetwork,
  'AWS::EC2::SubnetRouteTableAssociation': noNetwork,
  'AWS::EC2::VPC': noNetwork,
  'AWS::EC2::VPCEndpoint': noNetwork,
  'AWS::EC2::VPCGatewayAttachment': noNetwork,
  'AWS::EC2::VPCPeeringConnection': noNetwork,
  'AWS::Events::Rule': 'events are kept to be read, and go no further',
  'AWS::IAM::ManagedPolicy': noRights,
  'AWS::IAM::Policy': noRights,
  'AWS::IAM::Role': noRights,
  'AWS::KinesisFirehose::DeliveryStream': noArchive,
  'AWS::Logs::LogGroup': noLogs,
  'AWS::Logs::LogStream': noLogs,
  'AWS::Logs::QueryDefinition': noLogs,
  'AWS::Logs::SubscriptionFilter': noLogs,
  'AWS::Route53::HostedZone': noName,
  'AWS::Route53::RecordSet': noName,
  'AWS::S3::Bucket': noArchive,
  'AWS::S3::BucketPolicy': noArchive,
  'AWS::WAFv2::LoggingConfiguration': noFirewall,
  'AWS::WAFv2::WebACL': noFirewall,
  'AWS::WAFv2::WebACLAssociation': noFirewall,
  'AWS::XRay::Group': noTracing,
  'AWS::XRay::SamplingRule': noTracing,
}
