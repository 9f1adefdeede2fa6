/** What an operator writes in `tollgate.config.ts`, typed; checked in full when the app is synthesised. */
import type { AnyModel } from './model.ts'

export type Period = 'DAY' | 'WEEK' | 'MONTH'

/**
 * API Gateway's request quota: `limit` requests a calendar period (UTC).
 * `offset` is AWS's: how many requests the first period has less
 * (AWS::ApiGateway::UsagePlan QuotaSettings).
 */
export type Quota = { readonly limit: number; readonly period: Period; readonly offset?: number }

/** A token bucket: `rate` requests a second on average, `burst` at once. */
export type Throttle = { readonly rate: number; readonly burst: number }

export type Plan = { readonly quota?: Quota; readonly throttle?: Throttle }

export type Team = {
  /** The name of a plan. */
  readonly plan: string
  /** Aliases of `models`, or `'*'`: every model of the catalogue, by alias or Bedrock id. */
  readonly models: readonly string[] | '*'
  /** Who answers for the team: an e-mail address, a channel. */
  readonly contact?: string
  /** Who makes the team's key: the deployment (default), or an operator later, by command. */
  readonly key?: 'deployment' | 'command-line'
}

export type RegionConfig = {
  readonly region: string
  /** An address in place of AWS's own Bedrock endpoint in this region. */
  readonly endpoint?: string
}

export type LogConfig = {
  /** How long request and access logs are kept; a number of days CloudWatch offers. Default 30. */
  readonly retentionDays?: number
  /**
   * API Gateway writes access logs by a role of the whole account and region. `true` (default)
   * sets it and leaves it when the stack is deleted; `false` where the account has one already.
   */
  readonly accountRole?: boolean
}

export type GatewayConfig = {
  /** Name of the API's stage, the last part of its URL. Default `v1`. */
  readonly stage?: string
  /** The first is the gateway's home: it is deployed there, and calls Bedrock there. */
  readonly regions: readonly (string | RegionConfig)[]
  /** Which headers carry a key: both (default), or `x-api-key` alone, without an authorizer. */
  readonly auth?: 'any' | 'x-api-key'
  /** Alias to catalogue id, or to a row of one's own. */
  readonly models: Readonly<Record<string, string | AnyModel>>
  readonly plans: Readonly<Record<string, Plan>>
  /** By name: lower-case letters and digits. */
  readonly teams: Readonly<Record<string, Team>>
  /** What all callers together may send, before any key is looked at. */
  readonly throttle?: Throttle
  readonly logs?: LogConfig
}

/** Gives a configuration its types; `cdk synth` and `npm start` check its values. */
export const defineGateway = (config: GatewayConfig): GatewayConfig => config
