/** The log groups of a deployed stack: the function's, and API Gateway's own. */

import { Failure } from '../problems.ts'
import type { AwsSettings } from '../settings.ts'

export type DeployedStack = {
  readonly name: string
  readonly region: string
  readonly aws: AwsSettings
}

/** By the ids of `lib/`'s constructs; CDK puts eight letters of its own behind. */
const wanted = /^(GatewayLogs|AccessLogs)[0-9A-F]{8}$/

const timeouts = { connectionTimeout: 5_000, requestTimeout: 20_000 }

/** ARNs, as Live Tail takes them: without `:*` at their end. */
export async function logGroupsOf({
  name,
  region,
  aws,
}: DeployedStack): Promise<readonly string[]> {
  const sdk = await import('@aws-sdk/client-cloudformation')
  const client = new sdk.CloudFormationClient({ ...aws, region, requestHandler: timeouts })
  const groups: string[] = []
  try {
    const { Stacks = [] } = await client.send(new sdk.DescribeStacksCommand({ StackName: name }))
    const [, partition, , , account] = (Stacks[0]?.StackId ?? '').split(':')
    for await (const page of sdk.paginateListStackResources({ client }, { StackName: name })) {
      for (const { LogicalResourceId = '', PhysicalResourceId } of page.StackResourceSummaries ??
        []) {
        if (!wanted.test(LogicalResourceId) || PhysicalResourceId === undefined) continue
        groups.push(`arn:${partition}:logs:${region}:${account}:log-group:${PhysicalResourceId}`)
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof Error) || !/does not exist/.test(thrown.message)) throw thrown
    throw new Failure(
      `There is no stack ${name} in ${region}. --stack and --region say which one; ` +
        '--local follows the gateway on this machine.',
    )
  } finally {
    client.destroy()
  }
  if (groups.length > 0) return groups
  throw new Failure(`The stack ${name} has no log group of a gateway; is it another one's?`)
}
