/** The network the functions are in: private, with an endpoint for each service they call. */
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { checkConfig } from '../lib/gateway-config.ts'
import config from '../tollgate.config.ts'
import {
  only,
  type Resource,
  resolved,
  resourcesOf,
  synthesise,
  type Template,
} from './support/stack.ts'

const home: GatewayConfig = { ...config, regions: ['us-east-1'] }
const account = '111111111111'
const provider = {
  type: 'anthropic',
  key: `arn:aws:secretsmanager:us-east-1:${account}:secret:anthropic-AbCdEf`,
} as const
const jwt = { issuer: 'https://id.example.com', audience: 'gateway', teamClaim: 'team' }
const teams = { one: { plan: 'trial', models: '*' as const } }
const vpcId = 'vpc-0123456789abcdef0'

const isolated = synthesise({ ...home, network: { vpc: 'new', privateApi: true } }).root
const open = synthesise({
  ...home,
  auth: { jwt },
  network: { vpc: 'new' },
  providers: { claude: provider, local: { type: 'openai', url: 'http://10.1.2.3:8000/v1' } },
}).root

/** As CDK keeps what it has looked up. */
const lookedUp = (zones: readonly string[], kind = 'Private') => ({
  [`vpc-provider:account=${account}:filter.vpc-id=${vpcId}:region=us-east-1:returnAsymmetricSubnets=true`]:
    {
      vpcId,
      vpcCidrBlock: '100.64.0.0/20',
      ownerAccountId: account,
      availabilityZones: [],
      subnetGroups: [
        {
          name: kind,
          type: kind,
          subnets: zones.map((zone, index) => ({
            subnetId: `subnet-${index}`,
            cidr: `100.64.${index}.0/24`,
            availabilityZone: `us-east-1${zone}`,
            routeTableId: `rtb-${index}`,
          })),
        },
      ],
    },
})
const withOwn = (network: object = {}, zones = ['a', 'b', 'b']) =>
  synthesise(
    { ...home, network: { vpc: vpcId, ...network } },
    { account, context: lookedUp(zones) },
  ).root

const propertiesOf = (template: Template, type: string) =>
  resourcesOf(template, `AWS::EC2::${type}`).map(({ Properties }) => Properties)

const endpointsOf = (template: Template): ReadonlyMap<string, Resource['Properties']> =>
  new Map(
    propertiesOf(template, 'VPCEndpoint').map((each) => {
      const name = String(resolved(each.ServiceName)).split('.').at(-1) ?? ''
      return [name, each]
    }),
  )

const functionOf = (template: Template, description: RegExp): Resource['Properties'] =>
  only(
    resourcesOf(template, 'AWS::Lambda::Function').filter(({ Properties }) =>
      description.test(Properties.Description),
    ),
  ).Properties

const gatewayOf = (template: Template) => functionOf(template, /^answers every route/)
const authorizerOf = (template: Template) => functionOf(template, /^finds/)

type Statement = {
  Effect: string
  Action: string | string[]
  Resource: unknown
  Condition?: object
}

