/** What an operator writes in `tollgate.config.ts`, typed; checked in full when the app is synthesised. */
import type { AnyModel } from './model.ts'
import type { LogContent, MonitoringConfig } from './monitoring-config.ts'
import type { DomainConfig, NetworkConfig } from './network-config.ts'
import type {
  CloudflareConfig,
  ModelRoute,
  ProviderConfig,
  RegionConfig,
  Timeouts,
} from './routes-config.ts'
import type { CacheConfig, Rules, TemplateConfig } from './rules-config.ts'

export type Period = 'DAY' | 'WEEK' | 'MONTH'

/**
 * API Gateway's request quota: `limit` requests a calendar period (UTC).
 * `offset` is AWS's: how many requests the first period has less
 * (AWS::ApiGateway::UsagePlan QuotaSettings).
 */
export type Quota = { readonly limit: number; readonly period: Period; readonly offset?: number }

/** A token bucket: `rate` requests a second on average, `burst` at once. */
export type Throttle = { readonly rate: number; readonly burst: number }

/** Calendar windows, in the configuration's time zone; a week begins on Monday. */
export type Window = 'minute' | 'day' | 'week' | 'month'

/** What is counted: exactly one of the three. `usd` has at most six decimals. */
export type Measured =
  | { readonly requests: number }
  | { readonly tokens: number }
  | { readonly usd: number }

/**
 * What happens at a limit: a call that does not fit is refused (default); or it passes, and people
 * are warned at 80 and 100 % (`warn`); or it passes, and what would have been refused is counted
 * (`report`). Limits that refuse warn too.
 */
export type AtLimit = 'refuse' | 'warn' | 'report'

/** At most so much in each window. Tokens are all that are billed: input, output, cached. */
export type Limit = Measured & { readonly per: Window; readonly then?: AtLimit }

/** A limit of a plan, for each of its teams. */
export type PlanLimit = Limit & {
  /** All keys and models of a team together (default), each key apart, or each model apart. */
  readonly each?: 'team' | 'key' | 'model'
  /** Of one model alone, by its alias; with `each: 'model'`. Absent: of every model. */
  readonly model?: string
}

export type Plan = {
  /** Counted twice: by API Gateway for each key, at its best effort; by the ledger for the team, exactly. */
  readonly quota?: Quota
  readonly throttle?: Throttle
  readonly limits?: readonly PlanLimit[]
  /** Most calls of a team at once. */
  readonly maxParallel?: number
  /**
   * What is reserved before a call: the most it can be billed (`hard`, default), so that a limit is
   * never passed; or what it is likely to be billed (`tight`), so that a limit is used to its end.
   */
  readonly mode?: 'hard' | 'tight'
  /** Where the ledger cannot be asked: no call (default), or a bounded allowance. */
  readonly onLedgerFailure?: 'refuse' | 'allow'
}

/** Sign-in in place of keys: JSON Web Tokens of one issuer. */
export type JwtConfig = {
  /** Its address, as in the tokens' `iss`. */
  readonly issuer: string
  /** Any one of them must be in `aud`, or in `client_id` where a token has no `aud`. */
  readonly audience: string | readonly string[]
  /** Which claim names the team. */
  readonly teamClaim: string
}

export type Team = Rules & {
  /** The name of a plan. */
  readonly plan: string
  /** Aliases of `models`, or `'*'`: every model of the catalogue, by alias or Bedrock id. */
  readonly models: readonly string[] | '*'
  /** Who answers for the team: an e-mail address, a channel. */
  readonly contact?: string
  /** Who makes the team's key: the deployment (default), or an operator later, by command. */
  readonly key?: 'deployment' | 'command-line'
  /** What is logged of its requests; a request may ask for less. Default `metadata`. */
  readonly log?: LogContent
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

export type GatewayConfig = Rules & {
  /** Name of the API's stage, the last part of its URL. Default `v1`. */
  readonly stage?: string
  /** The first is the gateway's home. Where an alias says no more, its model is asked in all of them, in this order. */
  readonly regions: readonly (string | RegionConfig)[]
  /**
   * Which headers carry a key: both (default), or `x-api-key` alone, without an authorizer. With
   * `jwt`, both, and `Authorization: Bearer` also takes a token of that issuer.
   */
  readonly auth?: 'any' | 'x-api-key' | { readonly jwt: JwtConfig }
  /** Alias to catalogue id, to a row of one's own, or to a list of targets. */
  readonly models: Readonly<Record<string, string | AnyModel | ModelRoute>>
  /** Who else than Bedrock answers, by the name targets give. */
  readonly providers?: Readonly<Record<string, ProviderConfig>>
  /** Cloudflare's AI Gateway, for targets that go out through it. */
  readonly cloudflare?: CloudflareConfig
  readonly timeouts?: Timeouts
  /** Prompts by name, which callers ask for in place of messages. */
  readonly templates?: Readonly<Record<string, TemplateConfig>>
  /** Answers to what was asked before. Absent: nothing is remembered. */
  readonly cache?: CacheConfig
  readonly plans: Readonly<Record<string, Plan>>
  /** By name: lower-case letters and digits. */
  readonly teams: Readonly<Record<string, Team>>
  /** What all callers together may send, before any key is looked at. */
  readonly throttle?: Throttle
  /** Limits of all teams together. */
  readonly organisation?: { readonly limits: readonly Limit[] }
  /** Where days, weeks and months of limits begin; an IANA name. Default `UTC`. */
  readonly timeZone?: string
  /** Who is told when 80 and 100 % of a limit are used: an SNS topic, by ARN. */
  readonly alerts?: { readonly topic: string }
  readonly logs?: LogConfig
  readonly monitoring?: MonitoringConfig
  /** Absent: the function is in no network of the operator's, and the API is public. */
  readonly network?: NetworkConfig
  /** `true` puts AWS WAF before the API: AWS's managed rules, and a rate for each address. Default `false`. */
  readonly waf?: boolean
  readonly domain?: DomainConfig
  /** Web pages of these origins may call the gateway from a browser. Absent: none. */
  readonly cors?: { readonly origins: readonly string[] }
}

/** Gives a configuration its types; `cdk synth` and `npm start` check its values. */
export const defineGateway = (config: GatewayConfig): GatewayConfig => config
