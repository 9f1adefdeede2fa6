/** Questions operators ask of the logs, saved where CloudWatch shows them: Logs Insights, by name. */
import { Stack } from 'aws-cdk-lib'
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { Watched } from './dashboards/watched.ts'

export type SavedQuery = {
  readonly name: string
  /** `requests`: the function's lines; `access`: API Gateway's own. */
  readonly of: readonly ('requests' | 'access')[]
  readonly lines: readonly string[]
}

/** In USD; the lines say millionths. */
const cost = 'sum(CostMicroUsd) / 1000000 as usd'

export const savedQueries: Readonly<Record<string, SavedQuery>> = {
  Dearest: {
    name: 'Dearest requests',
    of: ['requests'],
    lines: [
      'filter CostMicroUsd > 0',
      'fields @timestamp, requestId, team, keyId, model, CostMicroUsd / 1000000 as usd, InputTokens, OutputTokens, CacheReadTokens, DurationMs',
      'sort CostMicroUsd desc',
      'limit 50',
    ],
  },
  Refused: {
    name: 'Who was refused, and why',
    of: ['requests'],
    lines: [
      'filter status >= 400 and status < 500',
      'stats count(*) as refusals, latest(@timestamp) as last, latest(decision) as lastDecision by team, outcome, param',
      'sort refusals desc',
    ],
  },
  SlowestFirstTokens: {
    name: 'Slowest first tokens',
    of: ['requests'],
    lines: [
      'filter ispresent(FirstTokenMs)',
      'fields @timestamp, requestId, team, model, region, FirstTokenMs, UpstreamMs, OverheadMs, LedgerMs, attempts, InputTokens',
      'sort FirstTokenMs desc',
      'limit 50',
    ],
  },
  Cost: {
    name: 'Cost by team and model',
    of: ['requests'],
    lines: [
      'filter ispresent(CostMicroUsd)',
      `stats ${cost}, count(*) as requests, sum(InputTokens) as input, sum(OutputTokens) as output by team, model`,
      'sort usd desc',
    ],
  },
  Keys: {
    name: 'Cost by key',
    of: ['requests'],
    lines: [
      'filter ispresent(CostMicroUsd)',
      `stats ${cost}, count(*) as requests, latest(@timestamp) as last by team, keyId`,
      'sort usd desc',
    ],
  },
  Metadata: {
    name: 'Requests by a value of x-tollgate-metadata',
    of: ['requests'],
    lines: [
      'filter ispresent(metadata.project)',
      `stats count(*) as requests, ${cost} by metadata.project, team`,
      'sort requests desc',
      '# put a name of your own in place of project',
    ],
  },
  Failovers: {
    name: 'Failovers by region',
    of: ['requests'],
    lines: [
      'filter Failovers > 0',
      'stats count(*) as failovers, pct(FirstByteMs, 90) as firstByteP90, latest(attempts) as lastTrail by region, model',
      'sort failovers desc',
    ],
  },
  Faults: {
    name: 'Faults of the gateway',
    of: ['requests'],
    lines: [
      'filter ispresent(fault) or ispresent(upstreamError)',
      'stats count(*) as failures, latest(requestId) as lastRequest by outcome, upstreamError, fault',
      'sort failures desc',
    ],
  },
  Limits: {
    name: 'Warnings of limits',
    of: ['requests'],
    lines: [
      'filter ispresent(event)',
      'fields @timestamp, event, team, limit, requestId',
      'sort @timestamp desc',
    ],
  },
  OwnRefusals: {
    name: 'Refused by API Gateway itself',
    of: ['access'],
    lines: [
      'filter refusal != "-"',
      'stats count(*) as refusals, latest(@timestamp) as last, count_distinct(sourceIp) as addresses by refusal, status, team, apiKeyId',
      'sort refusals desc',
    ],
  },
  OneRequest: {
    name: 'Everything about one request',
    of: ['requests', 'access'],
    lines: [
      'filter requestId = "PUT ITS x-request-id HERE"',
      'fields @timestamp, @log, team, route, model, status, outcome, param, decision, upstreamError, fault, attempts, refusal, tokenRefusal, DurationMs, latencyMs',
    ],
  },
}

export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { gateway, accessLogs }: Watched) {
    super(scope, id)
    const { stackName } = Stack.of(this)
    const groups = { requests: gateway.logGroup, access: accessLogs }
    for (const [key, { name, of, lines }] of Object.entries(savedQueries)) {
      new CfnQueryDefinition(this, key, {
        /** Up to the last stroke, CloudWatch makes a folder of it. */
        name: `${stackName}/${name}`,
        queryString: lines.join('\n| ').replace('\n| #', '\n#'),
        logGroupNames: of.map((each) => groups[each].logGroupName),
      })
    }
  }
}
