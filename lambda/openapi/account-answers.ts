/** What a key is answered about its own team: limits, usage, estimates and decisions. */
import type { JsonObject } from '../core/conversation.ts'
import { cost, list, object, ref, text, whole, word } from './shapes.ts'

const amounts = { requests: whole, tokens: whole, cost_usd: { type: 'number' }, micro_usd: whole }

const bucketAmounts = { limit: whole, used: whole, reserved: whole, remaining: whole }

const limit = object(
  {
    whose: word('team', 'organisation', 'provider'),
    measure: word('requests', 'tokens', 'micro_usd', 'parallel'),
    window: word('minute', 'day', 'week', 'month', 'now'),
    ...bucketAmounts,
  },
  {
    key: { type: 'string', description: 'Of this key alone, by its public id.' },
    model: { type: 'string', description: 'Of this model alone.' },
    asked: { type: 'integer', minimum: 0, description: 'What the refused request asked for.' },
    usd: { type: 'object', description: 'The same amounts in USD, as text, of a limit in money.' },
    resets_at: { type: 'string', description: 'When it begins anew; of calls at once, never.' },
    then: {
      ...word('refuse', 'warn', 'report'),
      description: 'What happens to a call that does not fit.',
    },
  },
)

/** Of a limit of Bedrock’s own nothing but that is known. */
const anyLimit: JsonObject = {
  anyOf: [ref('Limit'), object({ whose: word('provider') })],
  description: 'The limit that refused it.',
}

const wouldPass = object(
  { says: text },
  {
    requests: whole,
    tokens: whole,
    micro_usd: whole,
    usd: text,
    after: { type: 'string', description: 'When the refused request may pass.' },
  },
)

const forecast = object(
  {
    whose: word('team', 'organisation'),
    measure: word('requests', 'tokens', 'micro_usd'),
    window: word('day', 'week', 'month'),
    limit: whole,
    used: whole,
    expected: { type: 'integer', minimum: 0, description: 'Likely used when it begins anew.' },
    low: { type: 'integer', minimum: 0, description: 'Four in five such windows end above this …' },
    high: { type: 'integer', minimum: 0, description: '… and below this.' },
    resets_at: text,
  },
  {
    key: text,
    model: text,
    usd: { type: 'object', description: 'The same amounts in USD, as text, of a limit in money.' },
    reached_at: { type: 'string', description: 'When the limit is reached at the pace so far.' },
  },
)

/** Of an hour, and of a request, nothing is said of prompts but where the team’s log is `full`. */
const hour = object({
  at: { type: 'string', description: 'Its beginning.' },
  ...amounts,
  errors: whole,
  cache_hits: whole,
  average_ms: whole,
  models: { type: 'object', description: 'Requests, tokens, cost_usd and micro_usd of each.' },
})

const request = object(
  {
    id: { type: 'string', description: 'As in `x-request-id`.' },
    at: text,
    route: text,
    key: { type: 'string', description: 'Public id of the key that asked.' },
    status: { type: 'integer' },
    outcome: { type: 'string', description: '`ok`, `abandoned`, or the error’s code.' },
    stream: { type: 'boolean' },
    duration_ms: whole,
  },
  {
    asked: { type: 'string', description: 'The model as the caller named it.' },
    model: text,
    decision_id: { type: 'string', description: 'Under which a refusal is explained.' },
    first_token_ms: whole,
    input_tokens: whole,
    output_tokens: whole,
    tokens: { type: 'integer', minimum: 0, description: 'All that are billed.' },
    cost_usd: cost,
    cache: word('hit', 'miss', 'bypass'),
    attempts: { type: 'string', description: 'As in `x-tollgate-attempts`.' },
    metadata: { type: 'object' },
    prompt: { type: 'string', description: 'Where the team’s log is `full`; at most 4 KB.' },
    answer: { type: 'string', description: 'The same.' },
  },
)

export const accountAnswers = {
  Limit: limit,
  Usage: object(
    {
      team: text,
      time_zone: { type: 'string', description: 'Where days, weeks and months begin.' },
      limits: list(ref('Limit')),
      usage: list(
        object({
          window: word('day', 'month'),
          name: { type: 'string', description: '`2026-11-21`, `2026-11`.' },
          ...amounts,
          reserved: object(amounts),
          models: {
            type: 'object',
            description: 'Tokens, cost_usd and micro_usd of each model, by its name.',
          },
        }),
      ),
      forecast: list(forecast),
    },
    { plan: text, note: text },
  ),
  UsageHours: object({ team: text, since: text, hours: list(hour) }),
  UsageRequests: object({ team: text, requests: list(request) }),
  Estimate: object(
    {
      dialect: text,
      model: text,
      model_id: text,
      targets: list(object({ region: text, model_id: text })),
      native_operation: text,
      native_body: { type: 'object', description: 'What Bedrock would be sent.' },
      native_calls: { type: 'integer', minimum: 1 },
      tokens: object({ input_estimate: whole, output_most: whole, reserved: whole }),
      cost_usd: object({ likely: cost, most: cost }),
      allowed: { type: 'boolean', description: 'Whether the limits have room for it now.' },
      notices: list(text),
    },
    {
      limit: ref('Limit'),
      would_pass: wouldPass,
      guard: {
        ...word('pass', 'blocked'),
        description: 'What the rules say of the text, where there are any.',
      },
      guard_rule: { type: 'string', description: 'By which rule, where callers are told.' },
    },
  ),
  Decision: object(
    {
      id: text,
      at: text,
      key: { type: 'string', description: 'Public id of the key that asked.' },
      route: text,
      status: { type: 'integer' },
      code: text,
      message: text,
    },
    { model: text, limit: anyLimit, would_pass: wouldPass },
  ),
} as const satisfies Record<string, JsonObject>
