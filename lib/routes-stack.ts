/** The home VPC's ways to further regions; they need what those regions made, which need that VPC. */
import { CrossStackReferences, ReferenceStrength } from 'aws-cdk-lib'
import type { ISubnet } from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import { addRoutes, type RegionStack } from './region-stack.ts'
import { ZonedStack } from './zoned-stack.ts'

export type RoutesStackProps = {
  readonly region: string
  readonly account: string | undefined
  /** Of the home VPC. */
  readonly subnets: readonly ISubnet[]
  readonly further: readonly RegionStack[]
}

export class RoutesStack extends ZonedStack {
  constructor(
    scope: Construct,
    id: string,
    { region, account, subnets, further }: RoutesStackProps,
  ) {
    super(scope, id, {
      description: 'Tollgate: routes from its network to further regions.',
      env: { region, ...(account !== undefined && { account }) },
    })
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK)
    for (const { region: there, range, peeringId } of further) {
      addRoutes(this, subnets, range, peeringId, there)
    }
  }
}
