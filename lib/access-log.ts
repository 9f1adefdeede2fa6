/** API Gateway's own line for each request, those that never reach the function included. */
import { RemovalPolicy } from 'aws-cdk-lib'
import { AccessLogFormat, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigateway'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { GatewayConfig } from '../lambda/core/config.ts'
import { retentionDays } from './logs.ts'

/**
 * Never `identity.apiKey`, which is the key itself, nor a caller's own words, which API Gateway puts
 * in unescaped. Whence a request came is all there is to find who tries keys.
 */
export const accessLogFields = {
  requestId: '$context.requestId',
  time: '$context.requestTimeEpoch',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  team: '$context.authorizer.team',
  keyId: '$context.authorizer.keyId',
  tokenRefusal: '$context.authorizer.tokenRefusal',
  apiKeyId: '$context.identity.apiKeyId',
  sourceIp: '$context.identity.sourceIp',
  refusal: '$context.error.responseType',
  bytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  authorizerLatencyMs: '$context.authorizer.latency',
  integrationLatencyMs: '$context.integration.latency',
  integrationStatus: '$context.integration.status',
  transferMode: '$context.integration.responseTransferMode',
  headersMs: '$context.integration.timeToAllHeaders',
  firstByteMs: '$context.integration.timeToFirstContent',
  traceId: '$context.xrayTraceId',
}

export function accessLog(scope: Construct, config: GatewayConfig) {
  const group = new LogGroup(scope, 'AccessLogs', {
    retention: retentionDays(config) as RetentionDays,
    /** Who used what outlives the stack, until the retention ends. */
    removalPolicy: RemovalPolicy.RETAIN,
  })
  return {
    accessLogDestination: new LogGroupLogDestination(group),
    accessLogFormat: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
  }
}
