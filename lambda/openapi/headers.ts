/** The headers of answers; one that does not apply is left out. */

import type { JsonObject } from '../core/conversation.ts'
import type { Dialect } from '../core/dialect.ts'

const header = (description: string, schema: JsonObject = { type: 'string' }): JsonObject => ({
  description,
  schema,
})

const number: JsonObject = { type: 'number' }
const integer: JsonObject = { type: 'integer' }

const ofEvery = {
  'x-request-id': header('The id of this request, also in its log line.'),
}

const ofModels = {
  'x-tollgate-model': header('The model that answered, as `provider/model-id`.'),
  'x-tollgate-region': header('The region that answered.'),
  'x-tollgate-attempts': header('The trail, as `us-east-1:ThrottlingException,us-west-2:ok`.'),
  'x-tollgate-cache': header('Whether the answer was remembered.', {
    type: 'string',
    enum: ['hit', 'miss', 'bypass'],
  }),
  'x-tollgate-notice': header(
    'What the model could not be given as asked, and what was done instead; a comma-separated list.',
  ),
  'x-tollgate-cost-usd': header(
    'What this answer cost; in a stream the last usage says it.',
    number,
  ),
  'x-tollgate-upstream-ms': header('Time spent in the provider.', number),
  'x-tollgate-overhead-ms': header('Time spent in the gateway.', number),
}

const limits = (of: string) => ({
  [`x-ratelimit-limit-${of}`]: header(
    `How many ${of} the team has, by its limit that binds first.`,
    integer,
  ),
  [`x-ratelimit-remaining-${of}`]: header(`How many ${of} are left of it.`, integer),
  [`x-ratelimit-reset-${of}`]: header('How long until it begins anew, as `6m0s`.'),
})

const ofTeams = {
  ...limits('requests'),
  ...limits('tokens'),
  'x-tollgate-budget-remaining-usd': header('What is left of the team’s budget.', number),
  'x-tollgate-budget-resets-at': header('When the budget begins anew.'),
}

const anthropicLimits = (of: string) => ({
  [`anthropic-ratelimit-${of}-limit`]: header('The same, on Anthropic’s routes.', integer),
  [`anthropic-ratelimit-${of}-remaining`]: header('The same, on Anthropic’s routes.', integer),
  [`anthropic-ratelimit-${of}-reset`]: header('When it begins anew, on Anthropic’s routes.'),
})

const ofAnthropic = { ...anthropicLimits('requests'), ...anthropicLimits('tokens') }

const ofRefusals = {
  'retry-after': header('Seconds after which the same request may pass.', integer),
  'x-should-retry': header('`false` where the wait is longer than a minute.'),
  'x-amzn-errortype': header('Bedrock’s name of the exception, on its own operations.'),
}

export const headers: Record<string, JsonObject> = {
  ...ofEvery,
  ...ofModels,
  ...ofTeams,
  ...ofAnthropic,
  ...ofRefusals,
}

const refs = (of: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.keys(of).map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  )

export const plainHeaders = refs(ofEvery)
const accountHeaders = refs({ ...ofEvery, ...ofTeams })
const modelHeaders = refs({ ...ofEvery, ...ofModels, ...ofTeams })
const anthropicHeaders = refs({ ...ofEvery, ...ofModels, ...ofTeams, ...ofAnthropic })

/** Of what a dialect answers. */
export function headersOf({ task, limitHeaders }: Dialect): JsonObject {
  if (task === 'list') return plainHeaders
  if (task === 'account') return accountHeaders
  return limitHeaders === undefined ? modelHeaders : anthropicHeaders
}

const { 'retry-after': wait, 'x-should-retry': again, ...exception } = ofRefusals

export const failureHeaders = (status: number): JsonObject =>
  refs({
    ...ofEvery,
    ...exception,
    ...((status === 429 || status === 503) && { 'retry-after': wait }),
    ...(status === 429 && { 'x-should-retry': again, ...ofTeams, ...ofAnthropic }),
  })
