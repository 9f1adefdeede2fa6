/** A further region of a private network: a VPC with Bedrock's endpoint, peered with the home VPC. */
import { CrossStackReferences, ReferenceStrength } from 'aws-cdk-lib'
import {
  CfnRoute,
  CfnVPCPeeringConnection,
  InterfaceVpcEndpoint,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2'
import { CfnHostedZone, CfnRecordSet } from 'aws-cdk-lib/aws-route53'
import { InterfaceVpcEndpointTarget } from 'aws-cdk-lib/aws-route53-targets'
import type { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { accountsOf } from './account-role.ts'
import { addressRange } from './address-ranges.ts'
import { homeRegion, partitionOf } from './gateway-config.ts'
import { retentionDays } from './logs.ts'
import { PrivateVpc } from './private-vpc.ts'
import { interfaces, throughEndpoint } from './service-endpoints.ts'
import { ZonedStack } from './zoned-stack.ts'

export type RegionStackProps = {
  readonly config: GatewayConfig
  readonly region: string
  readonly account: string | undefined
  readonly homeVpc: IVpc
}

export class RegionStack extends ZonedStack {
  readonly peeringId: string
  readonly range: string

  constructor(scope: Construct, id: string, props: RegionStackProps) {
    const { config, region, account, homeVpc } = props
    super(scope, id, {
      description: `Tollgate: Bedrock's endpoint in ${region}.`,
      env: { region, ...(account !== undefined && { account }) },
    })
    /** CloudFormation reads them when the stack is deployed; the other way takes custom resources. */
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK)
    const home = homeRegion(config)
    this.range = addressRange(region) ?? ''
    const vpc = new PrivateVpc(this, 'Vpc', {
      range: this.range,
      outside: false,
      retentionDays: retentionDays(config),
    })
    const homeRange = addressRange(home) ?? ''
    const endpoint = this.bedrockEndpoint(vpc as IVpc, homeRange, accountsOf(config))

    /** Between VPCs of one account it is accepted without further ado, across regions too. */
    const peering = new CfnVPCPeeringConnection(this, 'Peering', {
      vpcId: vpc.vpcId,
      peerVpcId: homeVpc.vpcId,
      peerRegion: home,
    })
    this.peeringId = peering.ref
    addRoutes(this, vpc.isolatedSubnets, homeRange, peering.ref)
    this.nameAtHome(endpoint, homeVpc.vpcId, home)
  }

  private bedrockEndpoint(
    vpc: IVpc,
    homeRange: string,
    guests: readonly string[],
  ): InterfaceVpcEndpoint {
    const group = new SecurityGroup(this, 'Endpoints', {
      vpc,
      description: 'Of the endpoint of Bedrock.',
      allowAllOutbound: false,
    })
    group.addIngressRule(Peer.ipv4(homeRange), Port.tcp(443), 'The functions, from home.')
    const { id, service } = interfaces['bedrock-runtime']
    const endpoint = new InterfaceVpcEndpoint(this, id, {
      vpc,
      service,
      /** Nobody asks from within this VPC; at home the zone below says where it is. */
      privateDnsEnabled: false,
      open: false,
      securityGroups: [group],
    })
    endpoint.addToPolicy(throughEndpoint(this, 'bedrock-runtime', [this.account, ...guests]))
    return endpoint
  }

  /** The region's usual name leads to the endpoint, so a request is signed for it and no other. */
  private nameAtHome(endpoint: InterfaceVpcEndpoint, vpcId: string, vpcRegion: string): void {
    const suffix = partitionOf(this.region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com'
    const name = `bedrock-runtime.${this.region}.${suffix}`
    const zone = new CfnHostedZone(this, 'Zone', {
      name,
      hostedZoneConfig: {
        comment: `Leads from ${vpcRegion} to the endpoint of ${this.stackName}.`,
      },
      vpcs: [{ vpcId, vpcRegion }],
    })
    new CfnRecordSet(this, 'Name', {
      hostedZoneId: zone.ref,
      name,
      type: 'A',
      aliasTarget: new InterfaceVpcEndpointTarget(endpoint).bind({} as never),
    })
  }
}

/** From each of the subnets to the other side of a peering. */
export function addRoutes(
  scope: Construct,
  subnets: readonly ISubnet[],
  destinationCidrBlock: string,
  vpcPeeringConnectionId: string,
  name = 'Home',
): void {
  for (const [index, { routeTable }] of subnets.entries()) {
    new CfnRoute(scope, `To${name}${index + 1}`, {
      routeTableId: routeTable.routeTableId,
      destinationCidrBlock,
      vpcPeeringConnectionId,
    })
  }
}
