/** The form of limits: of a plan, of the organisation, and what they share. */

import { closest } from '../lambda/core/closest.ts'
import {
  type Check,
  fields,
  isObject,
  list,
  matching,
  numberAbove,
  oneOf,
  problem,
  such,
  wholeNumber,
} from './checks.ts'

const mostUsd = 1_000_000_000

const range = numberAbove(0, mostUsd, ' USD')

/** Amounts are counted in whole millionths of a dollar. */
const sixDecimals = such(
  'at most six decimals',
  (value) => typeof value === 'number' && Number(value.toFixed(6)) === value,
)

const usd: Check = (value, path) => {
  const problems = range(value, path)
  return problems.length > 0 ? problems : sixDecimals(value, path)
}

const measures = { requests: wholeNumber(1), tokens: wholeNumber(1), usd }
const measureNames = Object.keys(measures)

const limitFields = {
  ...measures,
  then: oneOf('refuse', 'warn', 'report'),
}
const windows = { per: oneOf('minute', 'day', 'week', 'month') }

const oneMeasure: Check = (value, path) => {
  if (!isObject(value)) return []
  const given = measureNames.filter((name) => value[name] !== undefined)
  if (given.length === 1) return []
  const but = given.length === 0 ? '' : `, not ${given.join(' and ')}`
  return [problem(path, value, `needs exactly one of ${measureNames.join(', ')}${but}`)]
}

const modelBeside: Check = (value, path) => {
  if (!isObject(value) || value.model === undefined || value.each === 'model') return []
  return [problem(`${path}.model`, value.model, "needs each: 'model' beside it")]
}

const all =
  (...checks: readonly Check[]): Check =>
  (value, path) =>
    checks.flatMap((check) => check(value, path))

const limit = all(fields(windows, limitFields), oneMeasure)

const planLimit = all(
  fields(windows, {
    ...limitFields,
    each: oneOf('team', 'key', 'model'),
    model: matching(/\S/, 'an alias of models'),
  }),
  oneMeasure,
  modelBeside,
)

/** ECMA-402 also takes offsets, such as +01:00, which know no summer. */
function isTimeZone(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[A-Za-z]/.test(value)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: value })
    return true
  } catch {
    return false
  }
}

const timeZone: Check = (value, path) => {
  if (isTimeZone(value)) return []
  const meant =
    typeof value === 'string' ? closest(value, Intl.supportedValuesOf('timeZone')) : undefined
  const hint = meant === undefined ? '' : `; did you mean '${meant}'?`
  const needs = 'needs the IANA name of a time zone, such as Europe/Berlin'
  return [problem(path, value, `${needs}${hint}`)]
}

const topic = matching(
  /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/,
  'the ARN of a standard SNS topic, such as arn:aws:sns:us-east-1:123456789012:budgets',
)

/** What a plan may say of limits, besides API Gateway's own. */
export const planLimitFields: Readonly<Record<string, Check>> = {
  limits: list(planLimit),
  maxParallel: wholeNumber(1),
  mode: oneOf('hard', 'tight'),
  onLedgerFailure: oneOf('refuse', 'allow'),
}

/** What the whole configuration may say of them. */
export const gatewayLimitFields: Readonly<Record<string, Check>> = {
  organisation: fields({ limits: list(limit) }),
  timeZone,
  alerts: fields({ topic }),
}