/** Of the role of the gateway's function. */
function inlineStatements(template: Template): readonly Statement[] {
  const role = gatewayOf(template).Role['Fn::GetAtt'][0]
  return resourcesOf(template, 'AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some((each: { Ref: string }) => each.Ref === role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
}

const resourcesIn = ({ Resource }: Statement) => [Resource].flat().map(resolved)

describe('a new network', () => {
  it('is two private subnets without any way to the internet', () => {
    const subnets = propertiesOf(isolated, 'Subnet')
    expect(subnets.map(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch)).toEqual([false, false])
    expect(subnets.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(
      [0, 1].map((index) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': 'us-east-1' }] })),
    )
    for (const type of ['InternetGateway', 'NatGateway', 'Route', 'EIP']) {
      expect(propertiesOf(isolated, type)).toEqual([])
    }
  })

  it('writes down who talked to whom, for as long as other logs', () => {
    const { LogGroupName, TrafficType } = only(propertiesOf(isolated, 'FlowLog'))
    expect(TrafficType).toBe('ALL')
    expect(isolated.Resources[LogGroupName.Ref]?.Properties.RetentionInDays).toBe(30)
  })

  it('has an endpoint for every service the function calls, under the service’s own name', () => {
    const endpoints = endpointsOf(isolated)
    expect([...endpoints.keys()].sort()).toEqual(
      ['bedrock-runtime', 'dynamodb', 'events', 'execute-api', 'xray'].sort(),
    )
    for (const [name, { VpcEndpointType, PrivateDnsEnabled, SubnetIds }] of endpoints) {
      if (name === 'dynamodb') continue
      expect([VpcEndpointType, PrivateDnsEnabled]).toEqual(['Interface', true])
      expect(SubnetIds).toEqual(gatewayOf(isolated).VpcConfig.SubnetIds)
    }
  })

  it('reaches the ledger by a route of each subnet', () => {
    const { VpcEndpointType, RouteTableIds } = endpointsOf(isolated).get('dynamodb')
    const tables = Object.entries(isolated.Resources).filter(
      ([, { Type }]) => Type === 'AWS::EC2::RouteTable',
    )
    expect(VpcEndpointType).toBe('Gateway')
    expect(RouteTableIds).toEqual(tables.map(([id]) => ({ Ref: id })))
  })

  it('lets through an endpoint what the function asks, with rights of this account alone', () => {
    const asked = [...endpointsOf(isolated)].map(([name, { PolicyDocument }]) => {
      const { Action, Condition } = only(PolicyDocument.Statement as Statement[])
      return [name, [Action].flat(), Condition]
    })
    const ours = { StringEquals: { 'aws:PrincipalAccount': [{ Ref: 'AWS::AccountId' }] } }
    const granted = inlineStatements(isolated).filter(({ Effect }) => Effect === 'Allow')
    const actionsOf = (service: string) =>
      granted.flatMap(({ Action }) => Action).filter((action) => action.startsWith(`${service}:`))
    expect(new Map(asked.map(([name, actions]) => [name, actions]))).toEqual(
      new Map([
        [
          'bedrock-runtime',
          ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', 'bedrock:CountTokens'],
        ],
        ['dynamodb', actionsOf('dynamodb')],
        ['events', actionsOf('events')],
        ['xray', actionsOf('xray')],
        ['execute-api', ['execute-api:Invoke']],
      ]),
    )
    for (const [name, , condition] of asked) {
      expect(condition).toEqual(name === 'execute-api' ? undefined : ours)
    }
  })

  it('lets the function out by 443, and nobody in but to the endpoints', () => {
    const groups = propertiesOf(isolated, 'SecurityGroup')
    const [functions, ...others] = groups
    expect(functions.SecurityGroupEgress).toMatchObject([
      { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 },
    ])
    expect(functions.SecurityGroupIngress).toBeUndefined()
    for (const { SecurityGroupEgress } of others) {
      expect(SecurityGroupEgress).toMatchObject([{ CidrIp: '255.255.255.255/32' }])
    }
    const rule = only(propertiesOf(isolated, 'SecurityGroupIngress'))
    const own = gatewayOf(isolated).VpcConfig.SecurityGroupIds[0]
    expect(rule).toMatchObject({ FromPort: 443, ToPort: 443, SourceSecurityGroupId: own })
  })

  it('takes calls to its private API from private addresses', () => {
    const [id] = endpointsOf(isolated).get('execute-api').SecurityGroupIds
    const { SecurityGroupIngress } =
      isolated.Resources[id['Fn::GetAtt'][0]]?.Properties ?? expect.fail('there is no group')
    expect(
      SecurityGroupIngress.map((rule: { CidrIp: string; ToPort: number }) => [
        rule.CidrIp,
        rule.ToPort,
      ]),
    ).toEqual([
      ['10.0.0.0/8', 443],
      ['172.16.0.0/12', 443],
      ['192.168.0.0/16', 443],
    ])
    const api = only(resourcesOf(isolated, 'AWS::ApiGateway::RestApi')).Properties
    expect(api.EndpointConfiguration.Types).toEqual(['PRIVATE'])
  })

  it('holds the gateway’s function; the authorizer of keys, which calls nobody, stays out', () => {
    expect(gatewayOf(isolated).VpcConfig.SubnetIds).toHaveLength(2)
    expect(authorizerOf(isolated).VpcConfig).toBeUndefined()
  })
})

describe('leave to be in a network', () => {
  const about = inlineStatements(isolated).filter(({ Action }) =>
    [Action].flat().join().includes('ec2:'),
  )
  const of = (effect: string) => about.filter(({ Effect }) => Effect === effect)

  it('is for interfaces of these subnets and this group', () => {
    const create = only(of('Allow').filter(({ Action }) => Action === 'ec2:CreateNetworkInterface'))
    const arn = 'arn:aws:ec2:us-east-1:123456789012'
    const subnets = gatewayOf(isolated).VpcConfig.SubnetIds.map(
      ({ Ref }: { Ref: string }) => `${arn}:subnet/${Ref}`,
    )
    const [interfaces, ...places] = resourcesIn(create)
    expect(interfaces).toBe(`${arn}:network-interface/*`)
    expect(places.slice(0, -1)).toEqual(subnets)
    expect(places.at(-1)).toMatch(/:security-group\//)
  })

  it('is kept from the function’s own code', () => {
    const allowed = of('Allow').flatMap(({ Action }) => Action)
    const { Action, Condition } = only(of('Deny'))
    expect([Action].flat().sort()).toEqual(allowed.sort())
    expect(Condition).toEqual({ Null: { 'lambda:SourceFunctionArn': 'false' } })
  })

  it('is no policy of AWS’s', () => {
    expect(JSON.stringify(isolated)).not.toContain('AWSLambdaVPCAccessExecutionRole')
  })

  it('is all that names no exact ARN, but for traces', () => {
    for (const template of [isolated, open]) {
      const wide = inlineStatements(template)
        .filter(({ Effect }) => Effect === 'Allow')
        .filter((statement) => JSON.stringify(resourcesIn(statement)).includes('*'))
        .flatMap(({ Action }) => Action)
      expect(wide.filter((action) => !/^(ec2|xray):/.test(action))).toEqual([])
      expect(JSON.stringify(inlineStatements(template))).not.toMatch(/"[a-z0-9-]+:\*"/)
    }
  })
})

describe('where somebody outside of AWS is called', () => {
  it('there is one NAT gateway, beside the private subnets, which stay as they are', () => {
    const subnets = propertiesOf(open, 'Subnet')
    expect(subnets.map(({ CidrBlock }) => CidrBlock)).toEqual([
      '10.199.0.0/26',
      '10.199.0.64/26',
      '10.199.0.128/28',
      '10.199.0.144/28',
    ])
    expect(propertiesOf(isolated, 'Subnet').map(({ CidrBlock }) => CidrBlock)).toEqual(
      subnets.slice(0, 2).map(({ CidrBlock }) => CidrBlock),
    )
    expect(subnets.some(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch)).toBe(false)
    expect(propertiesOf(open, 'NatGateway')).toHaveLength(1)
  })

  it('the functions’ way out is that gateway, never the internet’s', () => {
    const ways = propertiesOf(open, 'Route').map(({ NatGatewayId, GatewayId, RouteTableId }) => ({
      private: /Private/.test(RouteTableId.Ref),
      nat: NatGatewayId !== undefined,
      internet: GatewayId !== undefined,
    }))
    expect(ways.filter((way) => way.private)).toEqual(
      Array(2).fill({ private: true, nat: true, internet: false }),
    )
  })

  it('the ports are those of who is called', () => {
    const [functions] = propertiesOf(open, 'SecurityGroup')
    expect(functions.SecurityGroupEgress.map(({ ToPort }: { ToPort: number }) => ToPort)).toEqual([
      443, 8000,
    ])
  })

  it('secrets are read by an endpoint, and the authorizer that reads them is inside too', () => {
    expect(endpointsOf(open).has('secretsmanager')).toBe(true)
    expect(authorizerOf(open).VpcConfig).toEqual(gatewayOf(open).VpcConfig)
  })

  it('a server with a private address alone needs no gateway', () => {
    const providers = { local: { type: 'openai', url: 'http://10.1.2.3:8000/v1' } } as const
    const { root } = synthesise({ ...home, network: { vpc: 'new' }, providers })
    expect(propertiesOf(root, 'NatGateway')).toEqual([])
    expect([...endpointsOf(root).keys()]).not.toContain('secretsmanager')
  })
})

describe('a VPC of the operator’s own', () => {
  const root = withOwn({ privateApi: true })

  it('is used as it is: one private subnet a zone', () => {
    expect(propertiesOf(root, 'VPC')).toEqual([])
    expect(gatewayOf(root).VpcConfig.SubnetIds).toEqual(['subnet-0', 'subnet-1'])
  })

  it('gets endpoints that serve all of it, and refuse nobody else’s calls', () => {
    const endpoints = endpointsOf(root)
    expect(endpoints.size).toBe(5)
    for (const { PolicyDocument } of endpoints.values()) expect(PolicyDocument).toBeUndefined()
    const ranges = propertiesOf(root, 'SecurityGroup').flatMap(({ SecurityGroupIngress = [] }) =>
      SecurityGroupIngress.map(({ CidrIp }: { CidrIp: string }) => CidrIp),
    )
    expect(ranges.filter((range) => range === '100.64.0.0/20')).toHaveLength(2)
  })

  it('keeps the endpoints it has', () => {
    const endpoints = { dynamodb: 'vpce-01234567', 'execute-api': 'vpce-76543210' }
    const known = withOwn({ privateApi: true, endpoints })
    expect([...endpointsOf(known).keys()].sort()).toEqual(['bedrock-runtime', 'events', 'xray'])
    const api = only(resourcesOf(known, 'AWS::ApiGateway::RestApi')).Properties
    expect(api.EndpointConfiguration.VpcEndpointIds).toEqual(['vpce-76543210'])
  })

  it('is refused without an account to look it up in, and without two zones', () => {
    expect(() => synthesise({ ...home, network: { vpc: vpcId } })).toThrow(/CDK_DEFAULT_ACCOUNT/)
    expect(() => withOwn({}, ['a', 'a'])).toThrow(
      `network.vpc: '${vpcId}' has private subnets in 1 zones; needs them in two at least`,
    )
  })
})

describe('a network that cannot be made', () => {
  const further = { ...home, regions: ['us-east-1', 'us-west-2'] }
  const arn = 'arn:aws:acm:eu-west-1:123456789012:certificate/1-2'

  it.each<[string, object, RegExp]>([
    [
      'a name that is no VPC’s',
      { network: { vpc: 'mine' } },
      /^network\.vpc: got "mine", needs new/,
    ],
    [
      'a further region of an operator’s VPC',
      { ...further, network: { vpc: vpcId } },
      /^regions\[1\]\.vpcEndpoint: got nothing, needs .* bedrock-runtime in us-west-2/,
    ],
    [
      'a region that is not known',
      { regions: ['us-east-9'], models: {}, teams, network: { vpc: 'new' } },
      /regions\[0\]: got "us-east-9", where no VPC can be made; needs a VPC of your own/,
    ],
    [
      'endpoints of a new one',
      { network: { vpc: 'new', endpoints: { sts: 'vpce-01234567' } } },
      /^network\.endpoints: .* needs to be left out/,
    ],
    [
      'a certificate of another region',
      { domain: { name: 'models.example.com', certificateArn: arn } },
      /^domain\.certificateArn: .* needs a certificate in us-east-1/,
    ],
    [
      'a name for a private API',
      {
        network: { vpc: 'new', privateApi: true },
        domain: {
          name: 'models.example.com',
          certificateArn: arn.replace('eu-west-1', 'us-east-1'),
        },
      },
      /^domain\.name: .* needs a public API/,
    ],
    [
      'an origin with a path',
      { cors: { origins: ['https://a.example/x'] } },
      /^cors\.origins\[0\]/,
    ],
    [
      'an origin’s own port',
      { cors: { origins: ['https://a.example:443'] } },
      /^cors\.origins\[0\]/,
    ],
    ['all origins and one', { cors: { origins: ['*', 'https://a.example'] } }, /^cors\.origins: /],
    ['a word for a flag', { waf: 'yes' }, /^waf: got "yes", needs true or false/],
  ])('%s is refused by name', (_, change, says) => {
    expect(() => checkConfig({ ...home, ...change })).toThrow(says)
  })

  it('takes origins of browsers and of applications', () => {
    const origins = ['https://chat.example.com', 'http://localhost:3000', 'app://obsidian.md']
    expect(() => checkConfig({ ...home, cors: { origins } })).not.toThrow()
    expect(() => checkConfig({ ...home, cors: { origins: ['*'] } })).not.toThrow()
  })
})
