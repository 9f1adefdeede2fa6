/** AWS WAF before the API: AWS's managed rules, which let prompts pass, and a rate for each address. */
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import type { GatewayConfig, Throttle } from '../lambda/core/config.ts'
import { errorCodes } from '../lambda/core/errors.ts'
import { refusalHeaders } from './cors.ts'
import { retentionDays } from './logs.ts'

/**
 * AWS's groups, in the order they are asked, with the rules that only count: those that read bodies
 * and query strings, where prompts stand, which look like attacks or are long; and the one that wants
 * a `User-Agent`, which HTTP clients of Node and Python do not send by themselves.
 * https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
 */
export const managedGroups: Readonly<Record<string, readonly string[]>> = {
  AWSManagedRulesAmazonIpReputationList: [],
  AWSManagedRulesKnownBadInputsRuleSet: [
    'JavaDeserializationRCE_BODY',
    'Log4JRCE_BODY',
    'ReactJSRCE_BODY',
    'JavaDeserializationRCE_QUERYSTRING',
    'Log4JRCE_QUERYSTRING',
  ],
  AWSManagedRulesCommonRuleSet: [
    'CrossSiteScripting_BODY',
    'EC2MetaDataSSRF_BODY',
    'GenericLFI_BODY',
    'GenericRFI_BODY',
    'SizeRestrictions_BODY',
    'CrossSiteScripting_QUERYARGUMENTS',
    'EC2MetaDataSSRF_QUERYARGUMENTS',
    'GenericLFI_QUERYARGUMENTS',
    'GenericRFI_QUERYARGUMENTS',
    'RestrictedExtensions_QUERYARGUMENTS',
    'SizeRestrictions_QUERYSTRING',
    'NoUserAgent_HEADER',
  ],
}

/** Seconds a rate is counted over; who stops for so long is let in again. */
const window = 300

/** Requests in a window below which no rate is held, whatever the plans say. */
const leastRate = 2_000

/** WAF logs and samples requests with these; keys are in headers, prompts in queries and bodies. */
const kept = [
  {
    fieldType: 'SINGLE_HEADER',
    fieldKeys: ['authorization', 'x-api-key', 'api-key', 'cookie', 'x-amz-security-token'],
  },
  { fieldType: 'QUERY_STRING' },
  { fieldType: 'BODY' },
]

export class WebAcl extends Construct {
  private readonly arn: string

  constructor(scope: Construct, id: string, config: GatewayConfig, whole: Throttle) {
    super(scope, id)
    const { stackName } = Stack.of(this)
    const most = mostOfOneAddress(config, whole)
    const acl = new CfnWebACL(this, 'Acl', {
      scope: 'REGIONAL',
      description: `Before the API of ${stackName}.`,
      defaultAction: { allow: {} },
      visibilityConfig: seenAs(`${stackName}-WebAcl`),
      rules: [rateRule(most, config), ...Object.entries(managedGroups).map(managedRule)],
      customResponseBodies: {
        [tooMany]: { contentType: 'APPLICATION_JSON', content: refusalBody(most) },
      },
      dataProtectionConfig: {
        dataProtections: kept.map((field) => ({ field, action: 'SUBSTITUTION' })),
      },
    })
    this.arn = acl.attrArn
    this.logTo(`aws-waf-logs-${stackName}`, retentionDays(config))
  }

  guard(stageArn: string): void {
    new CfnWebACLAssociation(this, 'Guard', { resourceArn: stageArn, webAclArn: this.arn })
  }

  /** WAF writes to groups whose name begins so alone. Whom it refused does not outlive the stack. */
  private logTo(name: string, days: number): void {
    const group = new LogGroup(this, 'Logs', {
      logGroupName: name,
      retention: days as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const destination = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    const logging = new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: this.arn,
      logDestinationConfigs: [destination],
      /** CloudFormation's own names: CDK takes this property as it is. */
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
          },
        ],
      },
    })
    logging.node.addDependency(group)
  }
}

/**
 * Requests of an address in a window: as many as the most generous plan lets one key send, so that
 * the rate never refuses what a plan allows.
 */
export function mostOfOneAddress({ plans }: GatewayConfig, whole: Throttle): number {
  const rates = Object.values(plans).map(({ throttle = whole }) => throttle.rate)
  const perSecond = Math.min(whole.rate, Math.max(...rates))
  return Math.max(leastRate, Math.ceil(perSecond * window))
}

const seenAs = (metricName: string) => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
})

const tooMany = 'TooMany'

function rateRule(limit: number, { cors }: GatewayConfig): CfnWebACL.RuleProperty {
  const headers = {
    'retry-after': String(window),
    'x-should-retry': 'false',
    ...refusalHeaders(cors),
  }
  return {
    name: 'RateOfAddress',
    priority: 0,
    statement: {
      rateBasedStatement: { limit, evaluationWindowSec: window, aggregateKeyType: 'IP' },
    },
    /** In the place of the gateway response `WAF_FILTERED`, which knows one status for all rules. */
    action: {
      block: {
        customResponse: {
          responseCode: errorCodes.throttled.status,
          customResponseBodyKey: tooMany,
          responseHeaders: Object.entries(headers).map(([name, value]) => ({ name, value })),
        },
      },
    },
    visibilityConfig: seenAs('RateOfAddress'),
  }
}

/** WAF puts no variables in: the request id is in `x-amzn-requestid` alone. */
function refusalBody(most: number): string {
  const { type } = errorCodes.throttled
  const message =
    `More than ${most.toLocaleString('en-US')} requests came from this address in five minutes. ` +
    'Wait five minutes, then send fewer.'
  const error = { type, code: 'throttled', message, param: null }
  return JSON.stringify({ type: 'error', error, message, request_id: '' })
}

function managedRule(
  [name, counted]: [string, readonly string[]],
  index: number,
): CfnWebACL.RuleProperty {
  return {
    name,
    priority: index + 1,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: seenAs(name),
  }
}
