/** What an operator writes of watching: what is logged, drawn, warned of and remembered. */

/**
 * How much the log, and the history a team can read, say of a request. `none`: counts, times and
 * outcome; `metadata`: also the caller's own `x-tollgate-metadata`; `full`: also prompt and answer.
 */
export type LogContent = 'none' | 'metadata' | 'full'

/** From the least to the most. */
export const logContents = ['none', 'metadata', 'full'] as const satisfies readonly LogContent[]

/** Above which an alarm rings; absent: as the default says. */
export type AlarmThresholds = {
  /** Percent of requests in five minutes that failed by the gateway or by every target; default 5. */
  readonly errorPercent?: number
  /** 99th percentile of `OverheadMs` in five minutes; default 250. */
  readonly overheadMs?: number
  /** `UpstreamThrottles` in five minutes; default 50. */
  readonly throttles?: number
}

/** Each part can be left out, and what it costs is in `npx tollgate cost`. */
export type MonitoringConfig = {
  /** Three CloudWatch dashboards; default `true`. Three an account are free. */
  readonly dashboards?: boolean
  /** Alarms, told to `alerts.topic` where there is one; default `true`. */
  readonly alarms?: boolean | AlarmThresholds
  /** Log lines are also kept in S3, by way of Firehose; default `false`. */
  readonly archive?: boolean
  /** Hours and last requests of each team, kept for the console and `/v1/usage/…`; default `true`. */
  readonly history?: boolean
}
