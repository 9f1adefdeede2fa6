/** Further regions of a private network: each has Bedrock's endpoint, and a way there and back. */
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { addressRange } from '../lib/address-ranges.ts'
import { regionNames } from '../lib/gateway-config.ts'
import { mostPolicies } from '../lib/policies.ts'
import config from '../tollgate.config.ts'
import { only, resourcesOf, synthesise, type Template } from './support/stack.ts'

const three: GatewayConfig = {
  ...config,
  regions: ['us-east-1', 'us-west-2', 'eu-west-1'],
  network: { vpc: 'new' },
}
const { root, stacks } = synthesise(three)
const stack = (name: string): Template => stacks.get(name) ?? expect.fail(`There is no ${name}.`)
const routes = stack('Tollgate-Routes')
const further = ['us-west-2', 'eu-west-1'] as const

const propertiesOf = (template: Template, type: string) =>
  resourcesOf(template, type).map(({ Properties }) => Properties)

/** What another stack is asked for, as that stack means it. */
function asked({ 'Fn::GetStackOutput': from }: Record<string, Record<string, string>>) {
  const { StackName = '', OutputName = '', Region } = from ?? {}
  const value = stack(StackName).Outputs[OutputName]?.Value as { readonly Ref: string } | undefined
  return { stack: StackName, region: Region, value }
}

const idOf = (template: Template, type: string): string =>
  only(Object.entries(template.Resources).filter(([, { Type }]) => Type === type))[0]

describe('further regions', () => {
  it('have a stack each, and home has one for the ways to them', () => {
    expect([...stacks.keys()].sort()).toEqual([
      'Tollgate',
      'Tollgate-Routes',
      'Tollgate-eu-west-1',
      'Tollgate-us-west-2',
    ])
  })

  it('have addresses of their own, two private subnets, and no way to the internet', () => {
    const ranges = [root, ...further.map((name) => stack(`Tollgate-${name}`))].map(
      (each) => only(propertiesOf(each, 'AWS::EC2::VPC')).CidrBlock,
    )
    expect(new Set(ranges).size).toBe(3)
    for (const name of further) {
      const template = stack(`Tollgate-${name}`)
      expect(propertiesOf(template, 'AWS::EC2::Subnet')).toHaveLength(2)
      expect(JSON.stringify(template)).not.toMatch(/InternetGateway|NatGateway/)
      expect(propertiesOf(template, 'AWS::EC2::FlowLog')).toHaveLength(1)
    }
  })

  it.each(further)(
    '%s has an endpoint for Bedrock, which home’s addresses reach by 443',
    (name) => {
      const template = stack(`Tollgate-${name}`)
      const endpoint = only(propertiesOf(template, 'AWS::EC2::VPCEndpoint'))
      expect(endpoint).toMatchObject({
        ServiceName: `com.amazonaws.${name}.bedrock-runtime`,
        VpcEndpointType: 'Interface',
        PrivateDnsEnabled: false,
      })
      expect(only(propertiesOf(template, 'AWS::EC2::SecurityGroup')).SecurityGroupIngress).toEqual([
        expect.objectContaining({ CidrIp: addressRange('us-east-1'), FromPort: 443, ToPort: 443 }),
      ])
    },
  )

  it.each(further)('%s is peered with home, and leads back there from both subnets', (name) => {
    const template = stack(`Tollgate-${name}`)
    const { PeerRegion, PeerVpcId, VpcId } = only(
      propertiesOf(template, 'AWS::EC2::VPCPeeringConnection'),
    )
    expect(PeerRegion).toBe('us-east-1')
    expect(asked(PeerVpcId)).toEqual({
      stack: 'Tollgate',
      region: 'us-east-1',
      value: { Ref: idOf(root, 'AWS::EC2::VPC') },
    })
    expect(VpcId).toEqual({ Ref: idOf(template, 'AWS::EC2::VPC') })
    const back = propertiesOf(template, 'AWS::EC2::Route')
    expect(back.map(({ DestinationCidrBlock }) => DestinationCidrBlock)).toEqual(
      Array(2).fill(addressRange('us-east-1')),
    )
    expect(new Set(back.map(({ RouteTableId }) => RouteTableId.Ref)).size).toBe(2)
    expect(back.map((each) => each.VpcPeeringConnectionId.Ref)).toEqual(
      Array(2).fill(idOf(template, 'AWS::EC2::VPCPeeringConnection')),
    )
  })

  it('are led to from both of home’s subnets', () => {
    const ways = propertiesOf(routes, 'AWS::EC2::Route').map((each) => ({
      to: each.DestinationCidrBlock,
      from: asked(each.RouteTableId).value?.Ref,
      by: asked(each.VpcPeeringConnectionId),
    }))
    const tables = Object.entries(root.Resources)
      .filter(([, { Type }]) => Type === 'AWS::EC2::RouteTable')
      .map(([id]) => id)
    expect(ways).toEqual(
      further.flatMap((name) =>
        tables.map((from) => ({
          to: addressRange(name),
          from,
          by: { stack: `Tollgate-${name}`, region: name, value: { Ref: 'Peering' } },
        })),
      ),
    )
  })

  it.each(further)('%s’s usual name leads to its endpoint, at home and nowhere else', (name) => {
    const template = stack(`Tollgate-${name}`)
    const { Name, VPCs } = only(propertiesOf(template, 'AWS::Route53::HostedZone'))
    expect(Name).toBe(`bedrock-runtime.${name}.amazonaws.com`)
    const { VPCId, VPCRegion } = only<{ VPCId: never; VPCRegion: string }>(VPCs)
    expect([VPCRegion, asked(VPCId).value]).toEqual([
      'us-east-1',
      { Ref: idOf(root, 'AWS::EC2::VPC') },
    ])
    const record = only(propertiesOf(template, 'AWS::Route53::RecordSet'))
    expect([record.Name, record.Type]).toEqual([Name, 'A'])
    expect(JSON.stringify(record.AliasTarget)).toContain(
      JSON.stringify({ 'Fn::GetAtt': [idOf(template, 'AWS::EC2::VPCEndpoint'), 'DnsEntries'] }),
    )
  })

  it('need no custom resource, and no address in the function’s environment', () => {
    for (const template of stacks.values()) {
      if (template !== root) expect(JSON.stringify(template)).not.toMatch(/Custom::|AWS::Lambda/)
    }
    expect(JSON.stringify(root)).not.toContain('AWS_ENDPOINT_URL')
  })
})

