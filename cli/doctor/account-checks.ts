/** Checks of the account: bootstrap, the stack, the log role of API Gateway, calls at once, secrets. */
import { isDeepStrictEqual } from 'node:util'
import { secretsOf } from '../../lib/gateway-config.ts'
import { peeredRegions } from '../../lib/reach.ts'
import { countOf, grouped } from '../amounts.ts'
import { type Ask, xmlOf } from './ask.ts'
import {
  type Check,
  type Finding,
  type Identity,
  note,
  ok,
  skipped,
  toldBy,
  wrong,
} from './finding.ts'

export async function identityOf(ask: Ask, region: string): Promise<Identity> {
  const form = { Action: 'GetCallerIdentity', Version: '2011-06-15' }
  const xml = await ask({ service: 'sts', region, form })
  return { account: xmlOf(xml, 'Account') ?? '', arn: xmlOf(xml, 'Arn') ?? '' }
}

/** `undefined` where there is no such stack. */
async function stackStatus(ask: Ask, region: string, StackName: string) {
  const form = { Action: 'DescribeStacks', Version: '2010-05-15', StackName }
  try {
    return xmlOf(await ask({ service: 'cloudformation', region, form }), 'StackStatus')
  } catch (thrown) {
    if (/does not exist/.test((thrown as Error).message)) return undefined
    throw thrown
  }
}

const bootstrap: Check = {
  name: 'bootstrap',
  async run({ config, home, identity, ask }) {
    const regions = [...new Set([home, ...peeredRegions(config)])]
    const found = await Promise.all(
      regions.map(async (region) => ({
        region,
        status: await stackStatus(ask, region, 'CDKToolkit'),
      })),
    )
    const missing = found.filter(({ status }) => status === undefined)
    if (missing.length === 0) return [ok(`there, in ${regions.join(' and ')}`)]
    return missing.map(({ region }) =>
      wrong(
        `the CDK has nowhere to put files in ${region}`,
        `npx cdk bootstrap aws://${identity.account}/${region}`,
      ),
    )
  },
}

const stack: Check = {
  name: 'stack',
  async run({ home, stack: name, ask, wanted }) {
    const status = await stackStatus(ask, home, name)
    if (status === undefined) {
      return [wrong(`${name} is not deployed in ${home}`, 'npx cdk deploy')]
    }
    if (status.endsWith('_IN_PROGRESS')) return [note(`${name} is being changed: ${status}`)]
    if (/FAILED|ROLLBACK_COMPLETE$/.test(status) && status !== 'UPDATE_ROLLBACK_COMPLETE') {
      const events = `aws cloudformation describe-stack-events --stack-name ${name} --region ${home}`
      return [wrong(`${name} came to ${status}`, `${events} says why; then npx cdk deploy`)]
    }
    const form = { Action: 'GetTemplate', Version: '2010-05-15', StackName: name }
    const xml = await ask({ service: 'cloudformation', region: home, form })
    const now = await wanted().catch(toldBy)
    if (typeof now === 'string') return [wrong(now, 'npx cdk synth says more')]
    const others = different(JSON.parse(xmlOf(xml, 'TemplateBody') ?? '{}'), now)
    if (others.length === 0) return [ok(`${name} is deployed in ${home}, as it is configured`)]
    const some = others.slice(0, 3).join(', ')
    const more = others.length > 3 ? ` and ${grouped(others.length - 3)} more` : ''
    return [
      wrong(
        `${name} in ${home} is not as it is configured: ${some}${more} differ`,
        'npx cdk diff, then npx cdk deploy',
      ),
    ]
  },
}

type Template = { readonly Resources?: Readonly<Record<string, { readonly Type?: string }>> }

/** Resources of one that the other has not, or has otherwise. */
function different(deployed: Template, wanted: Template): readonly string[] {
  const [one, other] = [deployed.Resources ?? {}, wanted.Resources ?? {}]
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (id) =>
      (one[id] ?? other[id])?.Type !== 'AWS::CDK::Metadata' &&
      !isDeepStrictEqual(one[id], other[id]),
  )
}

const logRole: Check = {
  name: 'log role',
  async run({ config, home, ask }) {
    const text = await ask({ service: 'apigateway', region: home, path: '/account' })
    const { cloudwatchRoleArn } = JSON.parse(text) as { readonly cloudwatchRoleArn?: string }
    if (cloudwatchRoleArn !== undefined) return [ok('API Gateway may write access logs')]
    const says = `API Gateway has no role in ${home} to write access logs with`
    return [
      config.logs?.accountRole === false
        ? wrong(says, 'leave logs.accountRole out of the configuration, and npx cdk deploy')
        : wrong(says, 'npx cdk deploy makes one'),
    ]
  },
}

/** Fewer calls at once than this are few for a gateway; a new account has ten. */
const fewCalls = 100

const concurrency: Check = {
  name: 'calls at once',
  async run({ home, ask }) {
    const path = '/2016-08-19/account-settings/'
    const text = await ask({ service: 'lambda', region: home, path })
    const { AccountLimit } = JSON.parse(text) as {
      readonly AccountLimit?: { readonly UnreservedConcurrentExecutions?: number }
    }
    const most = AccountLimit?.UnreservedConcurrentExecutions
    if (most === undefined) return [note('Lambda does not say how many it allows')]
    const says = `Lambda allows ${grouped(most)} in ${home}, for all functions of the account`
    if (most >= fewCalls) return [ok(says)]
    return [note(says, 'ask for more: Service Quotas, AWS Lambda, Concurrent executions')]
  },
}

const secrets: Check = {
  name: 'secrets',
  async run({ config, home, ask }) {
    const named = secretsOf(config)
    if (named.length === 0) return [skipped('none is configured')]
    const found = await Promise.all(named.map(({ path, arn }) => describe(ask, home, path, arn)))
    const amiss = found.filter((finding) => finding !== undefined)
    return amiss.length > 0 ? amiss : [ok(`${countOf(named.length, 'secret')} there`)]
  },
}

async function describe(
  ask: Ask,
  region: string,
  path: string,
  SecretId: string,
): Promise<Finding | undefined> {
  const json = { target: 'secretsmanager.DescribeSecret', body: { SecretId } }
  try {
    const { DeletedDate } = JSON.parse(await ask({ service: 'secretsmanager', region, json }))
    if (DeletedDate === undefined) return undefined
    const restore = `aws secretsmanager restore-secret --secret-id ${SecretId} --region ${region}`
    return wrong(`${path}: the secret is to be deleted`, restore)
  } catch (thrown) {
    if ((thrown as Error).name !== 'ResourceNotFoundException') {
      return wrong(`${path}: ${toldBy(thrown)}`, 'let these credentials call DescribeSecret')
    }
    const mend = `make it with aws secretsmanager create-secret --region ${region}, and put its ARN there`
    return wrong(`${path}: there is no secret ${SecretId}`, mend)
  }
}

export const accountChecks: readonly Check[] = [bootstrap, stack, logRole, concurrency, secrets]
