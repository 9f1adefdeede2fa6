/** Anthropic's token counting: how long a conversation is, before it is sent. */
import type { CountDialect } from '../core/dialect.ts'
import { countBody, readAnthropicBody } from '../wire/anthropic-envelope.ts'
import { faced } from '../wire/schema.ts'
import { anthropicLimits } from './anthropic-limits.ts'
import { failureOf, json } from './anthropic-reply.ts'

export const anthropicCountTokens: CountDialect = {
  task: 'count',
  id: 'anthropic-count-tokens',
  routes: [{ method: 'POST', path: '/v1/messages/count_tokens' }],
  parse: faced(countBody, (request, notice) =>
    readAnthropicBody(request, notice, { unbounded: true }),
  ),
  format: ({ usage }) =>
    json({
      input_tokens: usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h,
    }),
  formatError: (error, requestId) => json(failureOf(error, requestId)),
  limitHeaders: anthropicLimits,
}
