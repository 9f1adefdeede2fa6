/** The network the functions are in: its subnets, who may be called from there, and by which endpoints. */
import { Stack, Token } from 'aws-cdk-lib'
import {
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  type IInterfaceVpcEndpoint,
  InterfaceVpcEndpoint,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { NetworkConfig } from '../lambda/core/network-config.ts'
import { accountsOf } from './account-role.ts'
import { addressRange } from './address-ranges.ts'
import { ConfigError, homeRegion } from './gateway-config.ts'
import { retentionDays } from './logs.ts'
import { letIn } from './network-leave.ts'
import type { NodeFunction } from './node-function.ts'
import { PrivateVpc } from './private-vpc.ts'
import { type Reach, reachOf } from './reach.ts'
import { type InterfaceName, interfaces, throughEndpoint } from './service-endpoints.ts'

/** Whence the callers of a private API may come: this VPC, and networks that are joined to it. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']

export class Network extends Construct {
  readonly vpc: IVpc
  /** One for each zone. */
  readonly subnets: readonly ISubnet[]
  /** Of the functions. */
  readonly securityGroup: ISecurityGroup
  /** By which the API is reached, where it is private. */
  readonly apiEndpoint?: IInterfaceVpcEndpoint

  private readonly ours: boolean
  private readonly accounts: readonly string[]

  constructor(scope: Construct, id: string, config: GatewayConfig, network: NetworkConfig) {
    super(scope, id)
    const reach = reachOf(config)
    this.ours = network.vpc === 'new'
    this.accounts = [Stack.of(this).account, ...accountsOf(config)]
    this.vpc = this.ours ? this.newVpc(config, reach) : this.ownVpc(network.vpc)
    this.subnets = this.privateSubnets(network.vpc)
    this.securityGroup = this.functionsGroup(reach)

    const endpointsGroup = this.endpointsGroup()
    const known = network.endpoints ?? {}
    const made = (name: InterfaceName): IInterfaceVpcEndpoint => {
      const vpcEndpointId = known[name]
      if (vpcEndpointId === undefined) return this.interfaceEndpoint(name, endpointsGroup)
      const { id: construct } = interfaces[name]
      return InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(this, construct, {
        vpcEndpointId,
        port: 443,
      })
    }
    const endpoints = new Map(
      reach.services.filter((name) => name !== 'dynamodb').map((name) => [name, made(name)]),
    )
    if (known.dynamodb === undefined) this.tableEndpoint()
    const apiEndpoint = endpoints.get('execute-api')
    if (apiEndpoint !== undefined) this.apiEndpoint = apiEndpoint
  }

  /** From then on all that the function calls is called from within the network. */
  admit(caller: NodeFunction | undefined): void {
    if (caller === undefined) return
    const inner = caller.node.defaultChild as CfnFunction
    inner.vpcConfig = {
      subnetIds: this.subnets.map(({ subnetId }) => subnetId),
      securityGroupIds: [this.securityGroup.securityGroupId],
    }
    letIn(caller.role, this.subnets, this.securityGroup)
    caller.node.addDependency(this.vpc.internetConnectivityEstablished)
  }

  private newVpc(config: GatewayConfig, { outside }: Reach): IVpc {
    const range = addressRange(homeRegion(config)) ?? ''
    const days = retentionDays(config)
    return new PrivateVpc(this, 'Vpc', { range, outside, retentionDays: days }) as IVpc
  }

  private ownVpc(vpcId: string): IVpc {
    if (Token.isUnresolved(Stack.of(this).account)) {
      const why = 'is looked up in its account, and synth knows none'
      const needs = 'needs AWS credentials of that account, or its number in CDK_DEFAULT_ACCOUNT'
      throw new ConfigError([`network.vpc: '${vpcId}' ${why}; ${needs}`])
    }
    return Vpc.fromLookup(this, 'Vpc', { vpcId })
  }

  private privateSubnets(vpcId: string): readonly ISubnet[] {
    const { privateSubnets, isolatedSubnets } = this.vpc
    const subnetType =
      privateSubnets.length > 0 ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED
    const found = privateSubnets.length + isolatedSubnets.length
    const subnets =
      found === 0 ? [] : this.vpc.selectSubnets({ subnetType, onePerAz: true }).subnets
    if (subnets.length >= 2) return subnets
    const has = `has private subnets in ${subnets.length} zones`
    throw new ConfigError([`network.vpc: '${vpcId}' ${has}; needs them in two at least`])
  }

  private functionsGroup({ ports }: Reach): SecurityGroup {
    const group = new SecurityGroup(this, 'Functions', {
      vpc: this.vpc,
      description: 'Of the functions: they are called by Lambda, and call out.',
      allowAllOutbound: false,
    })
    for (const port of ports) {
      group.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'Where routes lead, and nowhere else.')
    }
    return group
  }

  /** In a VPC of the operator's, whoever asks one of these services comes by the endpoint from now on. */
  private endpointsGroup(): SecurityGroup {
    const group = new SecurityGroup(this, 'Endpoints', {
      vpc: this.vpc,
      description: 'Of the endpoints of services.',
      allowAllOutbound: false,
    })
    const callers = this.ours ? this.securityGroup : Peer.ipv4(this.vpc.vpcCidrBlock)
    group.addIngressRule(callers, Port.tcp(443), 'Who asks the services.')
    return group
  }

  private callersGroup(): SecurityGroup {
    const group = new SecurityGroup(this, 'Callers', {
      vpc: this.vpc,
      description: 'Of the endpoint of the API.',
      allowAllOutbound: false,
    })
    const own = this.ours ? [] : [this.vpc.vpcCidrBlock]
    for (const range of new Set([...privateRanges, ...own])) {
      group.addIngressRule(Peer.ipv4(range), Port.tcp(443), 'Callers of the API.')
    }
    return group
  }

  private interfaceEndpoint(name: InterfaceName, group: SecurityGroup): InterfaceVpcEndpoint {
    const { id, service } = interfaces[name]
    const endpoint = new InterfaceVpcEndpoint(this, id, {
      vpc: this.vpc,
      service,
      subnets: { subnets: [...this.subnets] },
      privateDnsEnabled: true,
      open: false,
      securityGroups: [name === 'execute-api' ? this.callersGroup() : group],
    })
    if (this.ours) endpoint.addToPolicy(throughEndpoint(this, name, this.accounts))
    return endpoint
  }

  private tableEndpoint(): void {
    const endpoint = new GatewayVpcEndpoint(this, 'DynamoDb', {
      vpc: this.vpc,
      service: GatewayVpcEndpointAwsService.DYNAMODB,
      subnets: [{ subnets: [...this.subnets] }],
    })
    if (this.ours) endpoint.addToPolicy(throughEndpoint(this, 'dynamodb', this.accounts))
  }
}
