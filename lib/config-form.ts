/** The form of a configuration: which fields there are, and what each may hold. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Period } from '../lambda/core/config.ts'
import { longestTeamName } from '../lambda/core/key.ts'
import { auth } from './auth-form.ts'
import {
  type Check,
  entries,
  fields,
  flag,
  isObject,
  list,
  matching,
  numberAbove,
  oneOf,
  problem,
  text,
  wholeNumber,
} from './checks.ts'
import { gatewayLimitFields, planLimitFields } from './limits-form.ts'
import { loggingFields } from './logging-form.ts'
import { row } from './model-form.ts'
import { monitoringFields } from './monitoring-form.ts'
import { networkFields } from './network-form.ts'
import { regionEntry, route, routeFields } from './routes-form.ts'
import { gatewayRulesFields, rulesFields } from './rules-form.ts'

/** Bounds that API Gateway itself enforces on `offset` (its CreateUsagePlan refuses others). */
const largestOffset: Readonly<Record<Period, number>> = { DAY: 0, WEEK: 6, MONTH: 27 }

/** A team's name is part of the names of its key, which people read and type. */
const longestName = Math.min(longestTeamName, 40)

const retentions = Object.values(RetentionDays).filter(
  (days) => typeof days === 'number' && days < RetentionDays.INFINITE,
) as number[]

const throttle = fields({ rate: numberAbove(0), burst: wholeNumber(1) })

const quotaFields = fields(
  { limit: wholeNumber(1), period: oneOf('DAY', 'WEEK', 'MONTH') },
  { offset: wholeNumber(0) },
)

const quota: Check = (value, path) => {
  const problems = quotaFields(value, path)
  if (problems.length > 0 || !isObject(value) || value.offset === undefined) return problems
  const most = largestOffset[value.period as Period]
  if (Number(value.offset) <= most) return []
  const needs = `needs ${most === 0 ? '0' : `0 to ${most}`} with the period ${value.period}`
  return [problem(`${path}.offset`, value.offset, needs)]
}

const model: Check = (value, path) => {
  if (!isObject(value)) return text(value, path)
  return (Object.hasOwn(value, 'targets') ? route : row)(value, path)
}

const team = fields(
  {
    plan: text,
    models: (value, path) => (value === '*' ? [] : list(text, 1)(value, path)),
  },
  { contact: text, key: oneOf('deployment', 'command-line'), ...loggingFields, ...rulesFields },
)

export const configForm: Check = fields(
  {
    regions: list(regionEntry, 1),
    models: entries(
      matching(/^[a-z0-9][a-z0-9._-]*$/, 'names of lower-case letters, digits and . _ -'),
      model,
    ),
    plans: entries(
      matching(/^[A-Za-z0-9_-]{1,64}$/, 'names of letters, digits, _ and -'),
      fields({}, { quota, throttle, ...planLimitFields }),
      1,
    ),
    teams: entries(
      matching(
        new RegExp(`^[a-z0-9]{1,${longestName}}$`),
        `names of 1 to ${longestName} lower-case letters and digits`,
      ),
      team,
      1,
    ),
  },
  {
    stage: matching(/^[A-Za-z0-9_]{1,128}$/, 'letters, digits and _ only'),
    auth,
    throttle,
    ...gatewayLimitFields,
    ...networkFields,
    ...routeFields,
    ...rulesFields,
    ...gatewayRulesFields,
    ...monitoringFields,
    logs: fields({}, { retentionDays: oneOf(...retentions), accountRole: flag }),
  },
)
