/** What the firewall before the API refuses, and that it lets prompts pass and keeps no secret. */
import { describe, expect, it } from 'vitest'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { errorBody } from '../lambda/core/error-body.ts'
import { TollgateError } from '../lambda/core/errors.ts'
import { mostOfOneAddress } from '../lib/web-acl.ts'
import config from '../tollgate.config.ts'
import { only, resourcesOf, synthesise } from './support/stack.ts'

const { root } = synthesise({
  ...config,
  waf: true,
  cors: { origins: ['https://chat.example.com'] },
})
const acl = only(resourcesOf(root, 'AWS::WAFv2::WebACL')).Properties

type Rule = {
  readonly Name: string
  readonly Priority: number
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of AWS's making
  readonly [part: string]: any
}
const rules: readonly Rule[] = acl.Rules
const groupOf = ({ Statement }: Rule) => Statement.ManagedRuleGroupStatement
const ruleOf = (name: string) => only(rules.filter(({ Name }) => Name === name))

/**
 * All rules of the groups, as AWS lists them (developer guide, "Baseline rule groups" and "IP
 * reputation rule groups", read 2026-11-21).
 */
const listed: Readonly<Record<string, readonly string[]>> = {
  AWSManagedRulesAmazonIpReputationList: [
    'AWSManagedIPReputationList',
    'AWSManagedReconnaissanceList',
    'AWSManagedIPDDoSList',
  ],
  AWSManagedRulesKnownBadInputsRuleSet: [
    'JavaDeserializationRCE_HEADER',
    'JavaDeserializationRCE_BODY',
    'JavaDeserializationRCE_URIPATH',
    'JavaDeserializationRCE_QUERYSTRING',
    'Host_localhost_HEADER',
    'PROPFIND_METHOD',
    'ExploitablePaths_URIPATH',
    'Log4JRCE_HEADER',
    'Log4JRCE_QUERYSTRING',
    'Log4JRCE_BODY',
    'Log4JRCE_URIPATH',
    'ReactJSRCE_BODY',
  ],
  AWSManagedRulesCommonRuleSet: [
    'NoUserAgent_HEADER',
    'UserAgent_BadBots_HEADER',
    'SizeRestrictions_QUERYSTRING',
    'SizeRestrictions_Cookie_HEADER',
    'SizeRestrictions_BODY',
    'SizeRestrictions_URIPATH',
    'EC2MetaDataSSRF_BODY',
    'EC2MetaDataSSRF_COOKIE',
    'EC2MetaDataSSRF_URIPATH',
    'EC2MetaDataSSRF_QUERYARGUMENTS',
    'GenericLFI_QUERYARGUMENTS',
    'GenericLFI_URIPATH',
    'GenericLFI_BODY',
    'RestrictedExtensions_URIPATH',
    'RestrictedExtensions_QUERYARGUMENTS',
    'GenericRFI_QUERYARGUMENTS',
    'GenericRFI_BODY',
    'GenericRFI_URIPATH',
    'CrossSiteScripting_COOKIE',
    'CrossSiteScripting_QUERYARGUMENTS',
    'CrossSiteScripting_BODY',
    'CrossSiteScripting_URIPATH',
  ],
}

