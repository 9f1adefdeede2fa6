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
  let said: Partial<LogFields>[] = []
  const fields = (): Partial<LogFields> => {
    const all = merged(said)
    said = [all]
    return all
  }
  const values: Values = { Requests: 1 }
  let failure: TollgateError | undefined
  let written = false
  return {
    arrived: performance.now(),
    content,
    set: (more) => void said.push(more),
    measure(more) {
      for (const name in more)
        values[name as MetricName] = rounded(more[name as MetricName] as number)
    },
    fail(error) {
      failure = error
      said.push(failed(error))
    },
    said: () => ({ fields: fields(), values }),
    write() {
      if (written) return
      written = true
      if (failure !== undefined) {
        values.Errors = 1
        values[classOf(failure)] = 1
        if (ofBudgets.has(failure.code)) values.BudgetRefusals = 1
      }
      try {
        emit(metricLine(fields(), values, now(), byTeam))
      } catch {}
    },
  }
}

/**
 * One after the other. What is assigned to an object field by field becomes a hash table to V8 beyond
 * a dozen fields, which JSON.stringify takes twice as long to write; what is spread into one does not.
 */
function merged(pieces: readonly Partial<LogFields>[]): Partial<LogFields> {
  const [a, b, c, d, e, f, g, h, ...more] = pieces
  const all = { ...a, ...b, ...c, ...d, ...e, ...f, ...g, ...h }
  return more.length === 0 ? all : merged([all, ...more])
}

function failed({ code, param, cause }: TollgateError): Partial<LogFields> {
  const said: Partial<LogFields> = { outcome: code, 'error.type': code }
  if (param !== undefined) said.param = pathOf(param)
  if (code === 'internal_error') said.fault = faultOf(cause)
  else if (cause !== undefined) said.upstreamError = nameOf(cause)
  return said
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
  const directives = directivesOf(fields, values, byTeam)
  const said = JSON.stringify(fields).slice(1)
  const measured = JSON.stringify(values).slice(1)
  const between = said === '}' || measured === '}' ? '' : ','
  return `{"_aws":{"Timestamp":${timestamp},"CloudWatchMetrics":${directives}},${said.slice(0, -1)}${between}${measured}`
}

/** JSON of the directives of a line; requests are of few kinds, and each kind has the same. */
const known = new Map<string, string>()
const mostKnown = 1_000

const allDimensions = Object.keys(dimensions) as Dimension[]

/** One letter for each metric and each dimension: together they are the kind of a line. */
const letters = Object.fromEntries(
  [...Object.keys(metrics), ...allDimensions].map((name, at) => [
    name,
    String.fromCharCode(33 + at),
  ]),
) as Record<MetricName | Dimension, string>

function directivesOf(fields: Partial<LogFields>, values: Values, byTeam: boolean): string {
  const told = (by: Dimension): boolean =>
    (by !== 'team' || byTeam) && dimensions[by].every((name) => fields[name] !== undefined)
  let kind = ''
  for (const by of allDimensions) if (told(by)) kind += letters[by]
  for (const name in values) kind += letters[name as MetricName]
  const before = known.get(kind)
  if (before !== undefined) return before
  if (known.size >= mostKnown) known.clear()
  const text = JSON.stringify(directives(values, allDimensions.filter(told)))
  known.set(kind, text)
  return text
}

const directives = (values: Values, told: readonly Dimension[]): readonly object[] =>
  groups.flatMap(({ by, named }) => {
    const Metrics = named.filter(({ Name }) => Name in values)
    const Dimensions = by.filter((each) => told.includes(each)).map((each) => dimensions[each])
    if (Metrics.length === 0 || Dimensions.length === 0) return []
    return { Namespace: metricNamespace, Dimensions, Metrics }
  })

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