describe('no stack is made', () => {
  const namesOf = (change: Partial<GatewayConfig>) =>
    [...synthesise({ ...three, ...change }).stacks.keys()].sort()
  const vpcEndpoint = 'vpce-1-2.bedrock-runtime.us-west-2.vpce.amazonaws.com'

  it('for a region without a network', () => {
    const { network: _, ...open } = three
    expect([...synthesise(open).stacks.keys()]).toEqual(['Tollgate'])
  })

  it('for a region whose endpoint is the operator’s', () => {
    const regions = ['us-east-1', { region: 'us-west-2', vpcEndpoint }]
    expect(namesOf({ regions })).toEqual(['Tollgate'])
    expect(namesOf({ regions: [...regions, 'eu-west-1'] })).toEqual([
      'Tollgate',
      'Tollgate-Routes',
      'Tollgate-eu-west-1',
    ])
  })
})

describe('the whole catalogue in three regions', () => {
  it('is more than ten policies hold: the role itself says the rest', () => {
    const managed = propertiesOf(root, 'AWS::IAM::ManagedPolicy')
    expect(managed).toHaveLength(mostPolicies)
    const inline = propertiesOf(root, 'AWS::IAM::Policy').filter((each) =>
      JSON.stringify(each).includes('bedrock:InvokeModel'),
    )
    const text = JSON.stringify(only(inline).PolicyDocument)
    expect(text.length).toBeLessThan(10_240)
    const named = new Set(JSON.stringify([managed, inline]).match(/bedrock:[a-z0-9-]+::/g))
    for (const region of regionNames(three)) expect(named).toContain(`bedrock:${region}::`)
  })

  it('in five is refused before anything is deployed', () => {
    const regions = [...regionNames(three), 'eu-central-1', 'ap-northeast-1', 'ap-south-1']
    expect(() => synthesise({ ...three, regions })).toThrow(/name fewer of either/)
  })
})

it('no two regions share addresses', () => {
  const regions = ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1', 'ap-northeast-1']
  expect(new Set(regions.map(addressRange)).size).toBe(regions.length)
  expect(addressRange('us-east-1')).toBe('10.199.0.0/24')
  expect(addressRange('mars-north-1')).toBeUndefined()
})
