/** Rules of cdk-nag that the API does not follow, each with its reason. */

import type { GatewayConfig } from '../lambda/core/config.ts'

const exceptions = [
  {
    id: 'AwsSolutions-APIG2',
    reason: 'The function checks every body, and says what is wrong in the words of the dialect.',
  },
  {
    id: 'AwsSolutions-APIG4',
    reason:
      'Every route that reaches a model needs a key; /health, /openapi.json, /console, preflights and the 404 need none.',
  },
  {
    id: 'AwsSolutions-APIG6',
    reason: 'Execution logs repeat headers, and go to a group without retention; access logs tell.',
  },
  {
    id: 'AwsSolutions-COG4',
    reason:
      'A usage plan is named by a Lambda authorizer alone, which takes tokens of Cognito too.',
  },
]

const withoutWaf = {
  id: 'AwsSolutions-APIG3',
  reason: 'A WAF has a fixed monthly price; keys, throttles and quotas hold this API.',
}

export const apiExceptions = ({ waf }: GatewayConfig) =>
  waf === true ? exceptions : [...exceptions, withoutWaf]
