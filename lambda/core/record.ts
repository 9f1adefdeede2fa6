/** The one log line of a request: an allow-list of fields, gathered on the way, written once. */
import type { ErrorCode, TollgateError } from './errors.ts'
import { redacted } from './log-secrets.ts'
import {
  type Dimension,
  dimensions,
  type MetricDefinition,
  type MetricName,
  metricNamespace,
  metrics,
} from './metrics.ts'
import type { LogContent } from './monitoring-config.ts'

/** A caller's own labels of a request. */
export type Metadata = Readonly<Record<string, string | number | boolean>>

/** What a line may say. No key, no header as it came; prompt and answer only where the content is `full`. */
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
  /** Of `x-tollgate-metadata`. */
  metadata: Metadata
  /** Of the caller's `traceparent`. */
  traceId: string
  parentSpanId: string
  /** Root of X-Ray's trace, `1-5759e988-bd862e3fe1be46a994272793`. */
  xrayTraceId: string
  /** OpenTelemetry, "Semantic conventions for generative client AI spans"; names and values are its. */
  'gen_ai.operation.name': 'chat' | 'embeddings'
  'gen_ai.provider.name': string
  'gen_ai.request.model': string
  'gen_ai.request.max_tokens': number
  'gen_ai.request.temperature': number
  'gen_ai.request.top_p': number
  'gen_ai.response.model': string
  'gen_ai.response.finish_reasons': readonly string[]
  /** All tokens of the prompt, those in a cache as well. */
  'gen_ai.usage.input_tokens': number
  'gen_ai.usage.output_tokens': number
  'error.type': string
  /** JSON: a list of `role` and `text`. */
  prompt: string
  answer: string
}

type Values = Partial<Record<MetricName, number>>

export type RequestRecord = {
  /** By `performance.now()`, when the request came; absent: nobody sent it. */
  readonly arrived?: number
  /** How much may be said of it; absent: as little as can be. */
  readonly content?: LogContent
  readonly set: (fields: Partial<LogFields>) => void
  readonly measure: (values: Values) => void
  readonly fail: (error: TollgateError) => void
  /** Writes the line; a second call does nothing, and a line that cannot be written fails nobody. */
  readonly write: () => void
}

export type OpenRecord = RequestRecord & {
  readonly arrived: number
  /** What the line says by now. */
  readonly said: () => { readonly fields: Partial<LogFields>; readonly values: Values }
}

export type RecordOptions = {
  /** Each team has metrics of its own. */
  readonly byTeam?: boolean
  /** Default `metadata`. */
  readonly content?: LogContent
}

type ErrorClass = 'CallerErrors' | 'LimitErrors' | 'UpstreamErrors' | 'GatewayErrors'

/** Whose fault an error is. */
export const errorClasses = {
  invalid_json: 'CallerErrors',
  invalid_body: 'CallerErrors',
  unsupported_parameter: 'CallerErrors',
  guard_blocked: 'CallerErrors',
  template_error: 'CallerErrors',
  context_length_exceeded: 'CallerErrors',
  invalid_api_key: 'CallerErrors',
  model_not_allowed: 'CallerErrors',
  access_denied: 'CallerErrors',
  model_not_found: 'CallerErrors',
  route_not_found: 'CallerErrors',
  request_too_large: 'CallerErrors',
  unsupported_media_type: 'CallerErrors',
  quota_exceeded: 'LimitErrors',
  tokens_per_minute: 'LimitErrors',
  budget_exceeded: 'LimitErrors',
  throttled: 'LimitErrors',
  upstream_throttled: 'UpstreamErrors',
  upstream_error: 'UpstreamErrors',
  upstream_unavailable: 'UpstreamErrors',
  upstream_timeout: 'UpstreamErrors',
  internal_error: 'GatewayErrors',
} as const satisfies Record<ErrorCode, ErrorClass>

/** With a cause, a provider refused them to the gateway itself: a right, a key or a model is missing. */
const ofTheOperator: ReadonlySet<ErrorCode> = new Set(['access_denied', 'model_not_found'])

const classOf = ({ code, cause }: TollgateError): ErrorClass =>
  ofTheOperator.has(code) && cause !== undefined ? 'UpstreamErrors' : errorClasses[code]

/** Refusals by a limit in tokens or money. */
const ofBudgets: ReadonlySet<ErrorCode> = new Set(['budget_exceeded', 'tokens_per_minute'])

