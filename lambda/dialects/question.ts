/** The question dialect: one question, one answer, for curl, scripts and a quick look. */
import type { Notice } from '../core/contracts.ts'
import type { Message } from '../core/conversation.ts'
import type { AnswerFacts, ChatDialect, HttpRequest } from '../core/dialect.ts'
import { errorBody } from '../core/error-body.ts'
import type { Reply, ReplyEvent, Stop, Usage } from '../core/reply.ts'
import type { ChatRequest } from '../core/request.ts'
import { readOpenAiRequest } from '../wire/openai-request.ts'
import { faced, shape } from '../wire/schema.ts'
import { flag, missingField, numberWithin, readFields, text, texts, wholeNumber } from './fields.ts'
import { askedByName } from './template-asks.ts'

const bodyFields = {
  model: text,
  question: text,
  system: text,
  max_tokens: wholeNumber(1),
  temperature: numberWithin(0, 2),
  top_p: numberWithin(0, 1),
  stop: texts,
  stream: flag,
}

/** Converse's names of the reasons, which people who know Bedrock expect. */
const stopReasons = {
  end: 'end_turn',
  sequence: 'stop_sequence',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  filtered: 'content_filtered',
  refused: 'refusal',
  other: 'other',
} as const satisfies Record<Stop['reason'], string>

export const question: ChatDialect = {
  task: 'chat',
  id: 'question',
  routes: [
    { method: 'POST', path: '/bedrock' },
    { method: 'GET', path: '/bedrock/{model}' },
  ],
  streamType: 'text/event-stream; charset=utf-8',
  templateAsk: askedByName,
  parse: faced(shape(bodyFields, 'model', 'question'), (request, notice) => {
    if (request.template !== undefined) return parseTemplate(request, notice)
    return request.route.method === 'GET' ? parseQuery(request) : parseBody(request)
  }),

  format(reply, facts, request) {
    if (wantsText(request))
      return { contentType: 'text/plain; charset=utf-8', body: `${textOf(reply)}\n` }
    return json({ ...about(facts), answer: textOf(reply), ...outcome(reply, facts) })
  },

  openFrames: (facts) => (event) => frame(event, facts),
  formatError: (error, requestId) => json(errorBody(error, requestId)),
}

function parseBody({ body }: HttpRequest): ChatRequest {
  const { model, question, system, max_tokens, temperature, top_p, stop, stream } = readFields(
    body,
    bodyFields,
  )
  if (model === undefined) throw missingField('model', 'the name of a model')
  if (question === undefined) throw missingField('question', text.needs)
  return {
    model,
    messages: conversation(question, system),
    tools: [],
    sampling: {
      ...(temperature !== undefined && { temperature }),
      ...(top_p !== undefined && { topP: top_p }),
      ...(stop !== undefined && { stop }),
    },
    ...(max_tokens !== undefined && { maxTokens: max_tokens }),
    stream: stream ?? false,
  }
}

function parseTemplate({ body }: HttpRequest, notice: Notice): ChatRequest {
  const { includeUsage: _, model, ...said } = readOpenAiRequest(body, notice)
  if (model === undefined) throw missingField('model', 'the name of a model')
  return { ...said, model }
}

function parseQuery({ query, pathParameters }: HttpRequest): ChatRequest {
  const { p } = readFields(query, { p: text })
  if (p === undefined) throw missingField('p', 'a question, as in ?p=What%20is%20a%20dystopia')
  const model = pathParameters.model ?? ''
  return { model, messages: conversation(p), tools: [], sampling: {}, stream: false }
}

function conversation(question: string, system?: string): readonly Message[] {
  const asked: Message = { role: 'user', content: [{ type: 'text', text: question }] }
  if (system === undefined) return [asked]
  return [{ role: 'system', content: [{ type: 'text', text: system }] }, asked]
}

/** Bare text only where it is asked for by name; curl's own `Accept` is `*` + `/*`. */
const wantsText = ({ headers }: HttpRequest): boolean =>
  (headers.accept ?? '').split(',').some((type) => type.trim().startsWith('text/plain'))

const textOf = ({ content }: Reply): string =>
  content.map((block) => (block.type === 'text' ? block.text : '')).join('')

const about = ({ asked, model }: AnswerFacts) => ({ model: asked, model_id: model.id })

const outcome = ({ stop, usage }: { stop: Stop; usage: Usage }, facts: AnswerFacts) => ({
  stop_reason: stopReasons[stop.reason],
  usage: {
    input_tokens: usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h,
    output_tokens: usage.output,
  },
  cost_usd: facts.costUsd(usage),
})

/** `delta` events carry text; one `done` or one `error` ends the stream. */
function frame(event: ReplyEvent, facts: AnswerFacts): string {
  switch (event.type) {
    case 'block-delta':
      return event.delta.type === 'text' ? sse('delta', { text: event.delta.text }) : ''
    case 'reply-end':
      return sse('done', { ...about(facts), ...outcome(event, facts) })
    case 'reply-error':
      return sse('error', errorBody(event.error, facts.requestId))
    case 'native':
    case 'reply-start':
    case 'block-start':
    case 'block-end':
      return ''
  }
}

const sse = (event: string, data: unknown): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

/** Ends its line, for those who read it in a terminal. */
const json = (body: unknown) => ({
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
})
