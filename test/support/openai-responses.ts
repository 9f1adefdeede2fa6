/** What the tests of the Responses dialect share: a request, facts, and the events of its frames. */
import type { AnswerFacts, HttpRequest } from '../../lambda/core/dialect.ts'
import type { ReplyEvent } from '../../lambda/core/reply.ts'
import { openaiResponses } from '../../lambda/dialects/openai-responses.ts'
import { modelById } from '../../lambda/models/index.ts'

export const post = (body: unknown): HttpRequest => ({
  route: { method: 'POST', path: '/v1/responses' },
  pathParameters: {},
  query: {},
  headers: {},
  body,
  text: '',
})

const model = modelById.get('anthropic.claude-haiku-4-5-20251001-v1:0')
if (model === undefined) throw new Error('the catalogue lost Claude Haiku 4.5')

export const facts: AnswerFacts = {
  asked: 'claude',
  model,
  created: 1_790_000_000,
  requestId: '0b2c-4d',
  costUsd: ({ output }) => output / 1000,
}

export type Told = {
  readonly type: string
  readonly sequence_number: number
  readonly [field: string]: unknown
}

/** The events of a stream, each checked to be framed under its own name. */
export function toldBy(events: Iterable<ReplyEvent>, body: unknown = {}): Told[] {
  const frame = openaiResponses.openFrames(facts, post(body))
  const text = [...events].map((event) => String(frame(event))).join('')
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((piece) => {
      const [name, data] = piece.split('\n')
      const told = JSON.parse((data ?? '').replace(/^data: /, '')) as Told
      if (name !== `event: ${told.type}`) throw new Error(`${told.type} is framed as ${name}`)
      return told
    })
}
