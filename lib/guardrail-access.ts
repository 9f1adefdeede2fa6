/** Leave to apply the configured guardrails, each by its ARN, and no others. */
import { Stack } from 'aws-cdk-lib'
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { homeRegion, partitionOf } from './gateway-config.ts'
import { guardrailsOf } from './guardrail-problems.ts'

/** Of the gateway's own account: other accounts' models are not asked under a guardrail. */
export function openGuardrails(role: Role, config: GatewayConfig): void {
  const resources = guardrailArns(config, Stack.of(role).account)
  if (resources.length === 0) return
  role.addToPolicy(new PolicyStatement({ actions: ['bedrock:ApplyGuardrail'], resources }))
}

function guardrailArns(config: GatewayConfig, account: string): string[] {
  const arns = guardrailsOf(config).flatMap(({ guardrail: { id } }) =>
    typeof id === 'string'
      ? [arnOf(id, homeRegion(config), account)]
      : Object.entries(id).map(([region, one]) => arnOf(one, region, account)),
  )
  return [...new Set(arns)].sort()
}

const arnOf = (id: string, region: string, account: string): string =>
  id.startsWith('arn:')
    ? id
    : `arn:${partitionOf(region)}:bedrock:${region}:${account}:guardrail/${id}`
