/** A VPC of our own: private subnets in two zones, a way out only where one is needed, a flow log. */
import { RemovalPolicy } from 'aws-cdk-lib'
import {
  FlowLogDestination,
  IpAddresses,
  type SubnetConfiguration,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

export type PrivateVpcProps = {
  readonly range: string
  /** Whether functions in it call somebody with a public address. */
  readonly outside: boolean
  readonly retentionDays: number
}

export class PrivateVpc extends Vpc {
  constructor(scope: Construct, id: string, { range, outside, retentionDays }: PrivateVpcProps) {
    super(scope, id, {
      ipAddresses: IpAddresses.cidr(range),
      maxAzs: 2,
      natGateways: outside ? 1 : 0,
      subnetConfiguration: outside ? [behindNat, open] : [isolated],
      restrictDefaultSecurityGroup: false,
    })
    const group = new LogGroup(this, 'FlowLogs', {
      retention: retentionDays as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    this.addFlowLog('Flow', { destination: FlowLogDestination.toCloudWatchLogs(group) })
  }
}

/** One name and one size for both, so that a way out is made or removed without new subnets. */
const subnet = { name: 'Private', cidrMask: 26 }
const isolated: SubnetConfiguration = { ...subnet, subnetType: SubnetType.PRIVATE_ISOLATED }
const behindNat: SubnetConfiguration = { ...subnet, subnetType: SubnetType.PRIVATE_WITH_EGRESS }

/** Holds the NAT gateway and nothing else. */
const open: SubnetConfiguration = {
  name: 'Public',
  cidrMask: 28,
  subnetType: SubnetType.PUBLIC,
  mapPublicIpOnLaunch: false,
}
