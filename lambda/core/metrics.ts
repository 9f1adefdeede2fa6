/** Every metric's name, unit and dimensions, once: the function writes them, dashboards, alarms and docs read them. */

export const metricNamespace = 'Tollgate'

/**
 * Each value of a dimension is a metric that is paid for, so they have few: `team` is one only where
 * the configuration has at most `mostTeams`. A key, a request and a caller's own values are none.
 */
export const dimensions = {
  all: [],
  route: ['route'],
  model: ['model'],
  outcome: ['outcome'],
  team: ['team'],
} as const satisfies Record<string, readonly string[]>

export type Dimension = keyof typeof dimensions

/** More teams than this have their numbers in the log, `/v1/usage` and the console alone. */
export const mostTeams = 20

export type MetricDefinition = {
  readonly unit: 'Count' | 'Milliseconds' | 'Percent' | 'None'
  readonly says: string
  /** By what it can be told apart; absent: by nothing. */
  readonly by?: readonly Dimension[]
}

const everywhere = ['all', 'route', 'model', 'team'] as const
const spent = ['all', 'model', 'team'] as const
const timed = ['all', 'model'] as const

export const metrics = {
  Requests: {
    unit: 'Count',
    says: 'requests that reached the function',
    by: ['all', 'route', 'model', 'outcome', 'team'],
  },
  Errors: {
    unit: 'Count',
    says: 'answers of status 400 and above, and streams that broke',
    by: everywhere,
  },
  CallerErrors: {
    unit: 'Count',
    says: 'of these, what the caller did wrong: 400, 401, 403, 404, 413, 415',
    by: ['all', 'team'],
  },
  LimitErrors: {
    unit: 'Count',
    says: 'of these, refusals by a limit of the gateway’s own: requests, tokens, money, calls at once',
    by: ['all', 'team'],
  },
  UpstreamErrors: {
    unit: 'Count',
    says: 'of these, failures of every target: 502, 503, 504, 429 of a provider, and what a provider refused the gateway itself',
    by: ['all', 'model'],
  },
  GatewayErrors: {
    unit: 'Count',
    says: 'of these, faults of the gateway itself: 500',
    by: ['all'],
  },
  UpstreamThrottles: {
    unit: 'Count',
    says: 'attempts that a provider throttled, also where another target answered',
    by: ['all', 'model'],
  },
  DurationMs: { unit: 'Milliseconds', says: 'arrival to the last byte', by: timed },
  FirstByteMs: { unit: 'Milliseconds', says: 'arrival to status and headers', by: timed },
  FirstTokenMs: {
    unit: 'Milliseconds',
    says: 'arrival to the first content of a stream',
    by: timed,
  },
  OutputTokenMs: {
    unit: 'Milliseconds',
    says: 'of a stream, time from the first content to the last, for each output token after the first',
    by: timed,
  },
  UpstreamMs: {
    unit: 'Milliseconds',
    says: 'waiting for the provider before the first byte',
    by: timed,
  },
  OverheadMs: {
    unit: 'Milliseconds',
    says: 'time to the first byte that was not the provider’s',
    by: ['all'],
  },
  InputTokens: {
    unit: 'Count',
    says: 'input tokens, those in the cache left out',
    by: spent,
  },
  OutputTokens: { unit: 'Count', says: 'output tokens', by: spent },
  CacheReadTokens: {
    unit: 'Count',
    says: 'input tokens the provider had in its cache',
    by: spent,
  },
  CacheWriteTokens: {
    unit: 'Count',
    says: 'input tokens the provider put in its cache',
    by: spent,
  },
  CostMicroUsd: {
    unit: 'None',
    says: 'cost of the answer in millionths of a US dollar, to the thousandth',
    by: spent,
  },
  CacheHits: {
    unit: 'Count',
    says: 'calls answered from what is remembered',
    by: ['all', 'team'],
  },
  CacheMisses: {
    unit: 'Count',
    says: 'calls whose answer was looked for there, and was not there',
    by: ['all', 'team'],
  },
  CacheSavedMicroUsd: {
    unit: 'None',
    says: 'what those hits would have cost, as `CostMicroUsd`',
    by: ['all', 'team'],
  },
  BudgetUsedPercent: {
    unit: 'Percent',
    says: 'of the team’s money budget that binds first, how much is used or reserved',
    by: ['team'],
  },
  BudgetForecastPercent: {
    unit: 'Percent',
    says: 'of the same budget, how much will be used when its period ends, at the pace so far',
    by: ['team'],
  },
  BudgetRefusals: {
    unit: 'Count',
    says: 'calls that a budget in tokens or money refused',
    by: ['all', 'team'],
  },
  LedgerMs: { unit: 'Milliseconds', says: 'waiting for the ledger before the call' },
  LedgerFailures: { unit: 'Count', says: 'calls for which the ledger could not be asked' },
  BudgetFailOpen: { unit: 'Count', says: 'of these, those that were made all the same' },
  BudgetWarnings: { unit: 'Count', says: 'limits of which 80 or 100 % came to be used' },
  WouldRefuse: { unit: 'Count', says: 'calls that only a limit in report mode would have refused' },
  Unsettled: { unit: 'Count', says: 'calls whose true usage could not be written in time' },
  Retries: { unit: 'Count', says: 'attempts after a request’s first' },
  Failovers: { unit: 'Count', says: 'requests that went on to another target', by: timed },
  TargetRefusals: {
    unit: 'Count',
    says: 'attempts refused to the gateway itself: a right, a key or a model is missing there',
  },
  BreakerOpenings: { unit: 'Count', says: 'targets that came to be left alone for a while' },
  GuardBlocks: {
    unit: 'Count',
    says: 'requests and answers that a rule of the guard refused',
    by: ['all', 'team'],
  },
  GuardReports: { unit: 'Count', says: 'those that only a rule in report mode would have refused' },
  GuardrailInterventions: {
    unit: 'Count',
    says: 'answers in which a guardrail of Bedrock’s stopped or changed something',
  },
  HistoryFailures: {
    unit: 'Count',
    says: 'requests that could not be put in their team’s history, which cost them nothing',
  },
  TransformCalls: { unit: 'Count', says: 'calls of models that transformers made' },
  TransformMs: { unit: 'Milliseconds', says: 'waiting for those' },
  TransformTokens: { unit: 'Count', says: 'tokens of those, input and output' },
  TransformCostMicroUsd: { unit: 'None', says: 'what those cost, as `CostMicroUsd`' },
  Notices: { unit: 'Count', says: 'preferences a model could not be given' },
} as const satisfies Record<string, MetricDefinition>

export type MetricName = keyof typeof metrics
