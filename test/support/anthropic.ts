/** What the tests of Anthropic's dialect share: bodies, refusals, and an answer's facts. */
import type { AnswerFacts, HttpRequest } from '../../lambda/core/dialect.ts'
import { TollgateError } from '../../lambda/core/errors.ts'
import { anthropicMessages } from '../../lambda/dialects/anthropic-messages.ts'
import { modelById } from '../../lambda/models/index.ts'

export const posted = (
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpRequest => ({
  route: { method: 'POST', path: '/v1/messages' },
  pathParameters: {},
  query: { beta: 'true' },
  headers,
  body,
  text: JSON.stringify(body) ?? '',
})

const model = modelById.get('anthropic.claude-haiku-4-5-20251001-v1:0')
if (model === undefined) throw new Error('the catalogue lost Claude Haiku 4.5')

export const answerFacts: AnswerFacts = {
  asked: 'claude',
  model,
  created: 0,
  requestId: '3f2a-01',
  costUsd: ({ output }) => output / 1000,
}

export const hello = { role: 'user', content: 'Hello' }
export const least = { model: 'claude', max_tokens: 64, messages: [hello] }
export const clock = { name: 'clock', input_schema: { type: 'object' } }
export const saying = (...content: unknown[]) => ({ messages: [{ role: 'user', content }] })
export const text = (words: string, ttl?: string) => ({
  type: 'text',
  text: words,
  ...(ttl !== undefined && { cache_control: { type: 'ephemeral', ttl } }),
})

/** Why a body is refused. */
export function refusal(body: unknown, parse = anthropicMessages.parse): TollgateError {
  try {
    parse(posted(body), () => {})
  } catch (thrown) {
    if (thrown instanceof TollgateError) return thrown
    throw thrown
  }
  throw new Error(`${JSON.stringify(body)} was understood`)
}