describe('the firewall', () => {
  it('stands before the stage, and asks AWS’s groups after the rate', () => {
    const { ResourceArn, WebACLArn } = only(
      resourcesOf(root, 'AWS::WAFv2::WebACLAssociation'),
    ).Properties
    const stage = only(
      Object.entries(root.Resources).filter(([, { Type }]) => Type === 'AWS::ApiGateway::Stage'),
    )
    expect(JSON.stringify(ResourceArn)).toContain(`/stages/",{"Ref":"${stage[0]}"}`)
    expect(root.Resources[WebACLArn['Fn::GetAtt'][0]]?.Type).toBe('AWS::WAFv2::WebACL')
    expect([acl.Scope, acl.DefaultAction]).toEqual(['REGIONAL', { Allow: {} }])
    const inOrder = rules.toSorted((one, other) => one.Priority - other.Priority)
    expect(inOrder.map(({ Name }) => Name)).toEqual(['RateOfAddress', ...Object.keys(listed)])
  })

  it.each(Object.entries(listed))('%s only counts what prompts may look like', (name, all) => {
    const rule = ruleOf(name)
    expect(rule.OverrideAction).toEqual({ None: {} })
    expect(groupOf(rule)).toMatchObject({ VendorName: 'AWS', Name: name })
    const overrides: readonly Rule[] = groupOf(rule).RuleActionOverrides
    for (const { ActionToUse } of overrides) expect(ActionToUse).toEqual({ Count: {} })
    const mayBePrompt = all.filter((each) => /_(BODY|QUERYSTRING|QUERYARGUMENTS)$/.test(each))
    const withoutAgent = all.filter((each) => each === 'NoUserAgent_HEADER')
    expect(overrides.map(({ Name }) => Name).sort()).toEqual(
      [...mayBePrompt, ...withoutAgent].sort(),
    )
  })

  it('refuses an address that sends too much in the words of the gateway, to a browser too', () => {
    const { Statement, Action } = ruleOf('RateOfAddress')
    expect(Statement.RateBasedStatement).toEqual({
      AggregateKeyType: 'IP',
      EvaluationWindowSec: 300,
      Limit: 60_000,
    })
    const { ResponseCode, CustomResponseBodyKey, ResponseHeaders } = Action.Block.CustomResponse
    const { Content, ContentType } = acl.CustomResponseBodies[CustomResponseBodyKey]
    expect([ResponseCode, ContentType]).toEqual([429, 'APPLICATION_JSON'])
    const body = JSON.parse(Content)
    expect(body).toEqual(errorBody(new TollgateError('throttled', body.message), ''))
    expect(body.message).toContain('60,000 requests')
    const headers = ResponseHeaders.map(({ Name, Value }: Record<string, string>) => [Name, Value])
    expect(Object.fromEntries(headers)).toEqual({
      'retry-after': '300',
      'x-should-retry': 'false',
      'access-control-allow-origin': 'https://chat.example.com',
      'access-control-expose-headers': '*',
    })
  })

  it('never refuses what a plan allows one key', () => {
    const rateOf = (plans: GatewayConfig['plans'], rate = 500) =>
      mostOfOneAddress({ ...config, plans }, { rate, burst: rate })
    expect(rateOf({ slow: { throttle: { rate: 1, burst: 1 } } })).toBe(2_000)
    expect(rateOf({ quick: { throttle: { rate: 20.5, burst: 1 } } })).toBe(6_150)
    expect(rateOf({ quick: { throttle: { rate: 900, burst: 1 } } })).toBe(150_000)
    expect(rateOf({ slow: { throttle: { rate: 1, burst: 1 } }, open: {} }, 100)).toBe(30_000)
  })

  it('writes down whom it refused, without keys, queries and bodies, and samples nothing', () => {
    const logging = only(resourcesOf(root, 'AWS::WAFv2::LoggingConfiguration')).Properties
    expect(JSON.stringify(logging.LogDestinationConfigs)).toContain(
      ':log-group:aws-waf-logs-Tollgate"',
    )
    expect(logging.LoggingFilter).toEqual({
      DefaultBehavior: 'DROP',
      Filters: [
        {
          Behavior: 'KEEP',
          Requirement: 'MEETS_ANY',
          Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
        },
      ],
    })
    const group = resourcesOf(root, 'AWS::Logs::LogGroup').filter(
      ({ Properties }) => Properties.LogGroupName === 'aws-waf-logs-Tollgate',
    )
    expect(only(group)).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { RetentionInDays: 30 },
    })
    type Protection = { Action: string; Field: { FieldType: string; FieldKeys?: string[] } }
    const kept: readonly Protection[] = acl.DataProtectionConfig.DataProtections
    for (const each of kept) {
      expect(Object.keys(each).sort()).toEqual(['Action', 'Field'])
      expect(each.Action).toBe('SUBSTITUTION')
    }
    expect(kept.map(({ Field }) => Field.FieldType)).toEqual([
      'SINGLE_HEADER',
      'QUERY_STRING',
      'BODY',
    ])
    expect(kept[0]?.Field.FieldKeys).toEqual(expect.arrayContaining(['authorization', 'x-api-key']))
    for (const { VisibilityConfig } of [acl, ...rules]) {
      expect(VisibilityConfig).toMatchObject({
        CloudWatchMetricsEnabled: true,
        SampledRequestsEnabled: false,
      })
    }
  })

  it('is not there unless it is asked for', () => {
    const types = Object.values(synthesise(config).root.Resources).map(({ Type }) => Type)
    expect(types.filter((type) => type.startsWith('AWS::WAFv2'))).toEqual([])
  })
})
