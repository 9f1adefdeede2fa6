/** The form of a guardrail of Amazon Bedrock's: its id or ids, its version, and what is told of it. */
import { type Check, entries, fields, isObject, matching, oneOf, such } from './checks.ts'

/** AWS, InvokeModel: `guardrailIdentifier`, `guardrailVersion`. */
const form = /^([a-z0-9]+|arn:aws[a-z-]*:bedrock:[a-z0-9-]{1,20}:\d{12}:guardrail\/[a-z0-9]+)$/

const oneId = matching(
  form,
  "a guardrail's id of lower-case letters and digits, or its ARN, or an id for each region",
)
const region = matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'names of regions')

const id: Check = (value, path) =>
  isObject(value) ? entries(region, oneId, 1)(value, path) : oneId(value, path)

const latest = 99_999_999

const version = such(
  `'DRAFT' or a whole number from 1 to ${latest}`,
  (value) =>
    value === 'DRAFT' ||
    (Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= latest),
)

const guardrail = fields({ id, version }, { trace: oneOf('enabled', 'enabled_full', 'disabled') })

export const guardrailFields: Readonly<Record<string, Check>> = { guardrail }
