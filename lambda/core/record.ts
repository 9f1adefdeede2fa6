/** The one log line of a request: an allow-list of fields, gathered on the way, written once. */
import type { TollgateError } from './errors.ts'
import {
  type Dimension,
  dimensions,
  type MetricDefinition,
  type MetricName,
  metricNamespace,
  metrics,
} from './metrics.ts'

/** What a line may say. No key, no prompt, no answer, no header as it came. */
export type LogFields = {
  /** As in `x-request-id`. */
  requestId: string
  /** `POST /bedrock/{model}`. */
  route: string
  dialect: string
  team: string
  /** Public id of the key. */
  keyId: string
  /** Bedrock's id of the model. */
  model: string
  /** What was sent to the provider: an id, a profile or an ARN. */
  target: string
  region: string
  /** The trail of `x-tollgate-attempts`. */
  attempts: string
  /** `chat`, `count` or `embed`. */
  task: string
  stream: boolean
  /** The rule of the guard that refused it, or in report mode would have; or why no rule could say. */
  guard: string
  /** The template that made the request, by name. */
  template: string
  status: number
  /** `ok`, `abandoned` by the caller, or the error's code. */
  outcome: string
  /** The field that was wrong. */
  param: string
  /** Under which the refusal is kept. */
  decision: string
  /** The provider's own name of its failure. */
  upstreamError: string
  /** Where the gateway broke: kinds of errors and places in the code, no messages. */
  fault: string
  stop: string
  /** Where the gateway has a cache: `hit`, `miss` or `bypass`. */
  cache: string
  /** Of a line that is about a limit: which, and how it stands. */
  event: string
  limit: string
}

export type RequestRecord = {
  readonly set: (fields: Partial<LogFields>) => void
  readonly measure: (values: Partial<Record<MetricName, number>>) => void
  readonly fail: (error: TollgateError) => void
  /** Writes the line; a second call does nothing. */
  readonly write: () => void
}

type Named = { readonly Name: string; readonly Unit: string }

/** Metrics that are told apart by the same dimensions, together. */
const groups: readonly { readonly by: readonly Dimension[]; readonly named: readonly Named[] }[] = [
  ...Map.groupBy(Object.entries<MetricDefinition>(metrics), ([, { by = ['all'] }]) =>
    by.join(' '),
  ).values(),
].map((entries) => ({
  by: entries[0]?.[1].by ?? ['all'],
  named: entries.map(([Name, { unit }]) => ({ Name, Unit: unit })),
}))

/** `emit` takes one line in CloudWatch's embedded metric format: log line and metrics in one. */
export function openRecord(emit: (line: string) => void, now: () => number): RequestRecord {
  const fields: Partial<LogFields> = {}
  const values: Partial<Record<MetricName, number>> = { Requests: 1 }
  let written = false
  return {
    set: (more) => void Object.assign(fields, more),
    measure: (more) => void Object.assign(values, more),
    fail(error) {
      fields.outcome = error.code
      values.Errors = 1
      if (error.param !== undefined) fields.param = error.param
      if (error.code === 'internal_error') fields.fault = faultOf(error.cause)
      else if (error.cause !== undefined) fields.upstreamError = nameOf(error.cause)
    },
    write() {
      if (written) return
      written = true
      emit(metricLine(fields, values, now()))
    },
  }
}

/**
 * Fields and metrics in CloudWatch's embedded format. A dimension that this line says nothing of is
 * none of it; `byTeam`: each team has metrics of its own.
 */
export function metricLine(
  fields: Partial<LogFields>,
  values: Partial<Record<MetricName, number>>,
  Timestamp: number,
  byTeam = false,
): string {
  const told = (by: Dimension): boolean =>
    (by !== 'team' || byTeam) && dimensions[by].every((name) => name in fields)
  const CloudWatchMetrics = groups.flatMap(({ by, named }) => {
    const Metrics = named.filter(({ Name }) => Name in values)
    const Dimensions = by.filter(told).map((each) => dimensions[each])
    if (Metrics.length === 0 || Dimensions.length === 0) return []
    return { Namespace: metricNamespace, Dimensions, Metrics }
  })
  return JSON.stringify({ _aws: { Timestamp, CloudWatchMetrics }, ...fields, ...values })
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : typeof cause)

/** Messages may quote a prompt (JSON.parse's do), so only names and places are kept. */
function faultOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause
  const places = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [cause.name, ...places.slice(0, 5).map((line) => line.trim())].join(' ')
}
