/** The form of a configuration: which fields there are, and what each may hold. */
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Period } from '../lambda/core/config.ts'
import { longestTeamName } from '../lambda/core/key.ts'
import { profileRegions } from '../lambda/models/profiles.ts'
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
  such,
  text,
  wholeNumber,
} from './checks.ts'
import { gatewayLimitFields, planLimitFields } from './limits-form.ts'
import { chatPrice, embeddingPrice } from './price-form.ts'

/** Bounds that API Gateway itself enforces on `offset` (its CreateUsagePlan refuses others). */
const largestOffset: Readonly<Record<Period, number>> = { DAY: 0, WEEK: 6, MONTH: 27 }

/** A team's name is part of the names of its key, which people read and type. */
const longestName = Math.min(longestTeamName, 40)

const retentions = Object.values(RetentionDays).filter(
  (days) => typeof days === 'number' && days < RetentionDays.INFINITE,
) as number[]

const region = matching(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region's name, such as us-east-1")

const regionEntry: Check = (value, path) =>
  isObject(value)
    ? fields(
        { region },
        { endpoint: matching(/^https?:\/\/[^\s/]+/, 'an http:// or https:// address') },
      )(value, path)
    : region(value, path)

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

const day = matching(/^\d{4}-\d\d-\d\d$/, 'a day, such as 2026-01-31')
const range = fields({ min: numberAbove(-Infinity), max: numberAbove(-Infinity) })
const makes: Check = such('a function', (value) => typeof value === 'function')
const count = wholeNumber(0)

const lifecycle: Check = (value, path) =>
  isObject(value) && value.status === 'active'
    ? fields({ status: text })(value, path)
    : fields({ status: oneOf('active', 'legacy', 'retired'), endOfLife: day, successor: text })(
        value,
        path,
      )

const accepts = fields(
  {
    system: flag,
    tools: flag,
    images: flag,
    documents: flag,
    thinking: oneOf('no', 'budget', 'adaptive', 'effort'),
    cachePoints: flag,
    oneSampler: flag,
    stopSequences: count,
    streaming: flag,
    jsonSchema: oneOf('native', 'tool', 'no'),
    forcedTools: flag,
    prefill: flag,
    betas: list(text),
  },
  { temperature: range, topP: range, topK: range },
)

/** What any model that is not in the catalogue is offered by. */
const offered = {
  id: text,
  name: text,
  profiles: list(oneOf(...Object.keys(profileRegions))),
  onDemand: ((value, path) => (value === 'everywhere' ? [] : list(region)(value, path))) as Check,
  lifecycle,
}

const chatRow = fields(
  {
    ...offered,
    price: chatPrice,
    body: fields(
      { id: text, build: makes, read: makes, openStream: makes },
      { parse: makes, via: oneOf('converse') },
    ),
    limits: fields({ context: wholeNumber(1), output: wholeNumber(1) }),
    accepts,
  },
  { task: oneOf('chat') },
)

const embeddingRow = fields({
  ...offered,
  task: oneOf('embed'),
  price: embeddingPrice,
  body: fields({ id: text, build: makes, read: makes }, { parse: makes }),
  limits: fields({ context: wholeNumber(1), batch: wholeNumber(1) }),
  dimensions: list(wholeNumber(1), 1),
})

const row: Check = (value, path) =>
  isObject(value) && value.task === 'embed' ? embeddingRow(value, path) : chatRow(value, path)

const model: Check = (value, path) => (isObject(value) ? row(value, path) : text(value, path))

const team = fields(
  {
    plan: text,
    models: (value, path) => (value === '*' ? [] : list(text, 1)(value, path)),
  },
  { contact: text, key: oneOf('deployment', 'command-line') },
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
    logs: fields({}, { retentionDays: oneOf(...retentions), accountRole: flag }),
  },
)
