/** Every metric's name and unit, once: the function writes them, dashboards and docs read them. */

export const metricNamespace = 'Tollgate'

export const metrics = {
  Requests: { unit: 'Count', says: 'requests that reached the function' },
  Errors: { unit: 'Count', says: 'answers of status 400 and above, and streams that broke' },
  DurationMs: { unit: 'Milliseconds', says: 'arrival to the last byte' },
  FirstByteMs: { unit: 'Milliseconds', says: 'arrival to status and headers' },
  UpstreamMs: { unit: 'Milliseconds', says: 'waiting for the provider before the first byte' },
  OverheadMs: { unit: 'Milliseconds', says: 'time to the first byte that was not the provider’s' },
  InputTokens: { unit: 'Count', says: 'input tokens, those in the cache left out' },
  OutputTokens: { unit: 'Count', says: 'output tokens' },
  CacheReadTokens: { unit: 'Count', says: 'input tokens the provider had in its cache' },
  CacheWriteTokens: { unit: 'Count', says: 'input tokens the provider put in its cache' },
  CostNanoUsd: { unit: 'None', says: 'cost of the answer in billionths of a US dollar' },
  CacheHits: { unit: 'Count', says: 'calls answered from what is remembered' },
  CacheMisses: {
    unit: 'Count',
    says: 'calls whose answer was looked for there, and was not there',
  },
  CacheSavedNanoUsd: { unit: 'None', says: 'what those hits would have cost, as `CostNanoUsd`' },
  LedgerMs: { unit: 'Milliseconds', says: 'waiting for the ledger before the call' },
  LedgerFailures: { unit: 'Count', says: 'calls for which the ledger could not be asked' },
  BudgetFailOpen: { unit: 'Count', says: 'of these, those that were made all the same' },
  BudgetWarnings: { unit: 'Count', says: 'limits of which 80 or 100 % came to be used' },
  WouldRefuse: { unit: 'Count', says: 'calls that only a limit in report mode would have refused' },
  Unsettled: { unit: 'Count', says: 'calls whose true usage could not be written in time' },
  Retries: { unit: 'Count', says: 'attempts after a request’s first' },
  Failovers: { unit: 'Count', says: 'requests that went on to another target' },
  TargetRefusals: {
    unit: 'Count',
    says: 'attempts refused to the gateway itself: a right, a key or a model is missing there',
  },
  BreakerOpenings: { unit: 'Count', says: 'targets that came to be left alone for a while' },
  GuardBlocks: { unit: 'Count', says: 'requests and answers that a rule of the guard refused' },
  GuardReports: { unit: 'Count', says: 'those that only a rule in report mode would have refused' },
  Notices: { unit: 'Count', says: 'preferences a model could not be given' },
} as const

export type MetricName = keyof typeof metrics

/** Dimensions have few values each, since each combination of them is a metric that is paid for. */
export const dimensionSets = [['route'], ['model', 'outcome']] as const
