/** The one log line of a request: an allow-list of fields, gathered on the way, written once. */
import { dimensionSets, type MetricName, metricNamespace, metrics } from './metrics.ts'

/** What a line may say. No key, no prompt, no answer, no header as it came. */
export type LogFields = {
  /** Id of the request, as in `x-request-id`. */
  requestId: string
  /** API Gateway's route, `POST /bedrock/{model}`. */
  route: string
  dialect: string
  team: string
  /** Public id of the key. */
  keyId: string
  /** Bedrock id of the catalogue row. */
  model: string
  /** What was sent to the provider: an id, profile or ARN. */
  target: string
  region: string
  attempts: string
  stream: boolean
  status: number
  /** `ok`, or the error's code. */
  outcome: string
  /** Which field was wrong. */
  param: string
  /** The provider's own name of its failure, and its status. */
  upstreamError: string
  /** What broke inside the gateway. */
  fault: string
  stop: string
}

export type RequestRecord = {
  readonly set: (fields: Partial<LogFields>) => void
  readonly measure: (values: Partial<Record<MetricName, number>>) => void
  /** Writes the line; a second call does nothing. */
  readonly write: () => void
}

const metricDefinitions = Object.entries(metrics).map(([Name, { unit }]) => ({ Name, Unit: unit }))

/** `emit` takes one line of JSON: CloudWatch's embedded metric format, so it is log and metrics. */
export function openRecord(emit: (line: string) => void, now: () => number): RequestRecord {
  const fields: Partial<LogFields> = {}
  const values: Partial<Record<MetricName, number>> = {}
  let written = false
  return {
    set: (more) => void Object.assign(fields, more),
    measure: (more) => void Object.assign(values, more),
    write() {
      if (written) return
      written = true
      const definitions = metricDefinitions.filter(({ Name }) => Name in values)
      const directive = {
        Namespace: metricNamespace,
        Dimensions: dimensionSets.filter((set) => set.every((name) => name in fields)),
        Metrics: definitions,
      }
      const _aws = { Timestamp: now(), CloudWatchMetrics: [directive] }
      emit(JSON.stringify({ _aws, ...fields, ...values }))
    },
  }
}
