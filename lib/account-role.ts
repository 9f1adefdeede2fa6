/** Further accounts whose models are called: who they are, and the role each of them gives. */
import type { GatewayConfig } from '../lambda/core/config.ts'
import type { ModelRoute, TargetConfig } from '../lambda/core/routes-config.ts'
import { partitionOf } from './gateway-config.ts'

/** The longest name IAM gives a role. */
const longestName = 64

/** IAM has no regions: gateways of one name in two regions must not meet in an account. */
const named = (stackName: string, end: string): string =>
  `${stackName.slice(0, longestName - end.length)}${end}`

export const modelsRoleName = (stackName: string, home: string): string =>
  named(stackName, `-models-${home}`)

export const modelsRoleArn = (account: string, stackName: string, home: string): string =>
  roleArn(account, modelsRoleName(stackName, home), home)

/** Of the function, where another account has to know it. */
export const gatewayRoleName = (stackName: string, home: string): string =>
  named(stackName, `-gateway-${home}`)

export const roleArn = (account: string, name: string, home: string): string =>
  `arn:${partitionOf(home)}:iam::${account}:role/${name}`

export const isRoute = (row: GatewayConfig['models'][string]): row is ModelRoute =>
  typeof row === 'object' && 'targets' in row

/** Accounts that targets name, each once. */
export function accountsOf({ models }: GatewayConfig): readonly string[] {
  const targets = Object.values(models).flatMap((row): readonly TargetConfig[] =>
    isRoute(row) ? row.targets : [],
  )
  const named = targets.flatMap((target) => ('account' in target && target.account) || [])
  return [...new Set(named)].sort()
}
