/** One API key a team, its secret made at deploy time, in nested stacks that a team never leaves. */
import { CustomResource, Duration, Fn, NestedStack, Stack } from 'aws-cdk-lib'
import { CfnApiKey, CfnUsagePlanKey } from 'aws-cdk-lib/aws-apigateway'
import { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { jwtOf } from '../lambda/sign-in/jwt-config.ts'
import { keyIdOf } from './key-id.ts'
import { type KeySecret, keySecret, openSecrets } from './key-secrets.ts'
import type { NodeFunction } from './node-function.ts'
import { teamKeyMaker } from './team-key-maker.ts'

export const keyName = (stackName: string, team: string): string => `${stackName}-${team}`

/**
 * CloudFormation takes 500 resources a stack, and moving a key to another stack would replace it.
 * So a team's stack is chosen by its own name: the first of its key id's 16 letters.
 */
const bucketOf = (team: string): string => keyIdOf(team).slice(0, 1)

export class TeamKeys extends Construct {
  /** None where callers send keys alone. */
  private readonly secrets: KeySecret[] = []

  constructor(
    scope: Construct,
    id: string,
    config: GatewayConfig,
    planIds: ReadonlyMap<string, string>,
  ) {
    super(scope, id)
    const teams = Object.entries(config.teams).filter(([, { key }]) => key !== 'command-line')
    if (teams.length === 0) return
    const maker = teamKeyMaker(this, config)
    const { stackName } = Stack.of(this)
    const bucket = (name: string) =>
      (this.node.tryFindChild(name) as NestedStack | undefined) ?? new NestedStack(this, name)
    for (const [team, { plan: planName }] of teams) {
      const planId = planIds.get(planName)
      if (planId === undefined) continue
      const stack = bucket(`Bucket${bucketOf(team)}`)
      const value = addKey(stack, team, keyName(stackName, team), maker, planId)
      if (jwtOf(config) !== undefined) this.secrets.push(keySecret(stack, team, stackName, value))
    }
  }

  /** Lets a function read the key of a team whose member has signed in. */
  openTo(reader: NodeFunction | undefined): void {
    if (reader !== undefined && this.secrets.length > 0) openSecrets(this, this.secrets, reader)
  }
}

function addKey(
  stack: NestedStack,
  team: string,
  name: string,
  { functionArn }: { readonly functionArn: string },
  usagePlanId: string,
): string {
  /** A change of any property asks for a new answer, and only a new `Rotation` has one. */
  const secret = new CustomResource(stack, `${team}Secret`, {
    resourceType: 'Custom::TollgateTeamKey',
    serviceToken: functionArn,
    serviceTimeout: Duration.minutes(5),
    properties: { Team: team, Rotation: '0' },
  })
  const value = Fn.join('', [team, keyIdOf(team), secret.getAttString('Secret')])
  const key = new CfnApiKey(stack, `${team}Key`, {
    name,
    description: `Key ${keyIdOf(team)} of the team ${team}.`,
    enabled: true,
    value,
  })
  new CfnUsagePlanKey(stack, `${team}Plan`, {
    keyId: key.ref,
    keyType: 'API_KEY',
    usagePlanId,
  })
  return value
}