type Named = { readonly Name: MetricName; readonly Unit: string }

/** Metrics that are told apart by the same dimensions, together. */
const groups: readonly { readonly by: readonly Dimension[]; readonly named: readonly Named[] }[] = [
  ...Map.groupBy(
    Object.entries<MetricDefinition>(metrics) as [MetricName, MetricDefinition][],
    ([, { by = ['all'] }]) => by.join(' '),
  ).values(),
].map((entries) => ({
  by: entries[0]?.[1].by ?? ['all'],
  named: entries.map(([Name, { unit }]) => ({ Name, Unit: unit })),
}))

/** `emit` takes one line in CloudWatch's embedded metric format: log line and metrics in one. */
export function openRecord(
  emit: (line: string) => void,
  now: () => number,
  { byTeam = false, content = 'metadata' }: RecordOptions = {},
): OpenRecord {
  const fields: Partial<LogFields> = {}
  const values: Values = { Requests: 1 }
  let failure: TollgateError | undefined
  let written = false
  return {
    arrived: performance.now(),
    content,
    set: (more) => void Object.assign(fields, more),
    measure(more) {
      for (const [name, value] of Object.entries(more)) values[name as MetricName] = rounded(value)
    },
    fail(error) {
      failure = error
      fields.outcome = error.code
      fields['error.type'] = error.code
      if (error.param !== undefined) fields.param = pathOf(error.param)
      if (error.code === 'internal_error') fields.fault = faultOf(error.cause)
      else if (error.cause !== undefined) fields.upstreamError = nameOf(error.cause)
    },
    said: () => ({ fields, values }),
    write() {
      if (written) return
      written = true
      if (failure !== undefined) {
        values.Errors = 1
        values[classOf(failure)] = 1
        if (ofBudgets.has(failure.code)) values.BudgetRefusals = 1
      }
      try {
        emit(metricLine(fields, values, now(), byTeam))
      } catch {}
    },
  }
}

/**
 * Fields and metrics in CloudWatch's embedded format. A dimension that this line says nothing of is
 * none of it; `byTeam`: each team has metrics of its own.
 */
export function metricLine(
  fields: Partial<LogFields>,
  values: Values,
  timestamp: number,
  byTeam = false,
): string {
  const told = (by: Dimension): boolean =>
    (by !== 'team' || byTeam) && dimensions[by].every((name) => fields[name] !== undefined)
  const names = Object.keys(values) as MetricName[]
  const said = [JSON.stringify(fields), JSON.stringify(values)].map((text) => text.slice(1, -1))
  const more = said.filter((text) => text !== '').join()
  return `{"_aws":{"Timestamp":${timestamp},"CloudWatchMetrics":${directives(names, everyDimension.filter(told))}},${more}}`
}

const everyDimension = Object.keys(dimensions) as Dimension[]

/** JSON of the directives of a line; requests are of few kinds, and each kind has the same. */
const known = new Map<string, string>()
const mostKnown = 1_000

function directives(names: readonly MetricName[], told: readonly Dimension[]): string {
  const kind = `${names} ${told}`
  const before = known.get(kind)
  if (before !== undefined) return before
  const made = groups.flatMap(({ by, named }) => {
    const Metrics = named.filter(({ Name }) => names.includes(Name))
    const Dimensions = by.filter((each) => told.includes(each)).map((each) => dimensions[each])
    if (Metrics.length === 0 || Dimensions.length === 0) return []
    return { Namespace: metricNamespace, Dimensions, Metrics }
  })
  if (known.size >= mostKnown) known.clear()
  const text = JSON.stringify(made)
  known.set(kind, text)
  return text
}

/** No clock here is finer than a microsecond, and CloudWatch charges by the letter. */
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000

/** A caller can call a field what it likes; what no field is called is not told. */
const pathOf = (param: string): string =>
  /^[\w.[\]-]{1,100}$/.test(param) ? redacted(param) : '(no name of a field)'

const nameOf = (cause: unknown): string =>
  cause instanceof Error ? redacted(cause.name, 100) : typeof cause

/** Messages may quote a prompt (JSON.parse's do), so only names and places are kept. */
function faultOf(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause
  const places = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return redacted([cause.name, ...places.slice(0, 5).map((line) => line.trim())].join(' '))
}
