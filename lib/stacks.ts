/** The stacks of one gateway: its own, and one in each further region and account it reaches into. */
import type { App } from 'aws-cdk-lib'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { accountsOf } from './account-role.ts'
import { type CheckedConfig, ConfigError, homeRegion } from './gateway-config.ts'
import { GatewayStack } from './gateway-stack.ts'
import { ModelsStack } from './models-stack.ts'
import { peeredRegions } from './reach.ts'
import { RegionStack } from './region-stack.ts'
import { RoutesStack } from './routes-stack.ts'

/** `account`: the gateway's own, where it is known. */
export function addStacks(
  app: App,
  name: string,
  checked: CheckedConfig,
  account?: string,
): GatewayStack {
  const models = furtherAccounts(checked.config, account)
  const gateway = new GatewayStack(app, name, checked, account)
  addRegions(app, gateway, checked, account)
  for (const props of models) {
    const id = `${name}-Models-${props.account}`
    new ModelsStack(app, id, { ...props, config: checked.config, stackName: gateway.stackName })
  }
  return gateway
}

function addRegions(
  app: App,
  gateway: GatewayStack,
  { config }: CheckedConfig,
  account: string | undefined,
): void {
  const { network, stackName } = gateway
  const regions = peeredRegions(config)
  if (network === undefined || regions.length === 0) return
  const { vpc, subnets } = network
  const further = regions.map(
    (region) =>
      new RegionStack(app, `${stackName}-${region}`, { config, region, account, homeVpc: vpc }),
  )
  const home = { region: homeRegion(config), account }
  new RoutesStack(app, `${stackName}-Routes`, { ...home, subnets, further })
}

/** Each names the gateway's own account, so that must be known. */
function furtherAccounts(config: GatewayConfig, own: string | undefined) {
  const accounts = accountsOf(config)
  if (accounts.length === 0) return []
  if (own === undefined) {
    const why = 'give a role to the gateway’s own, which synth does not know'
    const needs = 'needs AWS credentials of it, or its number in CDK_DEFAULT_ACCOUNT'
    throw new ConfigError([
      `models: targets with an account (${accounts.join(', ')}) ${why}; ${needs}`,
    ])
  }
  if (accounts.includes(own)) {
    throw new ConfigError([`models: ${own} is the gateway’s own account; leave it out of targets`])
  }
  return accounts.map((account) => ({ account, own }))
}
